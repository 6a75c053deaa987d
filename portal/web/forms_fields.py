"""Fields of a form, made from the rules of a schema."""

from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from orchestration.rules import Rule
from portal.web.forms_errors import limits_sentence
from portal.web.forms_writing import say, write
from portal.web.parts import Field, Text

VALUE, CELL = "v.", "c."  # names of the fields: v.Key for a place, c.12.Key for line 12 of many
LONG = 120  # characters from which a text gets several lines
Kind = Literal["line", "number", "boolean", "text"]


def make(rule: Rule, name: str, text: str, *, empty: bool = True, unset: Text = "") -> Field:
    """Return the field of a rule with ``text`` in it.

    ``empty`` says that neither the place nor one above has a value. ``unset`` is the first of the
    choices, where one has to be able to choose nothing; by default only where nothing is chosen.
    """
    box = rule.type == "boolean" and not unset and not empty
    return Field(
        name=name,
        label=rule.label or rule.key,
        kind="boolean" if box else _kind(rule, text),
        value=text == "true" if box else text,
        help=_help(rule),
        unit=rule.unit,
        placeholder=_placeholder(rule),
        choices=() if box else choices(rule, text, unset),
        required=rule.required,
        secret=rule.secret,
        whole=rule.type == "int",
        short=rule.type in {"int", "float"},
    )


def choices(rule: Rule, text: str, unset: Text = "") -> list[tuple[str, Text]]:
    """Return what one may choose among; empty where one writes."""
    if rule.type == "boolean":
        offered: list[tuple[str, Text]] = [("true", _("Yes")), ("false", _("No"))]
    elif rule.allowed_values is not None and rule.type != "array":
        offered = [(write(rule, one), say(rule, one)) for one in rule.allowed_values]
    else:
        return []
    if text and all(text != value for value, _label in offered):
        offered.insert(0, (text, text))  # no longer allowed, but shown as it is
    return [("", unset or _("Choose")), *offered] if unset or not text else offered


def _kind(rule: Rule, text: str) -> Kind:
    if rule.type in {"int", "float"}:
        return "number"
    several = rule.type in {"array", "object"} or "\n" in text
    long = rule.type == "string" and (rule.max_length or 0) > LONG
    return "text" if several or (long and not rule.secret) else "line"


def _help(rule: Rule) -> Text:
    hints: list[str | Promise] = [rule.description] if rule.description else []
    if rule.type in {"int", "float"} and not (rule.min_value is None and rule.max_value is None):
        hints.append(limits_sentence(rule))
    if rule.type == "array":
        hints.append(_("One value a line."))
    return " ".join(str(hint) for hint in hints)


def _placeholder(rule: Rule) -> str:
    if rule.placeholder is not None:
        return str(rule.placeholder)
    if rule.examples and not rule.secret:
        return _("for example %(example)s") % {"example": write(rule, rule.examples[0])}
    return ""
