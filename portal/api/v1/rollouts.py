"""Rollouts: deploying, rolling back, retrying and uninstalling, for many lines at once."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import Rollout
from orchestration.queries import deployments, sight
from orchestration.services import rollouts
from portal.api.enums import ROLLOUT_STATES
from portal.api.filters import IdFilter
from portal.api.reading import Listed
from portal.api.resource import Resource
from portal.api.rights import Rights
from portal.api.serializers.rollouts import (
    DeployBody,
    RetryBody,
    RolloutDetail,
    RolloutShape,
    UninstallBody,
)
from portal.api.sorting import Sortable
from rbac.permissions import Perm


class RolloutFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """By context, kind and state."""

    context = IdFilter(field_name="context_id")
    kind = django_filters.ChoiceFilter(choices=Rollout.Kind.choices)
    state = django_filters.ChoiceFilter(choices=ROLLOUT_STATES)
    since = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")


class Rollouts(Listed, Resource[Rollout]):
    """Bulk operations; also one line is one."""

    rights: ClassVar[Rights] = {
        "list": sight.DEPLOYMENTS,
        "retrieve": sight.DEPLOYMENTS,
        "deploy": (Perm.DEPLOY,),
        "roll_back": (Perm.DEPLOY,),
        "retry": (Perm.DEPLOY, Perm.UNINSTALL),
        "uninstall": (Perm.UNINSTALL,),
    }
    sortable: ClassVar[Sortable] = {
        "id": "pk",
        "state": "state",
        "kind": "kind",
        "created_at": "created_at",
    }
    serializer_class = RolloutShape
    filterset_class = RolloutFilters

    def get_queryset(self) -> QuerySet[Rollout]:
        """Rollouts with a line that the person may see."""
        return deployments.rollouts(self.by)

    @extend_schema(responses=RolloutDetail)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One rollout with its deployments."""
        return Response(self.shown(self.get_object(), RolloutDetail))

    @extend_schema(request=DeployBody, responses={201: RolloutDetail})
    @action(detail=False, methods=["post"])
    def deploy(self, request: Request) -> Response:
        """Bring lines to published revisions."""
        wanted = self.given(DeployBody)
        return self._started(
            rollouts.deploy(self.by, wanted["revisions"], comment=wanted["comment"])
        )

    @extend_schema(request=DeployBody, responses={201: RolloutDetail})
    @action(detail=False, methods=["post"], url_path="roll-back")
    def roll_back(self, request: Request) -> Response:
        """Bring lines back to revisions chosen from their own history."""
        wanted = self.given(DeployBody)
        return self._started(
            rollouts.roll_back(self.by, wanted["revisions"], comment=wanted["comment"])
        )

    @extend_schema(request=RetryBody, responses={201: RolloutDetail})
    @action(detail=False, methods=["post"])
    def retry(self, request: Request) -> Response:
        """Try failed attempts again, as new ones."""
        wanted = self.given(RetryBody)
        return self._started(
            rollouts.retry(self.by, wanted["deployments"], comment=wanted["comment"])
        )

    @extend_schema(request=UninstallBody, responses={201: RolloutDetail})
    @action(detail=False, methods=["post"])
    def uninstall(self, request: Request) -> Response:
        """Remove what runs; published revisions stay."""
        wanted = self.given(UninstallBody)
        return self._started(
            rollouts.uninstall(self.by, wanted["instances"], comment=wanted["comment"])
        )

    def _started(self, rollout: Rollout) -> Response:
        fresh = get_object_or_404(self.get_queryset(), pk=rollout.pk)
        return Response(self.shown(fresh, RolloutDetail), status=201)
