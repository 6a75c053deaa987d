"""Step 2 of publishing: choose the lines; those that do not fit say why."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page
from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from orchestration.models import SolutionInstance, Target
from orchestration.queries import configuring, places
from orchestration.queries.impact import has_older
from orchestration.queries.solutions import word_of
from orchestration.states import Word
from portal.pages.configure import base
from portal.web.journey import MOST_LINES, Journey
from portal.web.listing import page_of
from portal.web.needs import needs
from portal.web.parts import Column
from portal.web.requests import PortalRequest, text_of
from portal.web.responses import see
from portal.web.scope import scope_of
from portal.web.sentences import refusal
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

SIZE = 100
FILTERS = ("q", "under", "capability", "page")
COLUMNS = (
    Column(_("Line")),
    Column(_("Status")),
    Column(_("Runs now")),
    Column(_("Can do")),
)


@dataclass(frozen=True)
class Row:
    """A line one may choose; ``off`` says why not."""

    target: Target
    copy: SolutionInstance | None
    chosen: bool
    off: str

    @property
    def word(self) -> Word | None:
        """The portal's word for the copy there is, None where nothing is installed."""
        if self.copy is None:
            return None
        return word_of(self.copy)


@needs(Perm.VIEW_VALUES)
@require_http_methods(["GET", "HEAD", "POST"])
def lines(request: PortalRequest) -> HttpResponse:
    """List the lines of the solution's context; keep what is ticked in the address."""
    by = request.user
    way = base.journey(request, by)
    rows = _filtered(request, way)
    if request.method == "POST":
        return _go_on(request, way, rows)
    page = page_of(request, rows, SIZE)
    return render(
        request,
        "configure/lines.html",
        {
            "way": way,
            "steps": way.steps("configure-lines"),
            "page": page,
            "rows": _rows(by, way, page),
            "columns": COLUMNS,
            "impact_url": way.url("configure-version-impact") if has_older(way.version) else "",
            "elsewhere": len(set(way.lines) - {row.pk for row in page}),
            "empty": request.GET.get("empty", ""),
            "sites": configuring.nodes(by)
            .exclude(kind="target")
            .filter(context=way.template.node.context_id),
            "capabilities": places.capability_names(by),
        },
    )


def _go_on(request: PortalRequest, way: Journey, rows: QuerySet[Target]) -> HttpResponse:
    """Add up what is ticked on this page and on others, and go where the button says."""
    by, post = request.user, request.POST
    on_page = {int(one) for one in post.getlist("shown") if one.isdecimal()}
    ticked = {int(one) for one in post.getlist("line") if one.isdecimal()}
    chosen = (set(way.lines) - on_page) | ticked
    if "all" in post:
        chosen |= {row.pk for row in rows[:MOST_LINES]}
    elif "none" in post:
        chosen = set()
    seen = configuring.lines(by, way.template.node.context_id).filter(pk__in=chosen)
    kept = [line.pk for line in seen if not _why_not(by, way, line)]
    if "next" in post and kept:
        return see(request, way.url("configure-line-values", kept))
    filters = {name: text_of(post, name) for name in FILTERS}
    return see(
        request, way.url("configure-lines", kept, **filters, empty="1" if "next" in post else "")
    )


def _filtered(request: PortalRequest, way: Journey) -> QuerySet[Target]:
    asked: QueryDict = request.POST if request.method == "POST" else request.GET
    by = request.user
    within = scope_of(request)
    if (under := str(asked.get("under", ""))).isdecimal():
        within = base.place(by, int(under))
    rows = configuring.lines(by, way.template.node.context_id, within)
    if text := text_of(asked, "q"):
        node = Q(node__name__icontains=text) | Q(node__display_name__icontains=text)
        above = Q(node__parent__name__icontains=text) | Q(
            node__parent__display_name__icontains=text
        )
        rows = rows.filter(node | above)
    if capability := text_of(asked, "capability"):
        rows = rows.filter(capabilities__name=capability)
    return rows


def _rows(by: User, way: Journey, page: Page[Target]) -> list[Row]:
    name = way.instance or way.template.node.name
    installed = configuring.copies(by, way.template, name, [row.pk for row in page])
    return [
        Row(line, installed.get(line.pk), line.pk in way.lines, _why_not(by, way, line))
        for line in page
    ]


def _why_not(by: User, way: Journey, line: Target) -> str:
    """Why a line cannot be chosen: it lacks something, or the person lacks a right."""
    missing = places.compatible(way.template, line)
    if missing:
        return _now("It lacks: %(names)s.") % {"names": ", ".join(missing)}
    return _lacking(by, line)


def _lacking(by: User, line: Target) -> str:
    rights: Iterable[Perm] = (Perm.REVIEW, Perm.EDIT_OT_VALUES, Perm.EDIT_IT_VALUES)
    verdicts = [may(by, perm, line.node) for perm in rights]
    return "" if any(verdicts) else refusal(verdicts[0])
