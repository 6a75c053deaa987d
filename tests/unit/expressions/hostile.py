"""Texts that nobody means well with, or that a broken editor leaves behind."""

import itertools

DEEP = 10_000


def _bomb(letters: str = "abcdefghi", times: int = 9) -> str:
    lines = ["configs:", f"  a: &a [{', '.join(['x'] * times)}]"]
    for before, letter in itertools.pairwise(letters):
        lines.append(f"  {letter}: &{letter} [{', '.join([f'*{before}'] * times)}]")
    return "\n".join(lines)


def _expression(text: str) -> str:
    """A template with one expression that holds no single quote."""
    return f"configs: {{k: '${{{{{text}}}}}'}}"


def _keys(value: str, count: int) -> str:
    """A template of many keys; `#` in the value is the number of the next one."""
    rows = (f"  k{n}: {value.replace('#', str((n + 1) % count))}\n" for n in range(count))
    return "configs:\n" + "".join(rows)


def _wide_search() -> str:
    """A filter in a filter in a filter, each over the whole of a long list."""
    rows = "[1]," * 3000
    path = f"$[?{'$[?' * 20}@{']' * 21}"
    return f"configs:\n  l: [{rows}]\n  k: ${{{{$jsonpath($property(l), '{path}')}}}}\n"


# What is not a document at all, with the code of the refusal.
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "alias bomb": (_bomb(), "aliases"),
    "many aliases": (
        "configs: {a: &a 1, " + ", ".join(f"k{n}: *a" for n in range(5000)) + "}",
        "aliases",
    ),
    "alias of itself": ("configs: &c {a: *c}", "alias"),
    "longer than a mebibyte": (f"configs: {{a: {'x' * (1 << 20)}}}", "too-large"),
    "deep maps": (f"configs: {'{a: ' * DEEP}1{'}' * DEEP}", "too-deep"),
    "deep lists": (f"configs: {{a: {'[' * DEEP}{']' * DEEP}}}", "too-deep"),
    "deep JSON": ('{"configs": ' + '{"a":' * DEEP + "1" + "}" * DEEP + "}", "too-deep"),
    "deep blocks": ("".join(f"{' ' * n}a:\n" for n in range(1000)), "too-deep"),
    "deep dashes": ("- " * DEEP, "too-deep"),
    "duplicate keys": ("configs:\n  a: 1\n  'a': 2", "duplicate-key"),
    "tabs": ("configs:\n\ta: 1", "syntax"),
    "UTF-16": ("configs: {a: 1}".encode("utf-16"), "encoding"),
    "UTF-16 without its mark": ("configs: {a: 1}".encode("utf-16-le"), "encoding"),
    "UTF-32": ("configs: {a: 1}".encode("utf-32"), "encoding"),
    "Latin-1": ("configs: {a: é}".encode("latin-1"), "encoding"),
    "too large a number": ("configs: {a: 1e999}", "scalar"),
    "infinity": ("configs: {a: -.inf}", "scalar"),
    "not a number": ("configs: {a: .NaN}", "scalar"),
    "too long an integer": (f"configs: {{a: {'9' * 5000}}}", "scalar"),
    "too long a fraction": (f"configs: {{a: 0.{'9' * 5000}}}", "scalar"),
    "null as a key": ("configs: {~: 1}", "scalar"),
    "a list as a key": ("configs: {[1, 2]: 1}", "key"),
    "empty": ("", "empty"),
    "only blanks": (" \n\n", "empty"),
    "only a comment": ("# nothing\n", "empty"),
    "two documents": ("--- {configs: {}}\n--- {configs: {}}", "documents"),
    "NUL": ("configs: {a: \0}", "characters"),
    "NUL bytes": (b"\0" * 1000, "encoding"),
    "an escaped NUL": ('configs: {a: "x\\0y"}', "characters"),
    "an escaped NUL in a key": ('configs: {"x\\0y": 1}', "characters"),
    "an escape of a terminal": ("configs: {a: \x1b[31m}", "characters"),
    "half a character": ("configs: {a: \ud800}", "characters"),
    "half a character, escaped": ('configs: {a: "\\ud800"}', "syntax"),
    "a very long key": (f"configs: {{{'k' * 200_000}: 1}}", "syntax"),
    "a Python object": ("configs: {a: !!python/object/apply:os.system [ls]}", "tag"),
    "a Python name": ("configs: {a: !!python/name:os.system x}", "scalar"),
    "binary data": ("configs: {a: !!binary aGk=}", "scalar"),
    "a set": ("configs: !!set {a, b}", "tag"),
    "merge keys": ("configs: {<<: {a: 1}}", "scalar"),
    "another version of YAML": ("%YAML 9.9\n--- {configs: {}}", "syntax"),
    "an open bracket": ("configs: {a: [1, 2", "syntax"),
    "an open quote": ("configs: {a: 'b", "syntax"),
}

