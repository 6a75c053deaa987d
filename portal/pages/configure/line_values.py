"""Step 3 of publishing: values for all chosen lines together, and for each of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Page
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from orchestration.models import Target
from orchestration.queries import values as queries
from orchestration.queries.places import time_zones
from orchestration.queries.values import Field as Value
from orchestration.queries.values import Sheet, value_at
from orchestration.services import configuration
from orchestration.services.configuration import Edit
from orchestration.services.errors import Stale
from portal.pages.configure import base
from portal.web import foresight, forms_grid
from portal.web.forms_fields import VALUE
from portal.web.forms_sheet import UNSET, WAS, Entry, Typed, put, sections
from portal.web.impact_rows import Foreseen, foreseen
from portal.web.journey import Journey
from portal.web.listing import page_of
from portal.web.meanwhile import saved_here, theirs
from portal.web.needs import needs
from portal.web.requests import PortalRequest, text_of
from portal.web.responses import invalid, see
from rbac.access import YES, Verdict, may
from rbac.models import User
from rbac.permissions import Perm

SIZE = 50  # lines of the grid on one page
RESET, SHOW = "reset", "impact"  # buttons that save nothing yet
MOST_LATE = 20  # lines named of those that others saved meanwhile
BASES = "bases"  # of lines on other pages: one field, as there may be thousands of them
Key = tuple[int, str]


@dataclass(frozen=True)
class Form:
    """The values of all chosen lines, those of the grid's page, and what was typed into both."""

    sheets: list[Sheet]
    page: Page[Target]
    commons: dict[str, Typed]
    cells: dict[Key, Typed]
    conflicts: dict[Key, str]
    entries: list[Entry]

    @property
    def on_page(self) -> list[Sheet]:
        """The sheets of the lines that the grid shows."""
        shown = {line.pk for line in self.page}
        return [sheet for sheet in self.sheets if sheet.node.pk in shown]

    @property
    def wrong(self) -> int:
        """How many values cannot be used."""
        every = [*self.commons.values(), *self.cells.values()]
        return sum(bool(one.errors) for one in every)


@needs(Perm.VIEW_VALUES)
@require_http_methods(["GET", "HEAD", "POST"])
def line_values(request: PortalRequest) -> HttpResponse:
    """Show the values of the chosen lines, and save what was typed for all or some of them."""
    by = request.user
    way = base.journey(request, by)
    lines = base.lines_of(by, way)
    if not lines:
        return see(request, way.url("configure-lines", (), empty="1"))
    form = _form(request, way, lines)
    context = _context(by, way, form)
    if request.method != "POST" or RESET in request.POST:
        return render(request, "configure/line_values.html", context)
    context["asked"] = SHOW in request.POST
    if form.wrong:
        return invalid(request, "configure/line_values.html", context)
    if SHOW in request.POST:
        context["foreseen"] = _foreseen(by, way, form)
        return render(request, "configure/line_values.html", context)
    try:
        made = _save(by, way, form, request.POST)
    except Stale:
        form = _form(request, way, lines)
        late = _late(by, form, request.POST)
        context = _context(by, way, form) | {"stale": True, "late": late}
        return render(request, "configure/line_values.html", context, status=HTTPStatus.CONFLICT)
    if made:
        text = ngettext("Values of %(n)s line saved.", "Values of %(n)s lines saved.", made)
        messages.success(request, text % {"n": made})
    return see(request, _next(request.POST, way, form))


def _form(request: PortalRequest, way: Journey, lines: Sequence[Target]) -> Form:
    sheets = queries.sheets(request.user, way.version, [line.node for line in lines])
    page = page_of(request, lines, SIZE)
    by_key = _by_key(sheets)
    if request.method != "POST":
        entries = [_entry(values, None) for values in by_key.values()]
        return Form(sheets, page, {}, {}, {}, entries)
    post, rules = _pressed(request.POST), base.rules(way.version)
    shown = {line.pk for line in page}
    on_page = [sheet for sheet in sheets if sheet.node.pk in shown]
    commons = {
        key: mine
        for key, values in by_key.items()
        if (mine := forms_grid.typed_common(values, rules, post)).changed
    }
    before = _before(way, on_page, post)
    cells = forms_grid.typed_cells(on_page, before, rules, post)
    entries = [_entry(values, commons.get(key)) for key, values in by_key.items()]
    touched = cells.keys() | {(sheet.node.pk, key) for sheet in on_page for key in commons}
    conflicts = _conflicts(request.user, on_page, before, touched)
    return Form(sheets, page, commons, cells, conflicts, entries)


def _by_key(sheets: Sequence[Sheet]) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for sheet in sheets:
        for value in sheet.fields:
            found.setdefault(value.rule.key, []).append(value)
    return found


def _entry(values: list[Value], mine: Typed | None) -> Entry:
    return forms_grid.common_entry(forms_grid.common(values), values, mine)


def _pressed(post: QueryDict) -> QueryDict:
    """Do to the texts what the button beside a field says."""
    post = post.copy()
    if name := post.get(RESET, ""):
        post.appendlist(UNSET, name.removeprefix(VALUE))
        post[name] = post.get(WAS + name, "")
    return post


