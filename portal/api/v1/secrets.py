"""Named secrets of a place, for `$secret(name)`: names go out, values only come in."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import NamedSecret, Node
from orchestration.queries import places, sight
from orchestration.queries import secrets as queries
from orchestration.services import secrets
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.secrets import NewSecret, SecretShape
from rbac.permissions import Perm


class OfPlace(Asked):
    """A view of one place's named secrets."""

    def place(self) -> Node:
        """The place in the address, if the person may see it."""
        return get_object_or_404(places.nodes(self.by), pk=self.kwargs["node"])

    def rows(self) -> QuerySet[NamedSecret]:
        """The named secrets set there."""
        return queries.named(self.by).filter(node=self.place())


class Secrets(OfPlace):
    """The named secrets of a place."""

    rights: ClassVar[Rights] = {"get": sight.VALUES}

    @extend_schema(responses=SecretShape(many=True))
    def get(self, request: Request, node: int) -> Response:
        """What is set at this place, without values. Places above may have others."""
        return Response(self.listed(self.rows(), SecretShape))


class Secret(OfPlace):
    """One named secret of a place."""

    rights: ClassVar[Rights] = {
        "get": sight.VALUES,
        "put": (Perm.EDIT_IT_VALUES,),
        "delete": (Perm.EDIT_IT_VALUES,),
    }

    def held(self) -> Iterable[QuerySet[Any]]:
        """The secret; and the place, so that of two who are to make it one comes first."""
        node, name = self.kwargs["node"], self.kwargs["name"]
        return Node.objects.filter(pk=node), NamedSecret.objects.filter(node=node, name=name)

    def echoed(self, sent: object) -> None:
        """Nothing: it is a secret."""

    @extend_schema(responses=SecretShape)
    def get(self, request: Request, node: int, name: str) -> Response:
        """Since when it is set and by whom, without its value."""
        row = get_object_or_404(self.rows(), name=name)
        return Response(SecretShape(row, context={"by": self.by}).data)

    @extend_schema(request=NewSecret, responses=SecretShape)
    def put(self, request: Request, node: int, name: str) -> Response:
        """Set it. Copies that were published with the name wait for a review from then on.

        The same value again is no change.
        """
        secrets.set_named(self.by, self.place(), name, self.given(NewSecret)["value"])
        row = get_object_or_404(self.rows(), name=name)
        return Response(SecretShape(row, context={"by": self.by}).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, node: int, name: str) -> Response:
        """Delete it with all its versions, unless something that runs refers to it: 409."""
        secrets.delete_named(self.by, get_object_or_404(self.rows(), name=name))
        return Response(status=204)
