"""The values of many lines in one form: what is common to all, and a grid with a row a line.

A cell shows what the line itself has; what it inherits stands in its place until something is
typed. Only what is typed is set.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from orchestration.queries.values import Field as Value
from orchestration.queries.values import Sheet, value_at
from orchestration.rules import Rule, Schema
from portal.web import forms_fields
from portal.web.forms_fields import CELL
from portal.web.forms_sheet import UNSET, Entry, Typed, checked, entry, origin_of, typed, why_not
from portal.web.forms_writing import say, write
from portal.web.parts import Field, Inherited

MOST_SAID = 3  # values that differ, before "and more"


@dataclass(frozen=True)
class Cell:
    """One value of one line: what it has itself, and what it inherits from where, in words."""

    field: Field
    own: str
    inherited: str
    origin: str
    conflict: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the grid, and the save its values are from."""

    sheet: Sheet
    cells: list[Cell]


def common(values: Sequence[Value]) -> Value:
    """Return the value of a key that stands for all lines; unset where the lines differ."""
    first = values[0]
    alike = all(_same(one.effective, first.effective) for one in values)
    inherits_alike = all(
        _same(one.inherited, first.inherited) and one.inherited_from == first.inherited_from
        for one in values
    )
    any_set = any(one.is_set for one in values)
    return Value(
        first.rule,
        own=first.effective if alike and any_set else None,
        inherited=first.inherited if inherits_alike and alike else None,
        inherited_from=first.inherited_from if inherits_alike else None,
        verdict=next((one.verdict for one in values if not one.verdict), first.verdict),
        inherited_save=first.inherited_save if inherits_alike else None,
        inherited_template=first.inherited_template if inherits_alike else "",
    )


def typed_common(values: Sequence[Value], rules: Schema, post: QueryDict) -> Typed:
    """Read what was posted for all lines together."""
    mine = typed(common(values), rules, post)
    # Where the lines differ nothing stands for them all, and still there is something to take away.
    taken_away = values[0].rule.key in post.getlist(UNSET) and any(one.is_set for one in values)
    return replace(mine, changed=True) if taken_away and not mine.changed else mine


def common_entry(shared: Value, values: Sequence[Value], mine: Typed | None) -> Entry:
    """Return the field for all lines; where they differ it is empty and says so."""
    shown = entry(shared, mine)
    different = _different(values)
    set_somewhere = any(one.is_set for one in values)
    field = shown.field
    if different and not field.secret:
        field = replace(field, placeholder=different)
    if set_somewhere and shared.inherited is None:
        mixed = Inherited(_("what each line inherits"), _("the places above"))
        field = replace(field, inherited=mixed, overridden=not shown.unset)
    if shown.unset and shared.inherited is None:
        field = replace(field, inherited=None, overridden=False)
    return replace(shown, field=field)


def rows(
    sheets: Sequence[Sheet],
    changed: Mapping[tuple[int, str], Typed],
    conflicts: Mapping[tuple[int, str], str],
) -> list[Row]:
    """Return the grid, with what was typed so far; the cells in the order of `columns`."""
    order = {rule.key: number for number, rule in enumerate(columns(sheets))}
    return [
        Row(
            sheet,
            [
                _cell(sheet, value, changed, conflicts)
                for value in sorted(sheet.fields, key=lambda one: order[one.rule.key])
            ],
        )
        for sheet in sheets
    ]


def columns(sheets: Sequence[Sheet]) -> list[Rule]:
    """Return the rules as the columns of the grid: what may be changed first, in their order."""
    open_ = {value.rule.key for sheet in sheets for value in sheet.fields if value.verdict}
    rules = [value.rule for value in sheets[0].fields] if sheets else []
    return sorted(rules, key=lambda rule: rule.key not in open_)


def typed_cells(
    sheets: Iterable[Sheet],
    before: Mapping[int, Mapping[str, Any]],
    rules: Schema,
    post: QueryDict,
) -> dict[tuple[int, str], Typed]:
    """Read the cells that somebody changed.

    ``before`` holds the values of lines that were saved by somebody else since the grid was shown,
    as they were then: a cell left alone must not take back what was saved.
    """
    found: dict[tuple[int, str], Typed] = {}
    for sheet in sheets:
        pk = sheet.node.pk
        for value in sheet.fields:
            name = cell_name(pk, value.rule)
            if name not in post:
                continue
            began = value_at(before[pk], value.rule.key) if pk in before else value.own
            text = str(post[name]).replace("\r\n", "\n")
            if text != _text(value.rule, began):
                found[pk, value.rule.key] = _meant(value, rules, text)
    return found


def cell_name(pk: int, rule: Rule) -> str:
    """Return the name of a cell's field."""
    return f"{CELL}{pk}.{rule.key}"


def _meant(value: Value, rules: Schema, text: str) -> Typed:
    """An empty cell is a value that is not set here."""
    return checked(value, rules, text) if text.strip() else Typed(text, changed=True)


def _cell(
    sheet: Sheet,
    value: Value,
    changed: Mapping[tuple[int, str], Typed],
    conflicts: Mapping[tuple[int, str], str],
) -> Cell:
    rule, key = value.rule, (sheet.node.pk, value.rule.key)
    mine = changed.get(key)
    inherited = say(rule, value.inherited) if value.inherited is not None else ""
    unset = _("%(value)s (inherited)") % {"value": inherited} if inherited else _("not set")
    text = mine.text if mine else _text(rule, value.own)
    field = forms_fields.make(rule, cell_name(sheet.node.pk, rule), text, unset=unset)
    placeholder = write(rule, value.inherited) if not rule.secret else ""
    field = replace(
        field,
        label=f"{field.label}, {sheet.node.title}",
        kind="text" if field.kind == "text" else "line" if field.choices else field.kind,
        placeholder=placeholder.replace("\n", ", "),
        read_only=why_not(value),
        errors=mine.errors if mine else (),
        understood=mine.understood if mine else "",
        overridden=value.is_set,
        help="",
        required=False,
    )
    origin = origin_of(value)
    return Cell(
        field,
        say(rule, value.own) if value.is_set else "",
        inherited,
        origin if inherited else "",
        conflicts.get(key, ""),
    )


def _text(rule: Rule, own: object) -> str:
    return "" if rule.secret else write(rule, own)


def _different(values: Sequence[Value]) -> str:
    """Return "different: 80, 85" where the lines do not have the same."""
    said = list(
        dict.fromkeys(
            say(one.rule, one.effective) if one.effective is not None else _("not set")
            for one in values
        )
    )
    if len(said) == 1 or not values:
        return ""
    shown = ", ".join(said[:MOST_SAID]) + (", …" if len(said) > MOST_SAID else "")
    return _("different: %(values)s") % {"values": shown}


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other