def _bases(post: QueryDict, sheets: Sequence[Sheet]) -> dict[int, int]:
    """The saves that the form was made from, by line; also of lines without a row."""
    elsewhere = dict(pair.split("-", 1) for pair in post.get(BASES, "").split(".") if "-" in pair)
    keys = [str(sheet.node.pk) for sheet in sheets]
    texts = {key: post.get(f"base.{key}", elsewhere.get(key, "")) for key in keys}
    return {int(key): int(text[:9]) if text.isdecimal() else 0 for key, text in texts.items()}


def _before(way: Journey, sheets: Sequence[Sheet], post: QueryDict) -> dict[int, dict[str, Any]]:
    """The values of lines that changed since the grid was shown, as they were then."""
    bases = _bases(post, sheets)
    now = {sheet.node.pk: sheet.base for sheet in sheets}
    old = {pk: base for pk, base in bases.items() if base != now[pk]}
    found = queries.saves(way.template, old) if old else {}
    return {pk: found.get(pk, {}) for pk in old}


def _conflicts(
    by: User,
    sheets: Sequence[Sheet],
    before: Mapping[int, Mapping[str, Any]],
    mine: Collection[Key],
) -> dict[Key, str]:
    """What somebody else has set meanwhile where one has typed something too, in words."""
    late = [sheet for sheet in sheets if sheet.node.pk in before]
    zones = time_zones(sheet.node for sheet in late)
    return {
        (sheet.node.pk, value.rule.key): theirs(by, value, sheet, zones[sheet.node.pk])
        for sheet in late
        for value in sheet.fields
        if (sheet.node.pk, value.rule.key) in mine
        and value_at(before[sheet.node.pk], value.rule.key) != value.own
    }


def _late(by: User, form: Form, post: QueryDict) -> list[str]:
    """Which lines were saved since the form was made, by whom and when; the first of them."""
    bases = _bases(post, form.sheets)
    late = [sheet for sheet in form.sheets if sheet.base != bases[sheet.node.pk]]
    zones = time_zones(sheet.node for sheet in late[:MOST_LATE])
    return [saved_here(by, sheet, zones[sheet.node.pk]) for sheet in late[:MOST_LATE]]


def _wanted(form: Form) -> Iterator[tuple[Sheet, dict[str, Any]]]:
    """The values of each line that changes with everything that was typed, whole."""
    for sheet in form.sheets:
        own = sheet.revision.values if sheet.revision else {}
        changes = [
            (value.rule, mine.value)
            for value in sheet.fields
            if (mine := _typed_for(form, sheet.node.pk, value.rule.key))
        ]
        if changes:
            yield sheet, put(own, changes)


def _foreseen(by: User, way: Journey, form: Form) -> Foreseen:
    """What it would change to save, and to publish the chosen version with these values."""
    saved = {sheet.node: sheet.revision.values if sheet.revision else {} for sheet in form.sheets}
    wanted = {sheet.node: values for sheet, values in _wanted(form)}
    found = foresight.of_values(by, way.version, saved | wanted, publishing=True)
    return foreseen(found, base.rules(way.version))


def _save(by: User, way: Journey, form: Form, post: QueryDict) -> int:
    """Save every line that changes: all of them, or none. Returns how many."""
    bases = _bases(post, form.sheets)
    edits = [Edit(sheet.node, values, bases[sheet.node.pk]) for sheet, values in _wanted(form)]
    comment = text_of(post, "comment")
    return len(configuration.save(by, way.version, edits, comment=comment))


def _typed_for(form: Form, pk: int, key: str) -> Typed | None:
    """What was typed for a line: into its own cell, or else for all."""
    return form.cells.get((pk, key)) or form.commons.get(key)


def _next(post: QueryDict, way: Journey, form: Form) -> str:
    if (page := str(post.get("page", ""))).isdecimal():
        return way.url("configure-line-values", page=page)
    if "stay" in post:
        return way.url("configure-line-values", page=str(form.page.number))
    return way.url("configure-review")


def _context(by: User, way: Journey, form: Form) -> dict[str, Any]:
    rules = base.rules(way.version)
    verdicts = [may(by, Perm.REVIEW, sheet.node) for sheet in form.sheets]
    refused: Verdict = next((one for one in verdicts if not one), YES)
    many = len(form.sheets) > 1
    shown = {line.pk for line in form.page}
    return {
        "way": way,
        "steps": way.steps("configure-line-values"),
        "count": len(form.sheets),
        "first": form.sheets[0].node,
        # What nobody here may change for all of them is in the grid, locked.
        "sections": sections([e for e in form.entries if not many or not e.field.read_only], rules),
        "heads": forms_grid.columns(form.on_page),
        "rows": forms_grid.rows(form.on_page, form.cells, form.conflicts) if many else [],
        "bases": [(sheet.node.pk, sheet.base) for sheet in form.on_page],
        "bases_elsewhere": ".".join(
            f"{sheet.node.pk}-{sheet.base}" for sheet in form.sheets if sheet.node.pk not in shown
        ),
        "page": form.page,
        "wrong": form.wrong,
        "check_url": reverse("configure-check", args=[way.version.pk]),
        "address": way.url("configure-line-values", page=str(form.page.number)),
        "editable": any(value.verdict for sheet in form.sheets for value in sheet.fields),
        "review": refused,
        "review_url": way.url("configure-review"),
    }
