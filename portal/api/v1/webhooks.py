"""Webhooks: who outside hears of what happens at a place, and how telling them went."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import Delivery, Webhook
from orchestration.queries import webhooks as queries
from orchestration.services import webhooks
from portal.api.enums import DELIVERY_STATES
from portal.api.filters import IdFilter, TruthFilter, UnderFilter
from portal.api.reading import Listed
from portal.api.resource import Resource
from portal.api.rights import Rights
from portal.api.serializers.webhooks import (
    DeliveryShape,
    NewWebhook,
    WebhookChanges,
    WebhookSecret,
    WebhookShape,
)
from rbac.permissions import Perm

_MANAGERS = (Perm.MANAGE_ACCESS,)
_CHANGEABLE = ("name", "url", "kinds", "enabled")


class WebhookFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """By place and name."""

    under = UnderFilter(field_name="node__path")
    node = IdFilter(field_name="node_id")
    name = django_filters.CharFilter()
    enabled = TruthFilter("enabled")


class DeliveryFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """``state=GivenUp`` is what never arrived."""

    webhook = IdFilter(field_name="webhook_id")
    state = django_filters.ChoiceFilter(choices=DELIVERY_STATES)


class Webhooks(Listed, RetrieveModelMixin, Resource[Webhook]):
    """Addresses outside that are told what happens at a place and below."""

    rights: ClassVar[Rights] = dict.fromkeys(
        ("list", "retrieve", "create", "partial_update", "destroy", "renew_secret", "test"),
        _MANAGERS,
    )
    shown_once: ClassVar[tuple[str, ...]] = ("create", "renew_secret")
    volatile: ClassVar[tuple[str, ...]] = ("failures", "rests_until", "waiting", "given_up")
    serializer_class = WebhookShape
    filterset_class = WebhookFilters
    ordering = ("pk",)

    def get_queryset(self) -> QuerySet[Webhook]:
        """Webhooks at places whose access the person manages."""
        return queries.webhooks(self.by)

    @extend_schema(request=NewWebhook, responses={201: WebhookSecret})
    def create(self, request: Request) -> Response:
        """Set up a webhook. The answer holds the secret, this once."""
        wanted = self.given(NewWebhook)
        made = webhooks.create(self.by, wanted.pop("node"), **wanted)
        return Response(WebhookSecret(made).data, status=201)

    @extend_schema(request=WebhookChanges, responses=WebhookShape)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change it, or switch it on or off. You are its owner from then on."""
        row = self.get_object()
        wanted = {name: getattr(row, name) for name in _CHANGEABLE} | self.given(WebhookChanges)
        webhooks.change(self.by, row, **wanted)
        return Response(self.shown(self.get_object()))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Take it away, with what waits and its log."""
        webhooks.remove(self.by, self.get_object())
        return Response(status=204)

    @extend_schema(request=None, responses=WebhookSecret)
    @action(detail=True, methods=["post"], url_path="renew-secret")
    def renew_secret(self, request: Request, pk: int) -> Response:
        """Sign with another secret from now on. The answer holds it, this once."""
        made = webhooks.renew_secret(self.by, self.get_object())
        return Response(WebhookSecret(made).data)

    @extend_schema(request=None, responses={202: DeliveryShape})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: int) -> Response:
        """Send a delivery without an event; look at it below ``webhook-deliveries``."""
        made = webhooks.send_test(self.by, self.get_object())
        return Response(self.shown(made, DeliveryShape), status=202)


class Deliveries(Listed, Resource[Delivery]):
    """The log of deliveries, newest first. What is over is kept for a month."""

    rights: ClassVar[Rights] = dict.fromkeys(("list", "retrieve", "redeliver"), _MANAGERS)
    serializer_class = DeliveryShape
    filterset_class = DeliveryFilters
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Delivery]:
        """Deliveries of webhooks at places whose access the person manages."""
        return queries.deliveries(self.by)

    def one(self, uid: object) -> Delivery:
        """A delivery by what its header names it."""
        return get_object_or_404(self.get_queryset(), uid=uid)

    @extend_schema(responses=DeliveryShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One delivery with its calls."""
        return Response(self.shown(self.one(pk)))

    @extend_schema(request=None, responses={202: DeliveryShape})
    @action(detail=True, methods=["post"])
    def redeliver(self, request: Request, pk: str) -> Response:
        """Tell the same event once more, as a delivery of its own."""
        made = webhooks.redeliver(self.by, self.one(pk))
        return Response(self.shown(made), status=202)
