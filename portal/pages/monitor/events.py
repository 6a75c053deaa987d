"""The event log: who did what, where, when, and how it ended."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from orchestration.models import Event, Node
from orchestration.queries import events as queries
from orchestration.queries import places, solutions
from orchestration.states import Severity, Word
from portal.web.event_sentences import GROUPS, sentence
from portal.web.listing import page_of
from portal.web.needs import WATCH, needs
from portal.web.parts import Column
from portal.web.requests import PortalRequest
from portal.web.scope import scope_of

COLUMNS = (Column(_("When")), Column(_("What")), Column(_("Where")), Column(_("Who")))
FAILED = Word("Failed", Severity.DANGER)
MOST_CHOICES = 300


@dataclass(frozen=True)
class Entry:
    """One event as a row; ``url`` leads to what it is about, ``pane`` opens it beside the list."""

    event: Event
    text: str
    url: str = ""
    pane: bool = False

    @property
    def failed(self) -> Word | None:
        """The word to show before the sentence when it ended badly."""
        return FAILED if self.event.outcome == "failed" else None

    @property
    def line(self) -> Node | None:
        """The line it happened at, which has a page."""
        node = self.event.node
        return node if node and node.kind == Node.Kind.TARGET else None


@needs(*WATCH)
@require_safe
def events(request: PortalRequest) -> HttpResponse:
    """List the events, newest first."""
    by = request.user
    page = page_of(request, _filtered(request))
    return render(
        request,
        "monitor/events.html",
        {
            "page": page,
            "entries": [_entry(event) for event in page],
            "zones": places.time_zones(event.node for event in page if event.node),
            "columns": COLUMNS,
            "groups": [(key, label) for key, (label, _prefixes) in GROUPS.items()],
            "actors": queries.actors(by)[:MOST_CHOICES],
            "lines": places.targets(by, scope_of(request))[:MOST_CHOICES],
            "solutions": solutions.on_lines(by),
        },
    )


def _filtered(request: PortalRequest) -> QuerySet[Event]:
    asked = request.GET
    rows = queries.events(request.user, scope_of(request))
    if asked.get("group") in GROUPS:
        kinds = Q()
        for prefix in GROUPS[asked["group"]][1]:
            kinds |= Q(kind__startswith=prefix)
        rows = rows.filter(kinds)
    if asked.get("outcome") in {"done", "failed"}:
        rows = rows.filter(outcome=asked["outcome"])
    if asked.get("who"):
        rows = rows.filter(actor=asked["who"])
    if asked.get("line", "").isdecimal():
        rows = rows.filter(node=int(asked["line"]))
    if asked.get("solution"):
        rows = rows.filter(params__solution=asked["solution"])
    return rows


def _entry(event: Event) -> Entry:
    if event.object_type == "Deployment":
        return Entry(event, sentence(event), _page("monitor-deployment", event), pane=True)
    if event.object_type == "Rollout":
        return Entry(event, sentence(event), _page("deploy-rollout", event))
    return Entry(event, sentence(event))


def _page(name: str, event: Event) -> str:
    return reverse(name, args=[event.object_id]) if event.object_id else ""
