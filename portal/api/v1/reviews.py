"""Reviewing and publishing for many lines at once."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.queries.reviewing import review
from orchestration.services import publishing
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.reviews import (
    PublishBody,
    PublishedShape,
    ReviewBody,
    ReviewShape,
)
from rbac.permissions import Perm


class Review(Asked):
    """What each line would get, before anything is published."""

    rights: ClassVar[Rights] = {"post": (Perm.REVIEW,)}

    @extend_schema(request=ReviewBody, responses=ReviewShape(many=True))
    def post(self, request: Request) -> Response:
        """Resolve for each line; changes nothing."""
        wanted = self.given(ReviewBody)
        lines = review(self.by, wanted["version"], wanted["targets"], wanted.get("instance", ""))
        return Response(self.listed(lines, ReviewShape))


class Publish(Asked):
    """Making immutable revisions."""

    rights: ClassVar[Rights] = {"post": (Perm.PUBLISH,)}

    @extend_schema(request=PublishBody, responses=PublishedShape(many=True))
    def post(self, request: Request) -> Response:
        """Make a revision for every line that resolves. Nothing on a line changes yet.

        Each line has a result of its own: one that fails does not hold up the others.
        """
        wanted = self.given(PublishBody)
        lines = publishing.publish(
            self.by,
            wanted["version"],
            wanted["targets"],
            instance_name=wanted.get("instance", ""),
            comment=wanted["comment"],
            reviewed=wanted.get("reviewed"),
        )
        return Response(self.listed(lines, PublishedShape))
