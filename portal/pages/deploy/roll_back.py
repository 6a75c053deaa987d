"""Rolling one line back: which revision, how it differs, how it went last time."""

from dataclasses import dataclass

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from orchestration.models import Deployment, SolutionInstance, SolutionVersion
from orchestration.queries import possible, revisions, solutions
from orchestration.queries.deployments import deployments
from orchestration.queries.places import time_zone_of
from orchestration.services import rollouts
from orchestration.states import DEPLOYMENT, FAILED_DEPLOYMENT, State
from portal.web.needs import needs
from portal.web.provenance import Named, differences_of
from portal.web.requests import PortalRequest
from portal.web.responses import see
from rbac.models import User
from rbac.permissions import Perm


@dataclass(frozen=True)
class Choice:
    """A revision one may go back to, and the last attempt at it."""

    revision: SolutionVersion
    changes: list[Named]
    attempt: Deployment | None

    @property
    def ended(self) -> State | None:
        """How the last attempt stands, None where it was never deployed."""
        return DEPLOYMENT[self.attempt.state] if self.attempt else None

    @property
    def failed(self) -> bool:
        """Whether it failed last time."""
        return self.attempt is not None and self.attempt.state in FAILED_DEPLOYMENT


@needs(Perm.DEPLOY)
@require_http_methods(["GET", "HEAD", "POST"])
def roll_back(request: PortalRequest, pk: int) -> HttpResponse:
    """Choose a revision, then confirm it; the choice is in the address."""
    by = request.user
    instance = get_object_or_404(solutions.instances(by).defer(None), pk=pk)
    earlier = revisions.earlier_than_current(by, instance)
    if request.method == "POST":
        chosen = get_object_or_404(
            revisions.revisions(by).filter(instance=instance), pk=_number(request.POST)
        )
        comment = request.POST.get("comment", "")[:300]
        started = rollouts.roll_back(by, [chosen], comment=comment)
        return see(request, reverse("deploy-rollout", args=[started.pk]))
    choices = _choices(by, instance, earlier)
    wanted = _number(request.GET)
    line = reverse("monitor-target", args=[instance.target_id])
    return render(
        request,
        "deploy/roll_back.html",
        {
            "crumbs": [(str(instance.target), line), (_("Roll back"), "")],
            "instance": instance,
            "choices": choices,
            "chosen": next((one for one in choices if one.revision.pk == wanted), None),
            "verdict": possible.roll_back(by, instance, earlier),
            "zone": time_zone_of(instance.target.node),
        },
    )


def _choices(by: User, instance: SolutionInstance, earlier: list[SolutionVersion]) -> list[Choice]:
    attempts = deployments(by).filter(instance=instance).order_by("pk")
    last = {attempt.revision_id: attempt for attempt in attempts}
    return [Choice(one, differences_of(instance.current, one), last.get(one.pk)) for one in earlier]


def _number(asked: QueryDict) -> int:
    value = asked.get("revision") or ""
    return int(value) if value.isdecimal() else 0
