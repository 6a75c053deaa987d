"""Withdrawing a version of a solution, and taking that back."""

from typing import ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import SolutionTemplateVersion
from orchestration.queries import sight, solutions, withdrawn
from orchestration.services import withdrawing
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.revisions import InstanceShape
from portal.api.serializers.solutions import SolutionVersionShape
from portal.api.serializers.withdrawals import Withdrawal
from rbac.permissions import Perm


class OfVersion(Asked):
    """A view of one version of a solution."""

    def version(self) -> SolutionTemplateVersion:
        """The version in the address, if the person may see it."""
        rows = solutions.template_versions(self.by).select_related("created_by")
        return get_object_or_404(rows, pk=self.kwargs["version"])

    def as_answer(self) -> Response:
        """The version as it is now."""
        return Response(SolutionVersionShape(self.version(), context={"by": self.by}).data)


class Withdraw(OfVersion):
    """Takes a version out of use."""

    rights: ClassVar[Rights] = {"post": (Perm.AUTHOR_SOLUTIONS,)}

    @extend_schema(request=Withdrawal, responses=SolutionVersionShape)
    def post(self, request: Request, version: int) -> Response:
        """Publish and deploy it no more, with a reason. What runs goes on running."""
        withdrawing.withdraw(self.by, self.version(), **self.given(Withdrawal))
        return self.as_answer()


class Reinstate(OfVersion):
    """Takes a withdrawal back."""

    rights: ClassVar[Rights] = {"post": (Perm.AUTHOR_SOLUTIONS,)}

    @extend_schema(request=None, responses=SolutionVersionShape)
    def post(self, request: Request, version: int) -> Response:
        """Let it be published and deployed again."""
        withdrawing.reinstate(self.by, self.version())
        return self.as_answer()


class StillRunning(OfVersion):
    """Who runs a version."""

    rights: ClassVar[Rights] = {"get": sight.INSTALLED}

    @extend_schema(responses=InstanceShape(many=True))
    def get(self, request: Request, version: int) -> Response:
        """The copies that run it or are on their way to it, on lines you may see."""
        rows = withdrawn.still_running(self.by, self.version())
        return Response(self.listed(rows, InstanceShape))
