"""The audit trail, to read."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orchestration.models import Event
from orchestration.queries import events
from portal.admin import columns
from portal.admin.base import ServiceAdmin
from portal.admin.filters import ContextFilter, PlaceFilter
from portal.admin.site import site
from portal.templatetags.moments import when
from portal.web.navigation import IT_PERMS
from rbac.models import User
from rbac.permissions import Perm


class EventContextFilter(ContextFilter):
    """Events of one context."""

    lookup: ClassVar[str] = "context"


@admin.register(Event, site=site)
class EventAdmin(ServiceAdmin[Event]):
    """Who did what, when and from where; nobody changes it."""

    view_perms = (*IT_PERMS, Perm.VIEW_DEPLOYMENTS)
    shown = ("moment", "kind", "outcome", "who", "what", "place_name", "address", "details")
    list_display = ("moment", "kind", "what", "who", "place_name", "outcome", "address")
    list_filter = ("outcome", EventContextFilter, PlaceFilter)
    search_fields = ("kind", "actor", "object_name")

    def sees(self, by: User) -> QuerySet[Event]:
        return events.events(by, stages=True)

    @admin.display(description=_("When"), ordering="pk")
    def moment(self, obj: Event) -> SafeString | str:
        return when(obj.at)

    @admin.display(description=_("Who"), ordering="actor")
    def who(self, obj: Event) -> str:
        return obj.actor

    @admin.display(description=_("What"))
    def what(self, obj: Event) -> str:
        return f"{obj.object_type} {obj.object_name}"

    @admin.display(description=_("Place"))
    def place_name(self, obj: Event) -> str:
        return obj.node.title if obj.node else columns.NOTHING

    @admin.display(description=_("Details"))
    def details(self, obj: Event) -> SafeString | str:
        return columns.facts(obj.params)
