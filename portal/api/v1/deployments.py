"""Deployments: one attempt on one line."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import Deployment
from orchestration.queries import deployments, sight
from orchestration.services import rollouts
from portal.api.enums import DEPLOYMENT_STATES
from portal.api.filters import IdFilter, UnderFilter
from portal.api.reading import Listed
from portal.api.resource import Resource
from portal.api.rights import Rights
from portal.api.serializers.rollouts import (
    DeploymentDetail,
    DeploymentShape,
    Remark,
    RolloutDetail,
)
from portal.api.sorting import Sortable
from rbac.permissions import Perm


class DeploymentFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """By line, place, solution, installed copy, rollout and state."""

    under = UnderFilter(field_name="target__node__path")
    target = IdFilter(field_name="target_id")
    solution = IdFilter(field_name="instance__template_id")
    instance = IdFilter(field_name="instance_id")
    rollout = IdFilter(field_name="rollout_id")
    state = django_filters.ChoiceFilter(choices=DEPLOYMENT_STATES)
    since = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")


class Deployments(Listed, Resource[Deployment]):
    """Attempts to bring one line to a revision, or to remove it."""

    rights: ClassVar[Rights] = {
        "list": sight.DEPLOYMENTS,
        "retrieve": sight.DEPLOYMENTS,
        "cancel": (Perm.DEPLOY,),
        "retry": (Perm.DEPLOY, Perm.UNINSTALL),
    }
    sortable: ClassVar[Sortable] = {"id": "pk", "state": "state", "created_at": "created_at"}
    serializer_class = DeploymentShape
    filterset_class = DeploymentFilters

    def get_queryset(self) -> QuerySet[Deployment]:
        """Attempts on lines the person may see."""
        return deployments.deployments(self.by)

    @extend_schema(responses=DeploymentDetail)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One attempt with its steps."""
        return Response(self.shown(self.get_object(), DeploymentDetail))

    @extend_schema(request=None, responses=DeploymentDetail)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """Stop an attempt that has not begun to change anything at the line."""
        rollouts.cancel(self.by, self.get_object())
        return Response(self.shown(self.get_object(), DeploymentDetail))

    @extend_schema(request=Remark, responses={201: RolloutDetail})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: int) -> Response:
        """Try a failed attempt again, as a rollout of its own."""
        comment = self.given(Remark)["comment"]
        rollout = rollouts.retry(self.by, [self.get_object()], comment=comment)
        return Response(self.shown(rollout, RolloutDetail), status=201)
