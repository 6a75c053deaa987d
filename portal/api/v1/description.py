"""The interface's description of itself, and its page."""

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.resource import Asked
from portal.api.rights import DeclaredRight, Open, Rights


class Description(SpectacularAPIView):
    """OpenAPI 3, as YAML or, with ``?format=json``, as JSON. Says nothing about anybody's data."""

    rights: ClassVar[Rights] = {"get": Open.ANYONE}
    permission_classes: Any = (DeclaredRight,)


class Docs(SpectacularSwaggerSplitView):
    """The description to read and to try; scripts apart, for the strict content policy."""

    template_name = "api/docs.html"
    rights: ClassVar[Rights] = {"get": Open.ANYONE}
    permission_classes: Any = (DeclaredRight,)


@extend_schema(exclude=True)
class Nothing(Asked):
    """Any other address: an answer in the interface's own form."""

    rights: ClassVar[Rights] = {"get": Open.ANYONE}

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Say that there is nothing here, whatever was asked."""
        raise Http404

    def get(self, request: Request, rest: str) -> Response:
        """Never reached; gives the address a method to be described by."""
        raise Http404
