"""What somebody typed, read as the value that a rule asks for.

Numbers are read the way people write them: ``0,5``, ``1 000``, ``1'000.5``, ``85 °C``. How one was
understood is said wherever it could be doubted.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orchestration.resolution import MASK
from orchestration.rules import Rule
from portal.web.forms_writing import EXACT, say, write

LONGEST = 40  # characters of a number
NUL = "\0"  # databases keep none in a text
MINUS = "\u2212"  # as programs for typesetting and spreadsheets write it
_BLANKS = re.compile(r"[\s'\u2019\u00a0\u2009\u202f]")  # what people put between thousands
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}[.,]\d{3}")

WRONG_TYPE: Mapping[str, Promise] = {
    "int": _("“%(given)s” is not a whole number."),
    "float": _("“%(given)s” is not a number."),
    "boolean": _("Choose yes or no."),
    "object": _("“%(given)s” is not a document in JSON."),
}


@dataclass(frozen=True)
class Reading:
    """A typed value; None where nothing was typed.

    ``problem`` says why it cannot be read; ``understood`` how a number was taken, where one could
    ask.
    """

    value: object = None
    problem: str = ""
    understood: str = ""


def read(rule: Rule, text: str) -> Reading:
    """Read what was typed for a rule; rules other than the type are not looked at."""
    text = text.replace("\r\n", "\n")
    if NUL in text:
        return Reading(problem=_now("It holds a character that cannot be used."))
    if rule.type == "array":
        return _read_list(rule, text)
    text = text if rule.secret else text.strip()
    return _read_one(rule, rule.type, text) if text else Reading()


def _read_list(rule: Rule, text: str) -> Reading:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    readings = [_read_one(rule, rule.item_type, line) for line in lines]
    problem = next((reading.problem for reading in readings if reading.problem), "")
    if problem:
        return Reading(problem=problem)
    values = [reading.value for reading in readings]
    doubted = any(reading.understood for reading in readings)
    return Reading(values or None, understood=_understood(rule, values) if doubted else "")


def _read_one(rule: Rule, kind: str, text: str) -> Reading:
    if kind == "string":
        return Reading(text)
    if kind == "boolean":
        value = {"true": True, "false": False}.get(text)
        return Reading(value, _wrong(rule, kind, text) if value is None else "")
    if kind == "object":
        return _read_document(rule, text)
    return _read_number(rule, kind, text)


def _read_document(rule: Rule, text: str) -> Reading:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    return (
        Reading(value) if isinstance(value, dict) else Reading(problem=_wrong(rule, "object", text))
    )


def _read_number(rule: Rule, kind: str, text: str) -> Reading:
    bare = _BLANKS.sub("", text.removesuffix(rule.unit) if rule.unit else text).replace(MINUS, "-")
    plain = _with_point(bare, whole=kind == "int")
    if len(plain) > LONGEST or not _NUMBER.fullmatch(plain):
        return Reading(problem=_wrong(rule, kind, text))
    number = _number(plain)
    if number is None or (kind == "int" and not isinstance(number, int)):
        return Reading(problem=_wrong(rule, kind, text))
    doubted = write(rule, number) != text or _THOUSANDS.fullmatch(bare)
    return Reading(number, understood=_understood(rule, number) if doubted else "")


def _with_point(text: str, *, whole: bool) -> str:
    """Write a number with a point for the decimals and nothing between thousands.

    Of two different marks the last one is the decimal's. A mark that comes more than once stands
    between thousands; so does a single one before three digits where a whole number is wanted.
    """
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return text
    mark, other = text[last], "," if text[last] == "." else "."
    if text.count(mark) > 1 or (whole and _THOUSANDS.fullmatch(text)):
        return text.replace(mark, "").replace(other, ".") if text.count(other) < 2 else text  # noqa: PLR2004
    return text.replace(other, "").replace(mark, ".")


def _number(text: str) -> int | float | None:
    """Return the number; whole ones as int, so that 80 and 80.0 are the same value."""
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    value = float(text)
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < EXACT else value


def _understood(rule: Rule, value: object) -> str:
    return _now("Understood as %(value)s") % {"value": say(rule, value)}


def _wrong(rule: Rule, kind: str, text: str) -> str:
    return str(WRONG_TYPE[kind]) % {"given": MASK if rule.secret else text[:LONGEST]}
