"""External validations, for one person."""

from collections.abc import Iterable

from django.db.models import QuerySet

from orchestration.models import SolutionInstance, SolutionVersion, Validation
from orchestration.queries import sight
from orchestration.states import PublicationState, ValidationState
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


def failed_of(instances: Iterable[SolutionInstance]) -> dict[int, Validation]:
    """The last question about the newest revision of each copy for which publishing failed.

    By the copy's id. Asks nothing where none failed; the caller has asked for the rights.
    """
    failed = PublicationState.EXTERNAL_VALIDATION_FAILED
    ids = [one.pk for one in instances if one.publication == failed]
    if not ids:
        return {}
    rows = Validation.objects.filter(revision__instance__in=ids, revision__state=failed)
    found = rows.select_related("revision__template_version").order_by("revision", "pk")
    return {one.revision.instance_id: one for one in found}


def waiting(asked: Validation | None) -> bool:
    """Whether somebody still has to answer."""
    return asked is not None and asked.state == ValidationState.PENDING
