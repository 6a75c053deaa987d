"""Enrolment tokens: permission for new agents to knock."""

from datetime import timedelta
from typing import ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import EnrolmentToken
from orchestration.queries import agents
from orchestration.services import agents as changes
from portal.api.reading import Listed
from portal.api.resource import Resource
from portal.api.rights import Rights
from portal.api.serializers.agents import NewToken, NewTokenShape, TokenShape
from portal.api.sorting import Sortable
from rbac.permissions import Perm


class EnrolmentTokens(Listed, RetrieveModelMixin, Resource[EnrolmentToken]):
    """Tokens that agents enrol with."""

    rights: ClassVar[Rights] = {
        "list": (Perm.MANAGE_AGENTS,),
        "retrieve": (Perm.MANAGE_AGENTS,),
        "create": (Perm.MANAGE_AGENTS,),
        "cancel": (Perm.MANAGE_AGENTS,),
    }
    shown_once: ClassVar[tuple[str, ...]] = ("create",)
    sortable: ClassVar[Sortable] = {
        "id": "pk",
        "expires_at": "expires_at",
        "created_at": "created_at",
    }
    serializer_class = TokenShape

    def get_queryset(self) -> QuerySet[EnrolmentToken]:
        """Tokens of places whose agents the person manages."""
        return agents.tokens(self.by).prefetch_related("targets")

    @extend_schema(request=NewToken, responses={201: NewTokenShape})
    def create(self, request: Request) -> Response:
        """Make a token. The answer holds the secret, this once."""
        wanted = self.given(NewToken)
        wanted["valid_for"] = timedelta(hours=wanted.pop("valid_for_hours"))
        new = changes.create_token(self.by, **wanted)
        context = self.get_serializer_context() | {"secret": new.secret}
        return Response(NewTokenShape(new.token, context=context).data, status=201)

    @extend_schema(request=None, responses=TokenShape)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """Make a token useless from now on."""
        changes.cancel_token(self.by, self.get_object())
        return Response(self.shown(self.get_object()))
