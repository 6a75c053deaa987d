"""Which shared copies are not as their dependents need them. No rights here."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from orchestration.models import Deployment, InjectedSection, RevisionDependency, SharedCopy
from orchestration.states import ACTIVE_DEPLOYMENT, DeploymentState

# What a look may change; for the other reasons to wait somebody has to do something first.
_WORTH_A_LOOK = ("updating", "unfit")


def unsettled() -> list[int]:
    """The ids of shared copies to be settled; none that is being deployed to."""
    if not SharedCopy.objects.exists():
        return []
    rows = SharedCopy.objects.filter(
        Q(pk__in=_waited_for())
        | Q(pk__in=_holding_too_much())
        | Q(pk__in=_holding_too_little())
        | Q(pk__in=_overtaken())
    )
    return list(rows.exclude(Exists(_active("pk"))).order_by("pk").values_list("pk", flat=True))


def _active(instance: str) -> QuerySet[Deployment]:
    return Deployment.objects.filter(instance=OuterRef(instance), state__in=ACTIVE_DEPLOYMENT)


def _waited_for() -> QuerySet[Any, Any]:
    waiting = Deployment.objects.filter(
        state=DeploymentState.RELEASED,
        hold__code="dependency",
        hold__reason__in=_WORTH_A_LOOK,
    )
    rows = RevisionDependency.objects.filter(
        revision__in=waiting.values("revision"), shared__isnull=False
    )
    return rows.order_by().values("shared")


def _holding_too_much() -> QuerySet[Any, Any]:
    """Those with a section of a dependent that runs something else, or nothing."""
    rows = InjectedSection.objects.exclude(Exists(_active("dependent")))
    rows = rows.annotate(runs=Coalesce("dependent__desired", "dependent__current"))
    stale = Q(runs=None) | Q(revision=None) | ~Q(revision=F("runs"))
    return rows.filter(stale).order_by().values("shared")


def _holding_too_little() -> QuerySet[Any, Any]:
    """Those without the sections of a dependent that runs."""
    there = InjectedSection.objects.filter(
        shared=OuterRef("shared"), dependent=OuterRef("revision__instance")
    )
    rows = RevisionDependency.objects.annotate(
        runs=Coalesce("revision__instance__desired", "revision__instance__current")
    ).filter(revision=F("runs"), shared__isnull=False)
    rows = rows.exclude(injections=[]).exclude(Exists(there))
    return rows.exclude(Exists(_active("revision__instance"))).order_by().values("shared")


def _overtaken() -> QuerySet[Any, Any]:
    """Those brought to a revision that was made before the last sections were put in."""
    rows = SharedCopy.objects.filter(instance__current__isnull=False)
    rows = rows.exclude(settled=F("instance__current"))
    rows = rows.exclude(instance__current__injections_digest=F("injections_digest"))
    return rows.order_by().values("pk")
