"""Solutions: how far each has come, and which line is on which version."""

from collections import Counter

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from orchestration.models import SolutionTemplate
from orchestration.queries import solutions as queries
from orchestration.queries.places import time_zones
from orchestration.queries.solutions import Spread
from orchestration.states import Word
from portal.web.copies import copies
from portal.web.listing import chosen_word, page_of, tiles
from portal.web.needs import WATCH, needs
from portal.web.parts import Column
from portal.web.requests import PortalRequest
from portal.web.scope import scope_of
from rbac.access import may_anywhere
from rbac.models import User
from rbac.permissions import Perm

COLUMNS = (
    Column(_("Solution")),
    Column(_("Newest version")),
    Column(_("Status")),
    Column(_("Published for"), number=True),
    Column(_("Deployed on"), number=True),
    Column(_("Last updated")),
    Column(_("Needs")),
)
COPY_COLUMNS = (
    Column(_("Line")),
    Column(_("Status")),
    Column(_("Runs")),
    Column(_("Newest published")),
    Column(_("Last change")),
)


@needs(*WATCH, Perm.VIEW_SOLUTIONS)
@require_safe
def solutions(request: PortalRequest) -> HttpResponse:
    """List the solutions; the tiles count those with at least one copy in that state."""
    spreads = _matching(request, queries.spreads(request.user, scope_of(request)))
    counts: Counter[Word] = Counter(word for spread in spreads for word in spread.words)
    chosen = chosen_word(request)
    rows = [spread for spread in spreads if chosen is None or chosen in spread.words]
    page = page_of(request, rows)
    prefetch_related_objects([spread.template for spread in page], "capabilities")
    return render(
        request,
        "monitor/solutions.html",
        {"tiles": tiles(request, counts), "page": page, "columns": COLUMNS},
    )


@needs(*WATCH, Perm.VIEW_SOLUTIONS)
@require_safe
def solution(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one solution: its copies, and how many lines each version has reached."""
    within = scope_of(request)
    template = _template(request.user, pk)
    rows = queries.instances(request.user, within).filter(template=template)
    counts = queries.word_counts(rows)
    chosen = chosen_word(request)
    if chosen is not None:
        rows = rows.filter(queries.having(chosen))
    page = page_of(request, rows.order_by("target__node__path", "name"))
    spread = queries.spread_of(request.user, template, within)
    return render(
        request,
        "monitor/solution.html",
        {
            "crumbs": [(_("Solutions"), reverse("monitor-solutions")), (str(template), "")],
            "spread": spread,
            "topic": f"solution:{pk}",
            "tiles": tiles(request, counts),
            "page": page,
            "copies": copies(request.user, page.object_list),
            "zones": time_zones(copy.target.node for copy in page),
            "columns": COPY_COLUMNS,
            "may_deploy": may_anywhere(request.user, Perm.DEPLOY),
            "reach": queries.reach(request.user, template, within),
        },
    )


def _matching(request: PortalRequest, spreads: list[Spread]) -> list[Spread]:
    wanted = request.GET.get("q", "").strip().casefold()
    return [
        spread
        for spread in spreads
        if wanted in f"{spread.template} {spread.template.node.name}".casefold()
    ]


def _template(by: User, pk: int) -> SolutionTemplate:
    """A solution in the person's catalog or on one of their lines."""
    template = queries.templates(by).filter(pk=pk).first()
    if template is not None:
        return template
    copy = queries.instances(by).filter(template=pk).first()
    if copy is None:
        raise Http404
    return copy.template
