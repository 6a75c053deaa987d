"""The files of a new solution, to begin with."""

from typing import ClassVar

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.queries import authoring
from orchestration.resolution.starter import NAME, starter
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.starter import StarterShape
from rbac.permissions import Perm


class Starter(Asked):
    """A small, whole solution with explanations."""

    rights: ClassVar[Rights] = {"get": (Perm.AUTHOR_SOLUTIONS,)}

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "name", str, required=True, description="Small letters, digits and hyphens."
            ),
            OpenApiParameter(
                "context", str, description="The context; needed where one sees many."
            ),
        ],
        responses=StarterShape,
    )
    def get(self, request: Request) -> Response:
        """Schema, template, specification and values; apply them as they are, or change them."""
        name = request.query_params.get("name", "")
        if not NAME.fullmatch(name):
            said = gettext("Use small letters, digits and hyphens, 40 at most.")
            raise ValidationError({"name": [said]})
        files = starter(name, self._context(request.query_params.get("context", "")))
        rows = [{"file": file, "text": text} for file, text in files.items()]
        return Response(StarterShape({"files": rows}).data)

    def _context(self, wanted: str) -> str:
        """The context's name, of those in which the person writes solutions."""
        names = [context.name for context in authoring.contexts(self.by)]
        if wanted in names:
            return wanted
        if wanted or len(names) != 1:
            said = gettext("Name one of: %(names)s.") % {"names": ", ".join(sorted(names)) or "-"}
            raise ValidationError({"context": [said]})
        return names[0]
