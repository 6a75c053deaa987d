"""The audit trail."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from rest_framework.mixins import RetrieveModelMixin

from orchestration.models import Event
from orchestration.queries import events, sight
from portal.api.filters import IdFilter, UnderFilter
from portal.api.reading import Listed
from portal.api.resource import Resource
from portal.api.rights import Rights
from portal.api.serializers.events import EventShape
from portal.api.sorting import Sortable


class EventFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """``kind=deployment`` finds every kind that begins with it; times are ISO 8601."""

    under = UnderFilter(field_name="node__path")
    kind = django_filters.CharFilter(lookup_expr="startswith")
    outcome = django_filters.CharFilter()
    object_type = django_filters.CharFilter()
    object_id = IdFilter(field_name="object_id")
    user = IdFilter(field_name="user_id")
    agent = IdFilter(field_name="agent_id")
    since = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")


class Events(Listed, RetrieveModelMixin, Resource[Event]):
    """What happened: at places the person may see, and all of their own doings."""

    rights: ClassVar[Rights] = {"list": sight.EVENTS, "retrieve": sight.EVENTS}
    sortable: ClassVar[Sortable] = {"id": "pk", "at": "at", "kind": "kind", "actor": "actor"}
    serializer_class = EventShape
    filterset_class = EventFilters

    def get_queryset(self) -> QuerySet[Event]:
        """Events the person may see, those of single stages included."""
        return events.events(self.by, stages=True)
