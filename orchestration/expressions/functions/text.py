"""Functions of text."""

from orchestration.expressions.declaration import Example, eager
from orchestration.expressions.errors import wrong_type
from orchestration.expressions.patterns import full_match
from orchestration.expressions.values import (
    Value,
    bounded,
    describe,
    joined,
    need_list,
    need_room,
    need_text,
    to_text,
)


@eager("$len(x)", "The length of a text, list or map.", Example("$len('abc')", 3))
def length(value: Value) -> Value:
    """Apply `$len`."""
    if isinstance(value, str | list | dict):
        return len(value)
    raise wrong_type(f"{describe(value)} has no length", "texts, lists and maps have one")


@eager("$lower(text)", "In small letters.", Example("$lower('Line A')", "line a"), heavy=True)
def lower(value: Value) -> Value:
    """Apply `$lower`."""
    return bounded(need_text(value).lower())


@eager("$upper(text)", "In capital letters.", Example("$upper('Line A')", "LINE A"), heavy=True)
def upper(value: Value) -> Value:
    """Apply `$upper`."""
    return bounded(need_text(value).upper())


@eager("$trim(text)", "Without blanks at the ends.", Example("$trim('  x y ')", "x y"), heavy=True)
def trim(value: Value) -> Value:
    """Apply `$trim`."""
    return need_text(value).strip()


@eager(
    "$replace(text, old, new)",
    "Every occurrence of one text replaced by another.",
    Example("$replace('a-b-c', '-', '_')", "a_b_c"),
    heavy=True,
)
def replace(value: Value, old: Value, new: Value) -> Value:
    """Apply `$replace`."""
    source, wanted, put = need_text(value), need_text(old), need_text(new)
    if not wanted:
        raise wrong_type("the text to replace is empty")
    need_room(len(source) + source.count(wanted) * (len(put) - len(wanted)))
    return source.replace(wanted, put)


@eager(
    "$split(text, separator)",
    "The list of the texts between separators.",
    Example("$split('a,b', ',')", ["a", "b"]),
    heavy=True,
)
def split(value: Value, separator: Value) -> Value:
    """Apply `$split`."""
    if not need_text(separator):
        raise wrong_type("the separator is empty")
    return need_text(value).split(separator)


@eager(
    "$join(list, separator)",
    "The elements of a list as one text.",
    Example("$join($split('a,b', ','), '; ')", "a; b"),
    heavy=True,
)
def join(values: Value, separator: Value) -> Value:
    """Apply `$join`."""
    return joined([to_text(item) for item in need_list(values)], need_text(separator))


@eager(
    "$concat(a, …)",
    "All arguments joined as text.",
    Example("$concat(line, '-', 7)", "line-7"),
    heavy=True,
)
def concat(*values: Value) -> Value:
    """Apply `$concat`."""
    return joined([to_text(value) for value in values])


@eager(
    "$matches(text, pattern)",
    "Whether the whole text matches an RE2 pattern.",
    Example("$matches('line-12', 'line-[0-9]+')", result=True),
    heavy=True,
)
def matches(value: Value, pattern: Value) -> Value:
    """Apply `$matches`."""
    return full_match(need_text(pattern), need_text(value))
