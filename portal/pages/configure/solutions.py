"""Step 1 of publishing: choose a solution and its version."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orchestration.models import Node, SolutionTemplate, SolutionTemplateVersion
from orchestration.queries import configuring
from portal.web.journey import first_steps
from portal.web.listing import page_of
from portal.web.needs import needs
from portal.web.requests import PortalRequest, text_of
from portal.web.scope import scope_of
from rbac.access import Verdict, may, may_anywhere
from rbac.models import User
from rbac.permissions import Perm

WORK = (Perm.REVIEW, Perm.EDIT_OT_VALUES, Perm.EDIT_IT_VALUES)


@dataclass(frozen=True)
class Row:
    """A solution with the versions one may choose, and why one may not if so."""

    template: SolutionTemplate
    versions: Sequence[SolutionTemplateVersion]
    installed: int
    pending: int
    verdict: Verdict


@needs(Perm.VIEW_VALUES)
@require_safe
def solutions(request: PortalRequest) -> HttpResponse:
    """List the solutions; each leads on to the choice of lines."""
    by = request.user
    known = configuring.solutions(by).prefetch_related("capabilities")
    if text := text_of(request.GET, "q"):
        known = known.filter(node__display_name__icontains=text) | known.filter(
            node__name__icontains=text
        )
    page = page_of(request, known)
    versions = configuring.versions_by_solution(page.object_list)
    counts = configuring.installed(by, scope_of(request))
    rows = [
        Row(
            one,
            _usable_first(versions.get(one.pk, [])),
            *counts.get(one.pk, (0, 0)),
            _may_go_on(by, one.node),
        )
        for one in page
    ]
    return render(
        request,
        "configure/solutions.html",
        {"page": page, "rows": rows, "steps": first_steps()},
    )


def _usable_first(
    versions: Sequence[SolutionTemplateVersion],
) -> list[SolutionTemplateVersion]:
    """The versions in their order, those that are withdrawn last: the first one is proposed."""
    return sorted(versions, key=lambda version: version.withdrawn_at is not None)


def _may_go_on(by: User, node: Node) -> Verdict:
    """Whether somebody sees the solution in the catalog, and may work on lines at all."""
    allowed = may(by, Perm.VIEW_SOLUTIONS, node)
    return allowed if not allowed or may_anywhere(by, *WORK) else may(by, Perm.REVIEW, node)
