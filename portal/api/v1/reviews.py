"""Reviewing and publishing for many lines at once."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.queries.dependencies import candidates
from orchestration.queries.places import time_zones
from orchestration.queries.provenance import saves_of
from orchestration.queries.reviewing import review
from orchestration.queries.templates import rules_of
from orchestration.services import publishing
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.dependencies import CandidatesShape, choice_of
from portal.api.serializers.reviews import (
    PublishBody,
    PublishedShape,
    ReviewBody,
    ReviewShape,
    ReviewWish,
)
from portal.web.origins import Storyteller
from rbac.permissions import Perm


class Review(Asked):
    """What each line would get, before anything is published."""

    rights: ClassVar[Rights] = {"post": (Perm.REVIEW,)}
    only_reads: ClassVar[tuple[str, ...]] = ("post",)

    @extend_schema(request=ReviewWish, responses=ReviewShape(many=True))
    def post(self, request: Request) -> Response:
        """Resolve for each line; changes nothing."""
        wanted = self.given(ReviewWish)
        version = wanted["version"]
        choice = choice_of(wanted.get("dependencies", []))
        lines = review(self.by, version, wanted["targets"], wanted.get("instance", ""), choice)
        told: dict[str, object] = {}
        if wanted["provenance"]:
            found = [origin for one in lines for origin in one.resolution.provenance.values()]
            told["story"] = Storyteller.of(saves_of(self.by, found), rules_of(version))
            told["zones"] = time_zones(one.target.node for one in lines)
        return Response(self.listed(lines, ReviewShape, **told))


class Candidates(Asked):
    """The shared copies that lines could use."""

    rights: ClassVar[Rights] = {"post": (Perm.REVIEW,)}
    only_reads: ClassVar[tuple[str, ...]] = ("post",)

    @extend_schema(request=ReviewBody, responses=CandidatesShape(many=True))
    def post(self, request: Request) -> Response:
        """List them for each solution that the version needs; changes nothing."""
        wanted = self.given(ReviewBody)
        found = candidates(self.by, wanted["version"], wanted["targets"])
        rows = [{"solution": name, "candidates": copies} for name, copies in found.items()]
        return Response(self.listed(rows, CandidatesShape))


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
            choice=choice_of(wanted.get("dependencies", [])),
        )
        return Response(self.listed(lines, PublishedShape))
