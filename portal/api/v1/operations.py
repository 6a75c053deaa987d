"""Operations: long work to follow, look at line by line, call off, or do again where it failed."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import Operation, OperationResult
from orchestration.queries import operations as queries
from orchestration.services import operations as changes
from portal.api.enums import OPERATION_STATES
from portal.api.reading import Listed
from portal.api.resource import Asked, Resource
from portal.api.rights import Open, Rights
from portal.api.serializers.operations import OperationShape, ResultShape
from portal.api.sorting import Sortable
from rbac.access import granted_paths
from rbac.models import User

LOOK_AGAIN = 1  # seconds, while an operation goes on
STARTED = {202: OperationShape}
_LATER = OpenApiParameter(
    "Retry-After", int, "header", response=True, description="Seconds until a look is worth while."
)
_PLACE = OpenApiParameter(
    "Location", str, "header", response=[202], description="Address of the operation."
)
FOLLOWED = [_LATER, _PLACE]


class OperationFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """By kind and state."""

    kind = django_filters.ChoiceFilter(choices=Operation.Kind.choices)
    state = django_filters.ChoiceFilter(choices=OPERATION_STATES)


class ResultFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """``outcome=failed`` finds what a retry would do again, but for what failed at the site."""

    outcome = django_filters.ChoiceFilter(choices=OperationResult.Outcome.choices)


class Operations(Listed, Resource[Operation]):
    """Work on many lines, done after the call that asked for it."""

    rights: ClassVar[Rights] = {
        "list": Open.SIGNED_IN,
        "retrieve": Open.SIGNED_IN,
        "retry": Open.SIGNED_IN,
        "cancel": Open.SIGNED_IN,
    }
    serializer_class = OperationShape
    filterset_class = OperationFilters
    sortable: ClassVar[Sortable] = {"id": "pk", "created_at": "created_at"}
    lookup_field = "uuid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Operation]:
        """One's own, and others' about lines whose access one manages."""
        return queries.operations(self.by)

    @extend_schema(parameters=[_LATER], responses=OperationShape)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """How far it is. While it goes on, ``Retry-After`` says when to look again."""
        return told(self.by, self.get_object())

    @extend_schema(parameters=FOLLOWED, request=None, responses=STARTED)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, uuid: UUID) -> Response:
        """Do what failed again, as an operation of its own; also what failed at the site."""
        return accepted(self.by, changes.retry(self.by, self.get_object()))

    @extend_schema(request=None, responses=OperationShape)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, uuid: UUID) -> Response:
        """Leave out what has not been done yet; what is done stays done."""
        changes.cancel(self.by, self.get_object())
        return told(self.by, self.get_object())


class OperationResults(Listed, Resource[OperationResult]):
    """What became of each line of an operation."""

    rights: ClassVar[Rights] = {"list": Open.SIGNED_IN}
    serializer_class = ResultShape
    filterset_class = ResultFilters
    sortable: ClassVar[Sortable] = {"number": "number"}
    ordering = ("number",)

    def get_queryset(self) -> QuerySet[OperationResult]:
        """Lines that the person sees, in the order in which they were named."""
        if getattr(self, "swagger_fake_view", False):
            return OperationResult.objects.none()
        found = get_object_or_404(queries.operations(self.by), uuid=self.kwargs["uuid"])
        return queries.results(self.by, found)

    def get_serializer_context(self) -> dict[str, Any]:
        """Let the shape know of which lines the reader may see more than the name."""
        reach = tuple(granted_paths(self.by, *queries.DETAILS))
        return super().get_serializer_context() | {"reach": reach}


class EventStream(BaseRenderer):
    """An answer as one server-sent event; a problem as itself."""

    media_type = "text/event-stream"
    format = "sse"
    charset = "utf-8"

    def render(
        self,
        data: object,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the event."""
        text: bytes = JSONRenderer().render(data)
        failed = renderer_context and renderer_context["response"].exception
        return text if failed else b"event: operation\ndata: " + text + b"\n\n"


class OperationStream(Asked):
    """An operation to follow."""

    rights: ClassVar[Rights] = {"get": Open.SIGNED_IN}
    renderer_classes = (EventStream,)

    @extend_schema(
        responses={
            (200, EventStream.media_type): OpenApiTypes.STR,
            503: OpenApiResponse(description="Too many follow operations right now."),
        }
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """Server-sent events: ``operation`` whenever it got on, ``end`` when it is over.

        Each holds the operation as a GET of it shows it. The stream ends when you sign out or may
        not see it any more, and after a quarter of an hour.
        """
        # The server asks this again for each event (portal.api.streaming).
        return told(self.by, get_object_or_404(queries.operations(self.by), uuid=uuid))


def told(by: User, operation: Operation, status: int = 200) -> Response:
    """Return an operation as an answer."""
    shown = OperationShape(operation, context={"by": by}).data
    headers = {"Retry-After": str(LOOK_AGAIN)} if operation.active else {}
    return Response(shown, status=status, headers=headers)


def accepted(by: User, operation: Operation) -> Response:
    """Return what was just started, and where to follow it."""
    answer = told(by, operation, 202)
    answer["Location"] = reverse("api-v1:operation-detail", kwargs={"uuid": operation.uuid})
    return answer
