"""Lines: the list, and the page of one line with everything that runs there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from orchestration.models import Deployment, RevisionDependency, SolutionVersion, Target
from orchestration.queries import agents, deployments, events, places, possible, solutions
from orchestration.queries.dependents import Users, dependencies_of, users
from orchestration.queries.revisions import earlier_than_current, history
from orchestration.states import DEPLOYMENT, State, Word
from portal.web.copies import Copy, OwnPage, copies, own_pages
from portal.web.event_sentences import health_word, sentence
from portal.web.listing import chosen_word, page_of, tiles
from portal.web.needs import WATCH, needs
from portal.web.parts import Column
from portal.web.provenance import Setting, settings_of_revision
from portal.web.requests import PortalRequest
from portal.web.scope import scope_of
from rbac.access import Verdict, may
from rbac.models import User
from rbac.permissions import Perm

RECENT = 10
COLUMNS = (
    Column(_("Line"), sort="name"),
    Column(_("Place"), sort="place"),
    Column(_("Status")),
    Column(_("Runs")),
    Column(_("Can do")),
    Column(_("Contact")),
)
ORDERS = {
    "name": ("node__display_name", "node__name"),
    "-name": ("-node__display_name", "-node__name"),
    "place": ("node__path",),
    "-place": ("-node__path",),
}


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    target: Target
    copies: list[Copy]
    away: bool

    @property
    def loudest(self) -> Copy | None:
        """The copy that wants attention most; its word stands for the line."""
        return min(self.copies, key=lambda copy: solutions.loudness(copy.word), default=None)

    @property
    def running(self) -> list[Copy]:
        """The copies of which something runs."""
        return [copy for copy in self.copies if copy.current]

    @property
    def word(self) -> Word | None:
        """The word of the line, None where nothing is installed."""
        return self.loudest.word if self.loudest else None


@needs(*WATCH)
@require_safe
def targets(request: PortalRequest) -> HttpResponse:
    """List the lines; the tiles count those with at least one copy in that state."""
    rows = _filtered(request)
    counts = _counts(request.user, rows)
    chosen = chosen_word(request)
    if chosen is not None:
        rows = _with(request.user, rows, chosen)
    page = page_of(
        request, rows.order_by(*ORDERS.get(request.GET.get("sort", ""), ("node__path",)))
    )
    return render(
        request,
        "monitor/targets.html",
        {
            "tiles": tiles(request, counts),
            "page": page,
            "rows": _rows(request.user, page.object_list),
            "zones": places.time_zones(line.node for line in page),
            "columns": COLUMNS,
            "sort": request.GET.get("sort"),
            "levels": places.level_names(request.user),
            "capabilities": places.capability_names(request.user),
        },
    )


@needs(*WATCH)
@require_safe
def target(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one line: what runs there, what was done, and what may be done now."""
    by = request.user
    line = get_object_or_404(places.targets(by), pk=pk)
    zone = places.time_zone_of(line.node)
    attempts = deployments.deployments(by).filter(target=line)[:RECENT]
    log = events.events(by, line.node)[:RECENT]
    return render(
        request,
        "monitor/target.html",
        {
            "target": line,
            "topic": f"target:{pk}",
            "crumbs": _crumbs(by, line),
            "zone": zone,
            "away": line.agent is not None and agents.away(line.agent),
            "installed": [
                _installed(by, copy, zone)
                for copy in copies(by, solutions.instances(by).filter(target=line))
            ],
            "attempts": [(attempt, DEPLOYMENT[attempt.state]) for attempt in attempts],
            "events": [(event, sentence(event)) for event in log],
            "log_verdict": may(by, Perm.VIEW_DEPLOYMENTS, line.node),
            "capabilities": line.capabilities.all(),
        },
    )


@dataclass(frozen=True)
class Ended:
    """How the last attempt at a revision stands."""

    attempt: Deployment
    state: State


