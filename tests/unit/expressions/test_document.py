"""Strict YAML: what it means, and what is refused."""

import itertools
from typing import Any

import pytest

from orchestration.expressions import DocumentError, load_yaml, write_yaml
from orchestration.expressions.scalars import PlacedText


def refused(text: str | bytes) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        load_yaml(text, name="file.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2024-01-15", "2024-01-15"),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("+7", 7),
        ("+", "+"),
        (".", "."),
        ("'5'", "5"),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("!!float 5", 5.0),
        ("! 5", "5"),
        ("12345678901234567890", 12345678901234567890),
        ("=", "="),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    read = load_yaml(f"k: {text}")["k"]
    assert (read, type(read)) == (value, type(value))


def test_keys_are_text_as_written() -> None:
    assert load_yaml("8080: a\ntrue: b\n1.0: c") == {"8080": "a", "true": "b", "1.0": "c"}


def test_json_is_read_with_tabs_too() -> None:
    assert load_yaml('{"a":\t1,\n\t"b": [true, null]}') == {"a": 1, "b": [True, None]}


def test_bytes_may_begin_with_a_mark_of_utf_8() -> None:
    assert load_yaml(b"\xef\xbb\xbfname: caf\xc3\xa9") == {"name": "café"}


def test_aliases_give_the_same_value() -> None:
    assert load_yaml("a: &x {k: 1}\nb: *x\nc: [*x]") == {
        "a": {"k": 1},
        "b": {"k": 1},
        "c": [{"k": 1}],
    }


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "empty", 0, 0),
        ("# only a comment\n", "empty", 0, 0),
        ("a: 1\nb: 2\na: 3", "duplicate-key", 3, 1),
        ("a:\n  b: 1\n  'b': 2", "duplicate-key", 3, 3),
        ("a:\n\t- 1", "syntax", 2, 1),
        ("a: [1, 2", "syntax", 2, 1),
        ("a: b: c", "syntax", 1, 5),
        ("a: 'open", "syntax", 1, 9),
        ("a: 1\n---\nb: 2", "documents", 2, 1),
        ("a: !!python/object:os.system x", "scalar", 1, 4),
        ("a: !thing {b: 1}", "tag", 1, 4),
        ("a: 1e999", "scalar", 1, 4),
        ("a: .inf", "scalar", 1, 4),
        ("a: .nan", "scalar", 1, 4),
        ("a: " + "9" * 5000, "scalar", 1, 4),
        ("<<: {a: 1}", "scalar", 1, 1),
        ("? [a]\n: 1", "key", 1, 3),
        (": 1", "syntax", 1, 1),
        ("a: *unknown", "alias", 1, 4),
        ("a: &x [*x]", "alias", 1, 8),
        ("&x a: 1", "key", 1, 1),
        ("a: 1\nb: é\x01", "characters", 2, 5),
        ("a: " + "[" * 40 + "]" * 40, "too-deep", 1, 35),
    ],
)
def test_refused_with_its_place(text: str, code: str, line: int, column: int) -> None:
    error = refused(text)
    assert (error.code, error.line, error.column) == (code, line, column)
    assert error.name == "file.yaml"
    assert error.message


def test_a_tab_is_named() -> None:
    assert "tab" in refused("a:\n\t- 1").message


@pytest.mark.parametrize("data", ["a: 1".encode("utf-16"), b"\xff\xfea\x00"])
def test_utf_16_is_named(data: bytes) -> None:
    assert "UTF-16" in refused(data).message


def test_other_encodings_are_refused_with_the_line() -> None:
    error = refused(b"a: 1\nb: caf\xe9")
    assert (error.code, error.line) == ("encoding", 2)


def bomb(letters: str, times: int) -> str:
    lines = [f"a: &a [{', '.join(['x'] * times)}]"]
    for before, letter in itertools.pairwise(letters):
        lines.append(f"{letter}: &{letter} [{', '.join([f'*{before}'] * times)}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        bomb("abcdefghi", 9),
        "a: &a " + "x" * 100_000 + "\nb: [" + ", ".join(["*a"] * 50) + "]",
        "[" * 100_000,
        "{a: " * 100_000,
        "- " * 100_000,
        "a" * 2_000_000,
        "é" * 700_000,
        "x: " + "y" * 1_500_000,
        "&a " * 50_000,
        "? " * 50_000,
        '"' + "\\u00e9" * 100_000,
        "\x00" * 1000,
        "k: |\n" + "  \t\n" * 100_000,
    ],
)
def test_hostile_documents_are_refused_with_one_line(text: str) -> None:
    error = refused(text)
    assert error.message
    assert len(error.message) < 300


def test_a_line_of_a_mebibyte_is_read() -> None:
    text = "x: " + "y" * 1_000_000
    assert load_yaml(text) == {"x": "y" * 1_000_000}


def test_expressions_know_their_place() -> None:
    text = "configs:\n  a: ${{1}}\n  b: 'x ${{2}} ${{3}}'\n  c: |\n    one\n    two ${{4}}\n"
    configs = load_yaml(text)["configs"]
    places = {key: value.places for key, value in configs.items()}
    assert places == {"a": ((2, 6),), "b": ((3, 9), (3, 16)), "c": ((6, 9),)}


def test_keys_with_expressions_know_their_place_too() -> None:
    (key,) = load_yaml("  ${{$include(A/1.0.0)}}:")
    assert isinstance(key, PlacedText)
    assert key.places == ((1, 3),)


@pytest.mark.parametrize(
    "text", ["08", "017", "+1", "1e5", "0o17", "0x1f", "no", "1:30", ".inf", "~", "", "2026-01-02"]
)
def test_text_that_looks_like_something_else_is_written_as_text(text: str) -> None:
    assert load_yaml(write_yaml({text or "k": [text]})) == {text or "k": [text]}
