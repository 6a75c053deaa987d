"""Rollouts: the list, one with its lines, and what may be done to all of them together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from orchestration.models import Deployment, Rollout, SolutionVersion
from orchestration.queries import deployments as queries
from orchestration.queries import possible
from orchestration.queries.places import time_zones
from orchestration.services import rollouts as services
from orchestration.services.errors import Refused, Stale
from orchestration.states import DEPLOYMENT, ROLLOUT, PublicationState, State
from portal.web.listing import page_of
from portal.web.needs import needs
from portal.web.parts import Column
from portal.web.remarks import remark, remarks
from portal.web.requests import PortalRequest
from portal.web.responses import see
from portal.web.scope import scope_of
from portal.web.troubles import Hold, hold_of
from rbac.access import Verdict
from rbac.models import User
from rbac.permissions import Perm

COLUMNS = (
    Column(_("What")),
    Column(_("Status")),
    Column(_("Lines done")),
    Column(_("Started")),
    Column(_("By")),
)
LINE_COLUMNS = (
    Column(_("Line")),
    Column(_("Solution")),
    Column(_("From")),
    Column(_("To")),
    Column(_("Status")),
    Column(_("Last change")),
)
KINDS = {
    Rollout.Kind.DEPLOY: _("Deployment"),
    Rollout.Kind.ROLL_BACK: _("Roll back"),
    Rollout.Kind.RETRY: _("Retry"),
    Rollout.Kind.UNINSTALL: _("Uninstallation"),
}


@dataclass(frozen=True)
class Line:
    """One line of a rollout, and what may be done to it now."""

    deployment: Deployment
    hold: Hold | None
    retry: Verdict
    cancel: Verdict
    back_to: SolutionVersion | None

    @property
    def state(self) -> State:
        """The state, with its word."""
        return DEPLOYMENT[self.deployment.state]


@needs(Perm.VIEW_DEPLOYMENTS)
@require_safe
def rollouts(request: PortalRequest) -> HttpResponse:
    """List the rollouts that touch a line the person sees, newest first."""
    page = page_of(request, queries.rollouts(request.user, scope_of(request)))
    progress = queries.progress_of(request.user, page.object_list)
    told = remarks(request.user, page.object_list)
    rows = [
        (row, KINDS[Rollout.Kind(row.kind)], ROLLOUT[row.state], progress[row.pk], told[row.pk])
        for row in page
    ]
    return render(request, "deploy/rollouts.html", {"page": page, "rows": rows, "columns": COLUMNS})


@needs(Perm.VIEW_DEPLOYMENTS)
@require_safe
def rollout(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one rollout: how far it is, each line, and what may be done."""
    row = get_object_or_404(queries.rollouts(request.user), pk=pk)
    rows = _lines(request.user, row)
    title = f"{KINDS[Rollout.Kind(row.kind)]} {row.pk}"
    return render(
        request,
        "deploy/rollout.html",
        {
            "crumbs": [(_("Rollouts"), reverse("deploy-rollouts")), (title, "")],
            "rollout": row,
            "remark": remark(request.user, row),
            "topic": f"rollout:{pk}",
            "title": title,
            "state": ROLLOUT[row.state],
            "bar": ROLLOUT[row.state].severity,
            "lines": rows,
            "zones": time_zones(line.deployment.target.node for line in rows),
            "columns": LINE_COLUMNS,
            "progress": queries.progress(queries.deployments(request.user).filter(rollout=row)),
            "retry": [line for line in rows if line.retry],
            "back": [line for line in rows if line.back_to],
            "cancel": [line for line in rows if line.cancel],
            "why_not": _why_not(request.user, rows),
        },
    )


@needs(Perm.DEPLOY, Perm.UNINSTALL)
@require_POST
def retry(request: PortalRequest, pk: int) -> HttpResponse:
    """Try the lines that failed again, together."""
    return _start(
        request,
        pk,
        lambda rows: services.retry(request.user, [line.deployment for line in rows if line.retry]),
    )


@needs(Perm.DEPLOY)
@require_POST
def roll_back(request: PortalRequest, pk: int) -> HttpResponse:
    """Bring each line back to what it ran before this rollout."""
    return _start(
        request,
        pk,
        lambda rows: services.roll_back(request.user, [r.back_to for r in rows if r.back_to]),
    )


@needs(Perm.DEPLOY)
@require_POST
def cancel(request: PortalRequest, pk: int) -> HttpResponse:
    """Stop what has not begun to change its line; what has begun goes on, and is counted."""
    row = get_object_or_404(queries.rollouts(request.user), pk=pk)
    stopped = begun = 0
    for line in _lines(request.user, row):
        if not line.cancel:
            begun += line.deployment.active
            continue
        try:
            services.cancel(request.user, line.deployment)
            stopped += 1
        except (Refused, Stale):
            begun += 1
    text = ngettext("%(n)s line cancelled.", "%(n)s lines cancelled.", stopped) % {"n": stopped}
    if begun:
        text += " " + _now("It had begun on %(n)s; there it goes on.") % {"n": begun}
    messages.success(request, text)
    return see(request, reverse("deploy-rollout", args=[pk]))


def _start(
    request: PortalRequest, pk: int, change: Callable[[Sequence[Line]], Rollout]
) -> HttpResponse:
    row = get_object_or_404(queries.rollouts(request.user), pk=pk)
    started = change(_lines(request.user, row))
    return see(request, reverse("deploy-rollout", args=[started.pk]))


def _lines(by: User, row: Rollout) -> list[Line]:
    attempts = list(
        queries.deployments(by).filter(rollout=row).order_by("target__node__path", "pk")
    )
    latest = queries.latest(by, [attempt.instance for attempt in attempts])
    return [
        Line(
            attempt,
            hold_of(attempt),
            possible.retry(by, attempt, newest=latest[attempt.instance_id].pk == attempt.pk),
            possible.cancel(by, attempt),
            _back_to(by, attempt),
        )
        for attempt in attempts
    ]


def _back_to(by: User, attempt: Deployment) -> SolutionVersion | None:
    """What the line ran before, where it now runs what this rollout brought."""
    before = attempt.from_revision
    if before is None or before.state != PublicationState.READY_TO_DEPLOY or attempt.active:
        return None
    runs_it = attempt.instance.current_id == attempt.revision_id
    changed = before.pk != attempt.revision_id
    if runs_it and changed and possible.roll_back(by, attempt.instance, [before]):
        return before
    return None


def _why_not(by: User, rows: Sequence[Line]) -> Verdict | None:
    """The right that is missing for doing anything here, to say so before a button is pressed."""
    verdicts = [possible.may_act(by, line.deployment) for line in rows]
    return verdicts[0] if verdicts and not any(verdicts) else None
