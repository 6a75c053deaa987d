"""External validations, for one person."""

from collections.abc import Iterable

from django.db.models import QuerySet

from orchestration.models import SolutionVersion, Validation
from orchestration.queries import sight
from orchestration.states import PublicationState, ValidationState
from rbac.access import Verdict, may
from rbac.models import User
from rbac.permissions import Perm

# Who answers needs to see what is asked about, and who published it how that went.
SEEN_WITH = (Perm.VALIDATE, *sight.INSTALLED)


def validations(by: User) -> QuerySet[Validation]:
    """Validations of revisions on the lines a person may see or validate, newest first."""
    rows = Validation.objects.exclude(revision__state=PublicationState.DELETED).select_related(
        "revision__template_version__template__node",
        "revision__template_version__schema__schema",
        "revision__instance__template__node",
        "revision__instance__target__node__context",
        "requested_by",
        "answered_by",
    )
    return sight.seen(by, SEEN_WITH, rows, "revision__instance__target__node__path").order_by("-pk")


def newest_of(revisions: Iterable[SolutionVersion]) -> dict[int, Validation]:
    """The last validation of each revision, by the revision's id; the caller has asked."""
    rows = Validation.objects.filter(revision__in=[one.pk for one in revisions])
    found = rows.select_related("requested_by", "answered_by").order_by("pk")
    return {one.revision_id: one for one in found}


def cancelling(by: User, revision: SolutionVersion) -> Verdict:
    """Whether the question about a revision may be called off."""
    return may(by, Perm.PUBLISH, revision.instance.target.node)


def waiting(asked: Validation | None) -> bool:
    """Whether somebody still has to answer."""
    return asked is not None and asked.state == ValidationState.PENDING
