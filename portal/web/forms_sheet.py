"""The values of one place as a form: what is shown, what was typed, what changes by it.

A field counts as changed when its text is not the one that was shown: what is inherited is shown
in place and must not become the place's own by being sent back.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from orchestration.queries.values import Field as Value
from orchestration.rules import Rule, Schema
from portal.web import forms_fields
from portal.web.forms_errors import violation_sentence
from portal.web.forms_fields import VALUE
from portal.web.forms_reading import read
from portal.web.forms_writing import say, write
from portal.web.parts import Field, Inherited
from portal.web.place_names import place_name, saved_by
from rbac.permissions import Perm

WAS, UNSET = "was.", "unset"


@dataclass(frozen=True)
class Typed:
    """The text of one field, and what it means where it is not the one that was shown."""

    text: str
    changed: bool = False
    value: Any = None
    errors: tuple[str, ...] = ()
    understood: str = ""


@dataclass(frozen=True)
class Entry:
    """One field on the screen. ``was`` is the text it began with, None where it is not sent."""

    value: Value
    field: Field
    was: str | None
    unset: bool = False
    conflict: str = ""


@dataclass(frozen=True)
class Section:
    """Fields that belong together; those without a group come first, without a title."""

    title: str
    entries: list[Entry]


def shown(value: Value) -> str:
    """Return the text a field begins with; a secret is never sent back."""
    return "" if value.rule.secret else write(value.rule, value.effective)


def typed(value: Value, rules: Schema, post: QueryDict) -> Typed:
    """Read what was posted for one value."""
    name = VALUE + value.rule.key
    was = _lines(post.get(WAS + name, shown(value)))
    if name not in post and WAS + name not in post:
        return Typed(was)
    text = _lines(post.get(name, "false" if value.rule.type == "boolean" else ""))
    if value.rule.key in post.getlist(UNSET) and text == was:
        return Typed(text, changed=value.is_set)
    return Typed(text) if text == was else checked(value, rules, text)


def checked(value: Value, rules: Schema, text: str) -> Typed:
    """Read a text that somebody typed, and hold it against the rules."""
    reading = read(value.rule, text)
    if reading.problem:
        return Typed(text, changed=True, errors=(reading.problem,))
    meant = _emptied(value) if reading.value is None else reading.value
    errors = tuple(
        violation_sentence(value.rule, broken)
        for broken in rules.check_value(value.rule.key, meant)
    )
    return Typed(text, changed=True, value=meant, errors=errors, understood=reading.understood)


def put(values: Mapping[str, Any], changes: Iterable[tuple[Rule, Any]]) -> dict[str, Any]:
    """Return the values of a place with some of them changed; None takes one away."""
    new = deepcopy(dict(values))
    for rule, value in changes:
        _put(new, rule.parts, value)
    return new


def entry(value: Value, mine: Typed | None = None, conflict: str = "") -> Entry:
    """Return the field of a value: as it is, or with what was mine."""
    rule, read_only = value.rule, why_not(value)
    mine = mine or Typed(shown(value))
    resets = mine.changed and mine.value is None and not mine.errors
    text = write(rule, value.inherited) if resets and not rule.secret else mine.text
    field = forms_fields.make(rule, VALUE + rule.key, text, empty=value.effective is None)
    field = replace(
        field,
        label=rule.label or (rule.key if rule.group else rule.parts[-1]),
        inherited=_inherited(value),
        overridden=(value.is_set or mine.changed) and not resets,
        read_only=read_only,
        errors=mine.errors,
        understood=mine.understood,
        placeholder=_kept(value) or field.placeholder,
    )
    sent = not read_only or not (field.choices or field.kind == "boolean")
    was = text if resets else shown(value)
    return Entry(value, field, was if sent else None, resets, conflict)


def sections(entries: Iterable[Entry], rules: Schema) -> list[Section]:
    """Return the entries by group, in the order of the schema."""
    found: dict[str, list[Entry]] = {"": []}
    for one in entries:
        found.setdefault(_group(one.value.rule, rules), []).append(one)
    return [Section(title, group) for title, group in found.items() if group]


def why_not(value: Value) -> str:
    """Return why a person may not change a value, briefly; nothing where they may.

    Which right is missing is said once on the page and not beside each field.
    """
    verdict = value.verdict
    if verdict:
        return ""
    if verdict.params.get("perm") == Perm.EDIT_IT_VALUES:
        return _("Kept by IT")
    if verdict.code == "value-disabled":
        return _("Cannot be changed here")
    return _("Read only")


def origin_of(value: Value) -> str:
    """Return where a field's value would come from: "Factory Chicago", "… in common/1.0.0"."""
    if value.inherited_from is None:
        return _("the solution")
    place = place_name(value.inherited_from)
    if not value.inherited_template:
        return place
    names = {"place": place, "template": value.inherited_template}
    return _("%(place)s in %(template)s") % names


def _inherited(value: Value) -> Inherited | None:
    if value.inherited is None:
        return None
    origin = origin_of(value)
    return Inherited(say(value.rule, value.inherited), origin, saved_by(value.inherited_save))


def _kept(value: Value) -> str:
    """What is said of a secret that is there: who set it here, and when; nothing where none is."""
    if not value.rule.secret or value.effective is None:
        return ""
    if value.secret is None:
        return _("set, and not shown")
    return _("set %(by_whom)s, and not shown") % {"by_whom": saved_by(value.secret)}


def _emptied(value: Value) -> object:
    """What an emptied field means: nothing is set here, or something empty in place of the rest."""
    rule, inherited = value.rule, value.inherited
    if rule.required or rule.allowed_values is not None or rule.secret or not inherited:
        return None
    if rule.type == "array":
        return []
    return "" if rule.type == "string" else None


def _group(rule: Rule, rules: Schema) -> str:
    if rule.group or len(rule.parts) == 1:
        return rule.group
    above = ".".join(rule.parts[:-1])
    parent = next((one for one in rules.rules if one.parts == rule.parts[:-1]), None)
    return (parent.label if parent else "") or above


def _put(values: dict[str, Any], parts: tuple[str, ...], value: object) -> None:
    first, *rest = parts
    if rest:
        inner = values.get(first)
        inner = inner if isinstance(inner, dict) else {}
        _put(inner, tuple(rest), value)
        if inner:
            values[first] = inner
        else:
            values.pop(first, None)
    elif value is None:
        values.pop(first, None)
    else:
        values[first] = value


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
