"""Every save of the values of one template at a place: compare two, and restore one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from orchestration.models import AnyVersion, ConfigurationRevision, Node
from orchestration.queries import values as queries
from orchestration.queries.ownership import Ownership
from orchestration.queries.places import time_zone_of
from orchestration.resolution import difference
from orchestration.services import configuration
from orchestration.services.configuration import Edit
from portal.pages.configure import base
from portal.web.listing import page_of
from portal.web.needs import needs
from portal.web.parts import Column
from portal.web.provenance import Named, named_changes
from portal.web.requests import PortalRequest
from portal.web.responses import see
from rbac.access import Verdict
from rbac.models import User
from rbac.permissions import Perm

COLUMNS = (
    Column(_("Save")),
    Column(_("When")),
    Column(_("By")),
    Column(_("Comment")),
    Column(_("What changed")),
    Column(_("Actions"), hidden=True),
)


@dataclass(frozen=True)
class Row:
    """One save, what it changed, and whether its values may be brought back."""

    save: ConfigurationRevision
    changes: list[Named]
    current: bool
    restore: Verdict


@needs(Perm.VIEW_VALUES)
@require_safe
def history(request: PortalRequest, node: int, solution: int) -> HttpResponse:
    """List the saves, newest first; with two of them named, how they differ."""
    by = request.user
    place, version, saves = _found(by, node, solution)
    page, ownership = page_of(request, saves), Ownership(version)
    chosen = [one for one in saves if str(one.number) in request.GET.getlist("save")]
    return render(
        request,
        "configure/history.html",
        {
            "crumbs": [
                *base.crumbs(by, place),
                (str(version.template), reverse("configure-values", args=[place.pk, solution])),
                (_("History"), ""),
            ],
            "node": place,
            "template": version.template,
            "page": page,
            "rows": [_row(by, ownership, place, version, saves, one) for one in page.object_list],
            "columns": COLUMNS,
            "base": saves[0].number if saves else 0,
            "compared": _compared(version, chosen),
            "asked": len(chosen),
            "zone": time_zone_of(place),
        },
    )


@needs(Perm.EDIT_OT_VALUES, Perm.EDIT_IT_VALUES)
@require_POST
def restore(request: PortalRequest, node: int, solution: int, number: int) -> HttpResponse:
    """Save the values of an earlier save again, as a new one."""
    by = request.user
    place, version, saves = _found(by, node, solution)
    wanted = get_object_or_404(ConfigurationRevision, pk__in=[s.pk for s in saves], number=number)
    comment = _now("Restored from save %(number)s") % {"number": number}
    seen = request.POST.get("base", "")
    edit = Edit(place, wanted.values, int(seen[:9]) if seen.isdecimal() else 0)
    if configuration.save(by, version, [edit], comment=comment):
        messages.success(request, comment + ".")
    else:
        messages.success(request, _now("Nothing was changed: these values are current."))
    return see(request, reverse("configure-values", args=[place.pk, solution]))


def _found(
    by: User, node: int, solution: int
) -> tuple[Node, AnyVersion, list[ConfigurationRevision]]:
    place = base.place(by, node)
    template = base.template(by, place, solution)
    version = base.version_of(base.versions(by, place, template), "")
    return place, version, queries.history(by, template, place)


def _row(
    by: User,
    ownership: Ownership,
    place: Node,
    version: AnyVersion,
    saves: Sequence[ConfigurationRevision],
    save: ConfigurationRevision,
) -> Row:
    before = next((one for one in saves if one.number == save.number - 1), None)
    return Row(
        save,
        _changes(version, before.values if before else {}, save.values),
        save == saves[0],
        ownership.may_change(by, place, saves[0].values, save.values),
    )


def _compared(
    version: AnyVersion, chosen: Sequence[ConfigurationRevision]
) -> dict[str, Any] | None:
    if len(chosen) != 2:  # noqa: PLR2004  one is compared with another
        return None
    newer, older = chosen
    return {
        "older": older,
        "newer": newer,
        "changes": _changes(version, older.values, newer.values),
    }


def _changes(version: AnyVersion, before: dict[str, Any], after: dict[str, Any]) -> list[Named]:
    rules = base.rules(version)
    secrets = [rule.key for rule in rules.rules if rule.secret]
    return named_changes(difference(before, after, secrets=secrets), rules)
