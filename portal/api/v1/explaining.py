"""Why somebody may do something at a place, and who may."""

from typing import ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.queries import access, explaining
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.explaining import AccessShape, HolderShape
from rbac.models import User
from rbac.permissions import Perm

USER = OpenApiParameter("user", str, description="A user name; without it, oneself.")
RIGHT = OpenApiParameter(
    "right", str, required=True, enum=[perm.value for perm in Perm], description="Such as deploy."
)


class Access(Asked):
    """What somebody may do at a place, a line or a solution, and why."""

    rights: ClassVar[Rights] = {"get": explaining.ANY}

    @extend_schema(parameters=[USER], responses=AccessShape)
    def get(self, request: Request, node: int) -> Response:
        """Every right: through which role it is held, or who could give it.

        About oneself at any place where one has a right; about others it takes `manage_access`.
        """
        person = self._person(request.query_params.get("user"))
        place = get_object_or_404(explaining.explainable(self.by, person), pk=node)
        found = explaining.rights_at(person, place)
        shown = {"user": person.username, "is_active": person.is_active, "rights": found}
        reasons = (one for right in found for one in right.through)
        known = explaining.known_places(self.by, reasons)
        return Response(AccessShape(shown, context={"by": self.by, "known": known}).data)

    def _person(self, name: str | None) -> User:
        if not name or name == self.by.username:
            return self.by
        found = None if "\x00" in name else access.people(self.by).filter(username=name).first()
        if found is None:
            raise ValidationError({"user": ["There is nobody of this name that you may see."]})
        return found


class Holders(Asked):
    """Who may do something at a place, a line or a solution."""

    rights: ClassVar[Rights] = {"get": (Perm.MANAGE_ACCESS,)}

    @extend_schema(parameters=[RIGHT], responses=HolderShape(many=True))
    def get(self, request: Request, node: int) -> Response:
        """Everybody who has the right there, and through what."""
        wanted = request.query_params.get("right", "")
        if wanted not in {perm.value for perm in Perm}:
            raise ValidationError({"right": ["Name a right, such as deploy."]})
        place = get_object_or_404(access.places(self.by), pk=node)
        found = explaining.holders(place, Perm(wanted))
        reasons = (one for holder in found for one in holder.through)
        known = explaining.known_places(self.by, reasons)
        return Response(self.listed(found, HolderShape, known=known))
