"""The values of one template at one place: see, set, reset, and what follows from a save."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orchestration.models import (
    AnyVersion,
    ConfigTemplate,
    ConfigTemplateVersion,
    Node,
)
from orchestration.queries import configuring
from orchestration.queries import values as queries
from orchestration.queries.places import time_zone_of
from orchestration.queries.values import Sheet, value_at
from orchestration.services import configuration
from orchestration.services.configuration import Edit
from orchestration.services.errors import Stale
from portal.pages.configure import base
from portal.web import foresight
from portal.web.forms_fields import VALUE
from portal.web.forms_sheet import UNSET, WAS, Entry, Typed, entry, put, sections, typed
from portal.web.impact_rows import Foreseen, foreseen
from portal.web.journey import Journey
from portal.web.meanwhile import theirs, who_saved
from portal.web.needs import needs
from portal.web.place_names import place_name
from portal.web.requests import PortalRequest, text_of
from portal.web.responses import invalid, see
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

RECENT = 5  # saves on the page itself
RESET, TAKE, SHOW = "reset", "take", "impact"  # buttons that save nothing yet


@dataclass(frozen=True)
class Form:
    """What a person sees: the sheet, and what they typed into it so far."""

    sheet: Sheet
    entries: list[Entry]
    typed: Mapping[str, Typed]

    @property
    def wrong(self) -> int:
        """How many fields have errors."""
        return sum(bool(one.errors) for one in self.typed.values())


@needs(Perm.VIEW_VALUES)
@require_http_methods(["GET", "HEAD", "POST"])
def values(request: PortalRequest, node: int, solution: int) -> HttpResponse:
    """Show the values of a solution or config template at a place, and save what was typed."""
    by = request.user
    place = base.place(by, node)
    template = base.template(by, place, solution)
    offered = base.versions(by, place, template)
    version = base.version_of(offered, request.GET.get("version", ""))
    form = _form(by, version, place, request.POST if request.method == "POST" else None)
    opened = request.GET.get("base", "")
    context = _context(by, form, version, offered) | {
        "comment": text_of(request.POST, "comment"),
        "newer": opened.isdecimal() and opened != str(form.sheet.base),
    }
    if request.method != "POST" or {RESET, TAKE} & set(request.POST):
        return render(request, "configure/values.html", context)
    context["asked"] = SHOW in request.POST
    if form.wrong:
        return invalid(request, "configure/values.html", context)
    if SHOW in request.POST:
        context["foreseen"] = _foreseen(by, version, form)
        return render(request, "configure/values.html", context)
    try:
        made = _save(by, version, form, request.POST)
    except Stale:
        fresh = _form(by, version, place, request.POST)
        context |= _context(by, fresh, version, offered) | {"stale": True}
        return render(request, "configure/values.html", context, status=HTTPStatus.CONFLICT)
    messages.success(request, _("Values saved.") if made else _("Nothing was changed."))
    return see(request, _address(place, version, offered))


def _form(by: User, version: AnyVersion, place: Node, post: QueryDict | None) -> Form:
    sheet, rules = queries.sheet(by, version, place), base.rules(version)
    if post is None:
        return Form(sheet, [entry(field) for field in sheet.fields], {})
    post = _pressed(post)
    meanwhile = _changed_meanwhile(by, version, sheet, post)
    given = {field.rule.key: typed(field, rules, post) for field in sheet.fields}
    changed = {key: mine for key, mine in given.items() if mine.changed}
    entries = [
        entry(field, changed.get(key), meanwhile.get(key, "") if key in changed else "")
        for field in sheet.fields
        for key in [field.rule.key]
    ]
    return Form(sheet, entries, changed)


def _pressed(post: QueryDict) -> QueryDict:
    """Do to the texts what the buttons beside the fields say."""
    post = post.copy()
    if name := post.get(RESET, ""):
        post.appendlist(UNSET, name.removeprefix(VALUE))
        post[name] = post.get(WAS + name, "")
    if name := post.get(TAKE, ""):
        post.pop(name, None)
        post.pop(WAS + name, None)
    return post


def _wanted(form: Form) -> dict[str, Any]:
    """The values of the place with everything that was typed, whole."""
    sheet = form.sheet
    own = sheet.revision.values if sheet.revision else {}
    changes = [
        (field.rule, form.typed[field.rule.key].value)
        for field in sheet.fields
        if field.rule.key in form.typed
    ]
    return put(own, changes)


def _foreseen(by: User, version: AnyVersion, form: Form) -> Foreseen | None:
    """What it would change to save, None where nothing differs from what is saved."""
    if not form.typed:
        return None
    found = foresight.of_values(by, version, {form.sheet.node: _wanted(form)})
    return foreseen(found, base.rules(version))


def _save(by: User, version: AnyVersion, form: Form, post: QueryDict) -> bool:
    edit = Edit(form.sheet.node, _wanted(form), _base(post))
    comment = text_of(post, "comment")
    return bool(configuration.save(by, version, [edit], comment=comment))


def _changed_meanwhile(
    by: User, version: AnyVersion, sheet: Sheet, post: QueryDict
) -> dict[str, str]:
    """What somebody else saved since the form was opened, in words, by key."""
    base, save = _base(post), sheet.revision
    if save is None or base == sheet.base:
        return {}
    before = queries.saves(version.template, {sheet.node.pk: base}).get(sheet.node.pk, {})
    zone = time_zone_of(sheet.node)
    return {
        field.rule.key: theirs(by, field, sheet, zone)
        for field in sheet.fields
        if value_at(before, field.rule.key) != field.own
    }


def _context(
    by: User, form: Form, version: AnyVersion, offered: list[AnyVersion]
) -> dict[str, Any]:
    node, template = form.sheet.node, version.template
    address = _address(node, version, offered)
    return {
        "crumbs": [*base.crumbs(by, node), (str(template), "")],
        "node": node,
        "place": place_name(node),
        "template": template,
        "version": version,
        "versions": offered,
        "sheet": form.sheet,
        "sections": sections(form.entries, base.rules(version)),
        "wrong": form.wrong,
        "editable": any(field.verdict for field in form.sheet.fields),
        "why_not": may(by, Perm.EDIT_OT_VALUES, node),
        "address": address,
        "notice_url": f"{address}{'&' if '?' in address else '?'}base={form.sheet.base}",
        "check_url": _check_url(node, version),
        "shared": isinstance(template, ConfigTemplate),
        "who": who_saved(by, form.sheet.revision),
        "batches": (batches := _batches(by, node, version)),
        "waiting": sum(count for count, _, _ in batches),
        "review": may(by, Perm.REVIEW, node),
        "history": queries.history(by, template, node)[:RECENT],
        "zone": time_zone_of(node),
    }


def _batches(by: User, node: Node, version: AnyVersion) -> list[tuple[int, str, str]]:
    """The copies below that wait: how many, of which version where that needs saying, and where."""
    batches = configuring.pending(by, node, version.template)
    shared = isinstance(version, ConfigTemplateVersion)
    return [
        (
            len(batch.lines),
            str(batch.version) if shared else batch.version.version if len(batches) > 1 else "",
            Journey(batch.version, tuple(batch.lines), _copy(batch)).url("configure-review"),
        )
        for batch in batches
    ]


def _copy(batch: configuring.Batch) -> str:
    own = batch.version.template.node.name
    return "" if batch.name == own else batch.name


def _address(node: Node, version: AnyVersion, offered: list[AnyVersion]) -> str:
    url = reverse("configure-values", args=[node.pk, version.template_id])
    return url if version == offered[0] else f"{url}?version={version.pk}"


def _check_url(node: Node, version: AnyVersion) -> str:
    if isinstance(version, ConfigTemplateVersion):
        return reverse("configure-check-config", args=[node.pk, version.pk])
    return reverse("configure-check", args=[version.pk])


def _base(post: QueryDict) -> int:
    text = post.get("base", "")
    return int(text[:9]) if text.isdecimal() else 0
