"""The interface's description of itself, and its page."""

from functools import cache
from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.resource import Asked
from portal.api.rights import DeclaredRight, Open, Rights
from portal.api.schema import Documented, described

FORMAT = OpenApiParameter("format", str, enum=["json", "yaml"])


class Description(SpectacularAPIView):
    """OpenAPI 3.1, as YAML or, with ``?format=json``, as JSON. Says nothing of anybody's data."""

    rights: ClassVar[Rights] = {"get": Open.ANYONE}
    permission_classes: Any = (DeclaredRight,)
    schema: Any = Documented()

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, parameters=[FORMAT])
    def get(self, request: Request, *args: object, **kwargs: object) -> HttpResponse:
        """Answer with the description: the same for everybody, written once a process."""
        renderer: Any = request.accepted_renderer
        return HttpResponse(_written(renderer.format), content_type=renderer.media_type)


class Docs(SpectacularSwaggerSplitView):
    """The description to read and to try; scripts apart, for the strict content policy."""

    template_name = "api/docs.html"
    rights: ClassVar[Rights] = {"get": Open.ANYONE}
    permission_classes: Any = (DeclaredRight,)


@cache
def _written(kind: str) -> bytes | str:
    renderer = next(one for one in Description.renderer_classes if one.format == kind)
    return renderer().render(described(), renderer_context={})


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
