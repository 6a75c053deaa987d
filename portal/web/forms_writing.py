"""Typed values as the text that a form shows; `forms_reading` is the way back."""

import json
from collections.abc import Sequence

from django.utils.translation import gettext as _

from orchestration.resolution.secrets import as_reference
from orchestration.rules import Rule

EXACT = 2**53  # beyond, a float no longer holds every whole number


def write(rule: Rule, value: object) -> str:
    """Return the text of a value: one element a line for lists, nothing for what is not set."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(_element(rule, one) for one in value)
    return _scalar(value)


def say(rule: Rule, value: object) -> str:
    """Return a value the way people write it, on one line, with its unit."""
    if rule.secret or as_reference(value):
        return _("a secret value")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_element(rule, one) for one in value) or _("an empty list")
    text = _scalar(value)
    if not text:
        return _("an empty text")
    return f"{text} {rule.unit}" if rule.unit else text


def say_limit(number: float) -> str:
    """Return a limit of a rule: 120, not 120.0."""
    return _scalar(number)


def say_list(values: Sequence[object]) -> str:
    """Return the values one may choose among."""
    return ", ".join(_scalar(value) for value in values)


def _element(rule: Rule, value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if rule.item_type == "object" else _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
