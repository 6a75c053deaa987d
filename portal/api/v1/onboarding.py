"""Setting up a factory with its lines at once."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.services import onboarding
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.onboarding import FactoryShape, NewFactory
from rbac.permissions import Perm


class Factory(Asked):
    """A site with lines that have all in common but their names."""

    rights: ClassVar[Rights] = {"post": (Perm.EDIT_HIERARCHY, Perm.EDIT_TARGETS)}

    @extend_schema(request=NewFactory, responses={201: FactoryShape})
    def post(self, request: Request) -> Response:
        """Add a site with its lines: all of it, or nothing."""
        wanted = self.given(NewFactory)
        parent = wanted.pop("parent")
        site, targets = onboarding.add_factory(self.by, parent, onboarding.FactoryPlan(**wanted))
        made = {"site": site, "targets": targets}
        return Response(FactoryShape(made, context={"by": self.by}).data, status=201)
