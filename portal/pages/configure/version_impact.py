"""What a version of a solution changes on the lines that have an older one."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from orchestration.models import Target
from orchestration.queries import impact
from orchestration.queries.impact import Impact
from portal.pages.configure import base
from portal.web.impact_rows import foreseen
from portal.web.journey import MOST_LINES, Journey
from portal.web.needs import needs
from portal.web.requests import PortalRequest
from rbac.access import Verdict, may_each
from rbac.models import User
from rbac.permissions import Perm


@needs(Perm.VIEW_VALUES)
@require_safe
def version_impact(request: PortalRequest) -> HttpResponse:
    """Show the effect before anybody publishes, and lead on to the review of these lines."""
    by = request.user
    way = base.journey(request, by)
    found = impact.of_version(by, way.version)
    changed = _changed(way, found)
    lines = base.lines_of(by, Journey(way.version, changed))
    return render(
        request,
        "configure/version_impact.html",
        {
            "crumbs": [(_("Lines"), way.url("configure-lines")), (_("What changes"), "")],
            "way": way,
            "asked": True,
            "foreseen": foreseen(found, base.rules(way.version)),
            "count": len(changed),
            "review": _verdict(by, lines),
            "review_url": way.url("configure-review", changed),
        },
    )


def _changed(way: Journey, found: Impact) -> tuple[int, ...]:
    """The lines whose copy of the chosen name would change."""
    name = way.instance or way.template.node.name
    copies = (copy for group in found.groups for copy in group.copies)
    return tuple(sorted(copy.target for copy in copies if copy.name == name))[:MOST_LINES]


def _verdict(by: User, lines: list[Target]) -> Verdict:
    return may_each(by, Perm.REVIEW, [line.node for line in lines])
