"""Reviewing, publishing and deploying for thousands of lines in one call.

The answer is an operation to follow; each line has a result of its own there. A line on which the
right is missing fails by itself, and one that may not be seen is as one that is not there.
"""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import Operation
from orchestration.queries import operations as queries
from orchestration.services import operations
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.dependencies import choice_of
from portal.api.serializers.operations import (
    BulkDeployBody,
    BulkPublishBody,
    BulkReviewBody,
    lines_of,
)
from portal.api.v1.operations import FOLLOWED, STARTED, accepted
from rbac.models import User
from rbac.permissions import Perm


class BulkReview(Asked):
    """What each of many lines would get."""

    rights: ClassVar[Rights] = {"post": (Perm.REVIEW,)}

    @extend_schema(parameters=FOLLOWED, request=BulkReviewBody, responses=STARTED)
    def post(self, request: Request) -> Response:
        """Start a review; changes nothing. A result holds the digest that a publish may ask for."""
        wanted = _with_choice(self.given(BulkReviewBody))
        version = wanted.pop("version")
        lines = lines_of(self.by, wanted, version.template.node.context)
        return accepted(self.by, operations.review(self.by, version, lines, **wanted))


class BulkPublish(Asked):
    """Immutable revisions for many lines."""

    rights: ClassVar[Rights] = {"post": (Perm.PUBLISH,)}

    @extend_schema(parameters=FOLLOWED, request=BulkPublishBody, responses=STARTED)
    def post(self, request: Request) -> Response:
        """Start publishing. Nothing on a line changes yet."""
        wanted = _with_choice(self.given(BulkPublishBody))
        version = wanted.pop("version")
        if "reviewed" in wanted:
            wanted["reviewed"] = _review(self.by, wanted["reviewed"]).pk
        lines = lines_of(self.by, wanted, version.template.node.context)
        return accepted(self.by, operations.publish(self.by, version, lines, **wanted))


class BulkDeploy(Asked):
    """Published revisions on many lines."""

    rights: ClassVar[Rights] = {"post": (Perm.DEPLOY,)}

    @extend_schema(parameters=FOLLOWED, request=BulkDeployBody, responses=STARTED)
    def post(self, request: Request) -> Response:
        """Start deploying each line's newest published revision.

        The operation is over once every deployment has been started; each result names its own.
        """
        wanted = self.given(BulkDeployBody)
        template = wanted.pop("solution")
        lines = lines_of(self.by, wanted, template.node.context)
        return accepted(self.by, operations.deploy(self.by, template, lines, **wanted))


def _with_choice(wanted: dict[str, Any]) -> dict[str, Any]:
    """Put the chosen copies into the form in which an operation keeps them."""
    choice = choice_of(wanted.pop("dependencies", []))
    lines = {str(pk): chosen for pk, chosen in choice.lines.items()}
    return wanted | {"choice": {"everywhere": dict(choice.everywhere), "lines": lines}}


def _review(by: User, uuid: UUID) -> Operation:
    own = queries.operations(by).filter(started_by=by.pk, kind=Operation.Kind.REVIEW)
    found = own.filter(uuid=uuid).first()
    if found is None:
        raise ValidationError({"reviewed": ["There is no review of yours with this id."]})
    return found
