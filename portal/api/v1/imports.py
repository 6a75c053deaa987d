"""Importing the files of a solution at once."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.services import importing
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.imports import Import, ImportedShape
from rbac.permissions import Perm


class Imports(Asked):
    """Schema, config template, specification and values, from files or as text."""

    rights: ClassVar[Rights] = {
        "post": (Perm.AUTHOR_SOLUTIONS, Perm.EDIT_IT_VALUES, Perm.EDIT_OT_VALUES)
    }

    @extend_schema(request=Import, responses={201: ImportedShape})
    def post(self, request: Request) -> Response:
        """Import all of it, or nothing; what was there already and is the same stays."""
        wanted = self.given(Import)
        context = wanted.pop("context")
        imported = importing.load(self.by, context, importing.Files(**wanted))
        return Response(ImportedShape(imported).data, status=201)