@dataclass(frozen=True)
class Installed:
    """One copy on the page of a line, with everything one can ask and do about it.

    ``past`` are its revisions, each with the last attempt at it. ``uses`` are the shared copies it
    runs with, ``used_by`` the copies that run with it.
    """

    copy: Copy
    settings: list[Setting]
    pages: list[OwnPage]
    past: list[tuple[SolutionVersion, Ended | None]]
    uses: list[RevisionDependency]
    used_by: Users
    deploy: Verdict
    roll_back: Verdict
    uninstall: Verdict
    retry: Verdict | None

    @property
    def since(self) -> datetime | None:
        """Since when the current revision has been there."""
        current = self.copy.current
        ended = next((ended for one, ended in self.past if one == current), None)
        return ended.attempt.finished_at if ended and not ended.attempt.failure else None

    @property
    def health(self) -> str:
        """How it is, as its agent sees it; empty before it has looked."""
        state = self.copy.instance.health.get("state")
        return health_word(state) if state else ""

    @property
    def deploy_url(self) -> str:
        """Where the newest revision is confirmed."""
        return f"{reverse('deploy-confirm')}?instance={self.copy.instance.pk}"

    @property
    def uninstall_url(self) -> str:
        """Where the removal is confirmed."""
        return f"{reverse('deploy-uninstall')}?instance={self.copy.instance.pk}"

    @property
    def retry_id(self) -> str:
        """Id of the question, which stays open while the page changes."""
        return f"retry-{self.copy.instance.pk}"


def _installed(by: User, copy: Copy, zone: str) -> Installed:
    instance, attempt = copy.instance, copy.attempt
    past = history(by, instance)
    return Installed(
        copy=copy,
        settings=settings_of_revision(by, instance.current, zone) if instance.current else [],
        pages=own_pages(instance.current),
        past=[(one, Ended(last, DEPLOYMENT[last.state]) if last else None) for one, last in past],
        deploy=possible.deploy(by, instance, copy.newest),
        roll_back=possible.roll_back(by, instance, earlier_than_current(by, instance)),
        uses=dependencies_of(instance.desired or instance.current),
        used_by=(used_by := users(by, instance)),
        uninstall=possible.uninstall(by, instance, used_by),
        retry=possible.retry(by, attempt, newest=True) if attempt and attempt.failure else None,
    )


def _crumbs(by: User, line: Target) -> list[tuple[str, str]]:
    """The way to a line; a place above what the person sees is a name without a link."""
    lines = reverse("monitor-targets")
    way = places.way_to(by, line.node)
    above = [
        (crumb.node.title, f"{lines}?under={crumb.node.pk}" if crumb.visible else "")
        for crumb in way[:-1]
    ]
    return [*above, (line.node.title, "")]


def _filtered(request: PortalRequest) -> QuerySet[Target]:
    asked, by = request.GET, request.user
    within = scope_of(request)
    if asked.get("under", "").isdecimal():
        within = get_object_or_404(places.nodes(by), pk=asked["under"])
    return places.narrowed(
        places.targets(by, within),
        text=asked.get("q", "").strip(),
        level=asked.get("level", ""),
        capability=asked.get("capability", ""),
        away="away" in asked,
    )


def _counts(by: User, rows: QuerySet[Target]) -> dict[Word, int]:
    """How many of the lines have a copy of each word, in one read."""
    words = solutions.words()
    found = solutions.instances(by).filter(target__in=rows.order_by().values("pk")).order_by()
    columns = {
        f"count_{at}": Count("target", distinct=True, filter=solutions.having(word))
        for at, word in enumerate(words)
    }
    counted = found.aggregate(**columns)
    return {word: counted[f"count_{at}"] for at, word in enumerate(words)}


def _with(by: User, rows: QuerySet[Target], word: Word) -> QuerySet[Target]:
    """The lines with a copy of which the portal says this word."""
    found = solutions.instances(by).filter(solutions.having(word))
    return rows.filter(pk__in=found.order_by().values("target"))


def _rows(by: User, lines: Iterable[Target]) -> list[Row]:
    shown = list(lines)
    prefetch_related_objects(shown, "capabilities")
    found: dict[int, list[Copy]] = {line.pk: [] for line in shown}
    for copy in copies(by, solutions.instances(by).filter(target__in=shown)):
        found[copy.instance.target_id].append(copy)
    return [
        Row(line, found[line.pk], line.agent is not None and agents.away(line.agent))
        for line in shown
    ]
