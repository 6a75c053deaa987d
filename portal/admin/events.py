"""The audit trail, to read and to keep as a file."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orchestration.models import Event
from orchestration.queries import events
from portal.admin import columns
from portal.admin.base import ServiceAdmin, Tool
from portal.admin.event_files import events_file
from portal.admin.filters import ContextFilter, PlaceFilter
from portal.admin.site import site
from portal.templatetags.moments import when
from portal.web.event_sentences import GROUPS, sentence
from portal.web.navigation import IT_PERMS
from rbac.models import User
from rbac.permissions import Perm


class EventContextFilter(ContextFilter):
    """Events of one context."""

    lookup: ClassVar[str] = "context"


class GroupFilter(SimpleListFilter):
    """Events about one kind of thing, grouped as in the portal."""

    title = _("what it is about")
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(key, str(label)) for key, (label, _prefixes) in GROUPS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        chosen = self.value() or ""
        if chosen not in GROUPS:
            return queryset
        kinds = Q()
        for prefix in GROUPS[chosen][1]:
            kinds |= Q(kind__startswith=prefix)
        return queryset.filter(kinds)


class ActorFilter(SimpleListFilter):
    """Events that people, agents or the product itself brought about."""

    title = _("who did it")
    parameter_name = "by"
    kinds: ClassVar[Mapping[str, tuple[Promise, Q]]] = {
        "people": (_("People"), Q(user__isnull=False)),
        "agents": (_("Agents"), Q(agent__isnull=False)),
        "product": (_("Nobody: by itself"), Q(user=None, agent=None)),
    }

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(key, str(label)) for key, (label, _rows) in self.kinds.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        chosen = self.value() or ""
        return queryset.filter(self.kinds[chosen][1]) if chosen in self.kinds else queryset


class SinceFilter(SimpleListFilter):
    """Events of the last hours or days."""

    title = _("since when")
    parameter_name = "since"
    spans: ClassVar[Mapping[str, tuple[Promise, timedelta]]] = {
        "hour": (_("Last hour"), timedelta(hours=1)),
        "day": (_("Last 24 hours"), timedelta(days=1)),
        "week": (_("Last 7 days"), timedelta(days=7)),
        "month": (_("Last 30 days"), timedelta(days=30)),
    }

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(key, str(label)) for key, (label, _span) in self.spans.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        chosen = self.value() or ""
        if chosen not in self.spans:
            return queryset
        return queryset.filter(at__gte=timezone.now() - self.spans[chosen][1])


@admin.register(Event, site=site)
class EventAdmin(ServiceAdmin[Event]):
    """Who did what, when and from where; nobody changes it."""

    view_perms = (*IT_PERMS, Perm.VIEW_DEPLOYMENTS)
    shown = ("moment", "kind", "outcome", "who", "what", "place_name", "address", "details")
    list_pages = ("export",)
    list_display = ("moment", "what", "who", "place_name", "outcome", "address")
    list_filter = (
        GroupFilter, SinceFilter, ActorFilter, "outcome", EventContextFilter, PlaceFilter,
    )  # fmt: skip
    search_fields = ("kind", "actor", "object_name", "node__name", "node__display_name", "address")
    search_help_text = _("By kind, person or agent, thing, place or address.")

    def sees(self, by: User) -> QuerySet[Event]:
        return events.events(by, stages=True)

    def list_tools(self, request: HttpRequest) -> Sequence[Tool]:
        chosen = request.GET.urlencode()
        return [(_("Save as CSV"), f"{self.address('export')}?{chosen}")]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """What the list shows, with its filters and its search, as a file."""
        try:
            chosen = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return redirect(self.address("changelist"))
        return events_file(chosen.get_queryset(request))

    @admin.display(description=_("When"), ordering="pk")
    def moment(self, obj: Event) -> SafeString | str:
        return when(obj.at)

    @admin.display(description=_("Who"), ordering="actor")
    def who(self, obj: Event) -> str:
        return obj.actor

    @admin.display(description=_("What"))
    def what(self, obj: Event) -> str:
        return sentence(obj)

    @admin.display(description=_("Place"))
    def place_name(self, obj: Event) -> str:
        return obj.node.title if obj.node else columns.NOTHING

    @admin.display(description=_("Details"))
    def details(self, obj: Event) -> SafeString | str:
        return columns.facts(obj.params)
