"""Functions that convert."""

import base64
import binascii
import json
from functools import partial

from orchestration.expressions.context import Context, spend
from orchestration.expressions.declaration import CallSite, Example, Run, compiled, eager
from orchestration.expressions.errors import wrong_type
from orchestration.expressions.jsonpath import find
from orchestration.expressions.values import (
    Value,
    bounded,
    describe,
    finite,
    json_text,
    need_text,
    to_text,
)


@eager("$str(x)", 'The value as text; null gives "".', Example("$str(1.50)", "1.5"), heavy=True)
def text(value: Value) -> Value:
    """Apply `$str`."""
    return to_text(value)


@eager(
    "$json(x)",
    "The value as compact JSON.",
    Example("$json($val(m))", '{"a":[1,true]}', {"values": {"m": {"a": [1, True]}}}),
    heavy=True,
)
def to_json(value: Value) -> Value:
    """Apply `$json`."""
    return json_text(value)


@compiled(
    "$jsonpath(x, path)",
    "What a JSONPath (RFC 9535) finds in a value or in JSON text: one match as it is, several as a "
    "list.",
    Example("$jsonpath($val(f), '$.g.h')", "deep", {"values": {"f": {"g": {"h": "deep"}}}}),
)
def jsonpath(call: CallSite) -> Run:
    """Compile `$jsonpath`."""
    given, path = call.arguments

    def run(context: Context) -> Value:
        tree, wanted = given(context), need_text(path(context))
        if not isinstance(tree, dict | list):
            spend(context, len(need_text(tree)))
            tree = _parsed(tree)
        return find(tree, wanted, partial(spend, context))

    return run


@eager(
    "$base64encode(x)",
    "The UTF-8 text of the value in base64.",
    Example("$base64encode('Hello World!')", "SGVsbG8gV29ybGQh"),
    heavy=True,
)
def base64encode(value: Value) -> Value:
    """Apply `$base64encode`."""
    return bounded(base64.b64encode(_utf8(to_text(value))).decode())


@eager(
    "$base64decode(text)",
    "The UTF-8 text that base64 stands for.",
    Example("$base64decode('SGVsbG8gV29ybGQh')", "Hello World!"),
    heavy=True,
)
def base64decode(value: Value) -> Value:
    """Apply `$base64decode`."""
    given = need_text(value)
    try:
        decoded = base64.b64decode(_utf8(given), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise wrong_type(f"{describe(given)} is not UTF-8 text in base64") from None
    if "\0" in decoded:
        raise wrong_type("the decoded text holds the character NUL")
    return decoded


def _utf8(given: str) -> bytes:
    try:
        return given.encode()
    except UnicodeEncodeError:
        raise wrong_type("the text has half a character (a lone surrogate)") from None


def _parsed(given: str) -> Value:
    try:
        return json.loads(
            given, parse_float=lambda digits: finite(float(digits)), parse_constant=_refused
        )
    except ValueError:
        raise wrong_type(
            f"{describe(given)} is not JSON", "texts in JSON have double quotes"
        ) from None


def _refused(name: str) -> Value:
    raise ValueError(name)
