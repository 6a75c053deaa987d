"""Reviewing and publishing for many lines at once."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.queries.places import time_zones
from orchestration.queries.provenance import saves_of
from orchestration.queries.reviewing import review
from orchestration.queries.templates import rules_of
from orchestration.services import publishing
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.reviews import (
    PublishBody,
    PublishedShape,
    ReviewShape,
    ReviewWish,
)
from portal.web.origins import Storyteller
from rbac.permissions import Perm


class Review(Asked):
    """What each line would get, before anything is published."""

    rights: ClassVar[Rights] = {"post": (Perm.REVIEW,)}

    @extend_schema(request=ReviewWish, responses=ReviewShape(many=True))
    def post(self, request: Request) -> Response:
        """Resolve for each line; changes nothing."""
        wanted = self.given(ReviewWish)
        version = wanted["version"]
        lines = review(self.by, version, wanted["targets"], wanted.get("instance", ""))
        told: dict[str, object] = {}
        if wanted["provenance"]:
            found = [origin for one in lines for origin in one.resolution.provenance.values()]
            told["story"] = Storyteller.of(saves_of(self.by, found), rules_of(version))
            told["zones"] = time_zones(one.target.node for one in lines)
        return Response(self.listed(lines, ReviewShape, **told))


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
