"""Targets: the lines that solutions are deployed to."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orchestration.models import Agent, Node, Target
from orchestration.queries import agents
from orchestration.queries import places as reading
from orchestration.queries.bulk_columns import Kind
from orchestration.services import places
from orchestration.states import AgentState
from portal.admin import columns
from portal.admin.answers import person
from portal.admin.base import ServiceAdmin, Tool
from portal.admin.filters import ContextFilter, PlaceFilter
from portal.admin.forms import (
    PlaceChoice,
    ServiceForm,
    capability_names,
    offer_choices,
    offer_rows,
    text,
    time_zones,
)
from portal.admin.place_tools import tools_of
from portal.admin.site import site
from portal.web.navigation import IT_PERMS
from rbac.access import Place, visible
from rbac.models import User
from rbac.permissions import Perm

SCOPE_HELP = _("The namespace at the site that solutions are put into.")
SPECIFICATION_HELP = _("What the line offers to solutions, as JSON: drivers and their settings.")
OF_NODE = {"name", "display_name", "time_zone"}
OF_TARGET = {"scope", "capabilities", "specification", "agent"}


class TargetForm(ServiceForm[Target]):
    """What can be changed about a line."""

    name = text(_("Name"))
    display_name = text(_("Display name"), most=120, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=time_zones)
    scope = text(_("Scope"), most=63, help_text=SCOPE_HELP)
    capabilities = forms.MultipleChoiceField(
        label=_("Capabilities"), required=False, widget=forms.CheckboxSelectMultiple
    )
    specification = forms.JSONField(
        label=_("Specification"), required=False, help_text=SPECIFICATION_HELP
    )
    agent = forms.ModelChoiceField(Agent.objects.none(), label=_("Agent"), required=False)

    def offer(self) -> None:
        target, node = self.instance, self.instance.node
        self.initial.update({name: getattr(node, name) for name in OF_NODE})
        self.initial["capabilities"] = [one.name for one in target.capabilities.all()]
        offer_choices(self, "capabilities", capability_names(self.by, node.context))
        offered = agents.agents(self.by).filter(node__in=node.path_ids(), state=AgentState.APPROVED)
        if target.agent_id and not offered.filter(pk=target.agent_id).exists():
            # Somebody else's agent serves the line: it is named, and stays.
            offered = Agent.objects.filter(pk=target.agent_id)
            self.fields["agent"].disabled = True
        offer_rows(self, "agent", offered)

    def clean_specification(self) -> dict[str, Any]:
        typed = self.cleaned_data["specification"] or {}
        if not isinstance(typed, dict):
            raise forms.ValidationError(_("Write names and values: {…}."))
        return typed


class NewTargetForm(ServiceForm[Target]):
    """A new line at a place."""

    parent = PlaceChoice(Node.objects.none(), label=_("At"))
    name = text(_("Name"))
    display_name = text(_("Display name"), most=120, required=False)
    shared = forms.BooleanField(
        label=_("Serves the whole place"),
        required=False,
        help_text=_("A target at the level of the place itself, for what all its lines share."),
    )
    scope = text(_("Scope"), most=63, initial="default", help_text=SCOPE_HELP)
    capabilities = TargetForm.declared_fields["capabilities"]
    specification = TargetForm.declared_fields["specification"]
    clean_specification = TargetForm.clean_specification

    def offer(self) -> None:
        holders = Node.objects.filter(kind__in=(Node.Kind.CONTEXT, Node.Kind.SITE))
        rows = visible(self.by, Perm.EDIT_TARGETS, holders.select_related("context"))
        offer_rows(self, "parent", rows.order_by("path"))
        offer_choices(self, "capabilities", capability_names(self.by))


class TargetContextFilter(ContextFilter):
    """Lines of one context."""

    lookup: ClassVar[str] = "node__context"


@admin.register(Target, site=site)
class TargetAdmin(ServiceAdmin[Target]):
    """Lines, and targets that serve a whole place."""

    form = TargetForm
    add_form = NewTargetForm
    view_perms = IT_PERMS
    add_perm = change_perm = remove_perm = Perm.EDIT_TARGETS
    shown = ("way", "level", "config_links")
    list_display = ("__str__", "place_name", "level", "scope", "capability_list", "agent_name")
    list_filter = (TargetContextFilter, PlaceFilter)
    search_fields = ("node__name", "node__display_name", "scope", "agent__name")

    def sees(self, by: User) -> QuerySet[Target]:
        return reading.targets(by).prefetch_related("capabilities")

    def place(self, obj: Target) -> Place:
        return obj.node

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Target:
        parent: Node = data["parent"]
        return places.create_target(
            person(request),
            parent,
            data["name"],
            display_name=data["display_name"],
            scope=data["scope"],
            capabilities=data["capabilities"],
            specification=data["specification"],
            level=parent.level if data["shared"] else None,
        )

    def change(self, request: HttpRequest, obj: Target, form: ServiceForm[Target]) -> None:
        data, changed = form.cleaned_data, set(form.changed_data)
        if changed & OF_NODE:
            of_node = {name: data[name] for name in OF_NODE}
            places.change_node(person(request), obj.node, **of_node)
        if changed & OF_TARGET:
            of_target = {name: data[name] for name in OF_TARGET}
            places.change_target(person(request), obj, **of_target)

    def remove(self, by: User, obj: Target) -> None:
        places.remove(by, obj.node)

    def list_tools(self, request: HttpRequest) -> Sequence[Tool]:
        return [(_("Import and export"), f"{reverse('admin:bulk')}?kind={Kind.TARGETS}")]

    def tools(self, request: HttpRequest, obj: Target) -> Sequence[Tool]:
        return tools_of(person(request), obj.node)

    @admin.display(description=_("Place"), ordering="node__path")
    def place_name(self, obj: Target) -> str:
        return obj.node.parent.title if obj.node.parent else columns.NOTHING

    @admin.display(description=_("Where"))
    def way(self, obj: Target) -> str:
        return columns.way(obj.node)

    @admin.display(description=_("Level"))
    def level(self, obj: Target) -> str:
        return obj.node.level_name

    @admin.display(description=_("Config templates"))
    def config_links(self, obj: Target) -> SafeString | str:
        return columns.linked_templates(obj.node)

    @admin.display(description=_("Capabilities"))
    def capability_list(self, obj: Target) -> str:
        return ", ".join(one.name for one in obj.capabilities.all()) or columns.NOTHING

    @admin.display(description=_("Agent"), ordering="agent__name")
    def agent_name(self, obj: Target) -> str:
        # By name only: the agent may stand at a place above that is not the person's to see.
        return obj.agent.name if obj.agent else columns.NOTHING
