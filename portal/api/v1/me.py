"""Who am I, and what may I do where?"""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.queries import standing
from portal.api.resource import Asked
from portal.api.rights import Open, Rights
from portal.api.serializers.access import MeShape
from portal.api.serializers.labels import NodeLabel


class Me(Asked):
    """The person who asks."""

    rights: ClassVar[Rights] = {"get": Open.SIGNED_IN}

    @extend_schema(responses=MeShape)
    def get(self, request: Request) -> Response:
        """Name, roles, and by right the topmost places where it is held."""
        found = standing.rights(self.by)
        rights = {perm.value: NodeLabel(nodes, many=True).data for perm, nodes in found.items()}
        context = {"roles": standing.roles(self.by), "rights": rights}
        return Response(MeShape(self.by, context=context).data)
