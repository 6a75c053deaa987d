"""Filters of the lists; they offer only what the person may see."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orchestration.models import Node
from orchestration.queries import places
from orchestration.states import State
from portal.admin.answers import person
from portal.admin.forms import indented
from portal.web import words
from rbac.access import below

NEAR_THE_TOP = 2


class ContextFilter(SimpleListFilter):
    """Rows of one context; ``lookup`` leads from a row to it."""

    title = _("context")
    parameter_name = "in"
    lookup: ClassVar[str] = "context"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(str(one.pk), str(one)) for one in places.contexts(person(request))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        chosen = self.value()
        if not chosen or not chosen.isdecimal():
            return queryset
        return queryset.filter(**{self.lookup: int(chosen)})


class PlaceFilter(SimpleListFilter):
    """Rows at a place and below; offers the upper places, takes any the person may see."""

    title = _("place")
    parameter_name = "under"
    path: ClassVar[str] = "node__path"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        nodes = list(places.nodes(person(request)).exclude(kind=Node.Kind.TARGET)[:200])
        top = min((node.path.count("/") for node in nodes), default=0)
        upper = [node for node in nodes if node.path.count("/") <= top + NEAR_THE_TOP]
        chosen = [node for node in nodes if str(node.pk) == self.value() and node not in upper]
        return [(str(node.pk), indented(node)) for node in [*upper, *chosen]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        chosen = self.value()
        if not chosen or not chosen.isdecimal():
            return queryset
        node = places.nodes(person(request)).filter(pk=int(chosen)).first()
        return queryset.filter(below([node.path], self.path)) if node else queryset.none()


class StateFilter(SimpleListFilter):
    """Rows in one state of a life, by the words people know."""

    title = _("state")
    parameter_name = "state"
    life: ClassVar[Mapping[str, State]]

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(state, words.word(row)) for state, row in self.life.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        chosen = self.value()
        return queryset.filter(state=chosen) if chosen in self.life else queryset