# What is a document: as a template it resolves, or has problems of these kinds.
READ: dict[str, tuple[str | bytes, set[str]]] = {
    "nearly a mebibyte in a line": (f"configs: {{a: {'x' * 1_000_000}}}", set()),
    "a mark of UTF-8": (b"\xef\xbb\xbfconfigs: {a: 1}", set()),
    "keys with dots": ("configs: {a.b: 1, a: {b: 2}, k: '${{$val(a.b)}}'}", set()),
    "keys that are no text": ("configs: {1: a, 1.5: b, true: c, 2024-01-01: d}", set()),
    "an empty key": ("configs: {'': 1}", set()),
    "a quoted merge key": ("configs: {'<<': {a: 1}}", set()),
    "moments": ("configs: {a: 2024-01-01, b: 2024-01-01T00:00:00Z, c: 12:30:00}", set()),
    "lines of Windows": ("configs:\r\n  k: ${{1+1}}\r\n", set()),
    "lines of old Macs": ("configs:\r  k: ${{1+1}}\r", set()),
    "faces": ("configs: {\U0001f600: '${{''\U0001f600''}}'}", set()),
    "a number": ("42", {"schema"}),
    "a list": ("- 1", {"schema"}),
    "no configs": ("configs:", {"schema"}),
    "a long expression": (_expression("1+" * 400_000 + "1"), {"limit"}),
    "deep brackets": (_expression("(" * DEEP + "1" + ")" * DEEP), {"limit"}),
    "many brackets": (_expression("(" * 2000 + "1" + ")" * 2000), {"limit"}),
    "many signs": (_expression("-" * 2000 + "1"), {"limit"}),
    "deep calls": (_expression("$not(" * 600 + "true" + ")" * 600), {"limit"}),
    "brackets never closed": (_expression("(" * 60), {"syntax"}),
    "too large a literal": (_expression("1e999"), set()),
    "too large a product": (_expression("9" * 3000 + "*" + "9" * 1050), {"limit"}),
    "powers": (_keys("${{$default($val(k#), 9)*$default($val(k#), 9)}}", 40), {"cycle", "limit"}),
    "a key that needs itself": (_expression("$property(k)"), {"cycle"}),
    "a circle": (_keys("${{$property(k#)}}", 50), {"cycle"}),
    "a very large circle": (_keys("${{$property(k#)}}", 5000), {"limit", "cycle"}),
    "an include of itself": ("configs: {'${{$include(app/1.0.0)}}': }", {"cycle"}),
    "an include of nothing": ("configs: {'${{$include(none/1.0.0)}}': }", {"not-found"}),
    "thousands of errors": (_keys("${{$nope()}}", 3000), {"unknown-function", "limit"}),
    "thousands of expressions": (f"configs: {{k: '{'${{1}}' * 100_000}'}}", {"limit"}),
    "thousands of keys": (_keys("1", 20_000), {"limit"}),
    "never closed, often": (f"configs: {{k: '{'${{' * 100_000}'}}", {"syntax"}),
    "a thousand descents": (_expression(f'$jsonpath($val(x), "${"..*" * 300}")'), {"type"}),
    "JSON that is deep": (_expression(f'$jsonpath("{"[" * 2000}", "$")'), {"limit"}),
    "JSON of a long number": (_expression(f'$jsonpath("{"9" * 4050}", "$")'), set()),
    "a NUL out of base64": (_expression('$base64decode("AA==")'), {"type"}),
    "a NUL out of JSON": (
        "configs: {x: '\"\\u0000\"', k: '${{$jsonpath($property(x), \"$\")}}'}",
        {"limit"},
    ),
    "a pattern of evil": (_expression(f'$matches("{"a" * 3000}!", "(a+)+b")'), set()),
    "a wide search": (_wide_search(), {"limit"}),
}
