"""Places: the sites of a context as a tree."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orchestration.models import Node
from orchestration.queries import access
from orchestration.queries import places as reading
from orchestration.queries.bulk_columns import Kind
from orchestration.services import places
from portal.admin import access_pages, columns, moving, tree_page
from portal.admin.answers import person
from portal.admin.base import ServiceAdmin, Tool
from portal.admin.factory import add_factory
from portal.admin.filters import ContextFilter, PlaceFilter
from portal.admin.forms import PlaceChoice, ServiceForm, offer_rows, text, time_zones
from portal.admin.place_tools import tools_of
from portal.admin.site import site
from portal.admin.tree import NamedTree
from portal.web.navigation import IT_PERMS
from rbac.access import Place, may_anywhere, visible
from rbac.models import User
from rbac.permissions import Perm

HOLDERS = (Node.Kind.CONTEXT, Node.Kind.SITE)


class SiteForm(ServiceForm[Node]):
    """What can be changed about a site."""

    name = text(_("Name"))
    display_name = text(_("Display name"), most=120, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=time_zones)


class NewSiteForm(SiteForm):
    """A new site, one level below another place."""

    parent = PlaceChoice(Node.objects.none(), label=_("Inside"))
    field_order = ("parent", "name", "display_name", "time_zone")

    def offer(self) -> None:
        holders = Node.objects.filter(kind__in=HOLDERS).select_related("context")
        rows = visible(self.by, Perm.EDIT_HIERARCHY, holders)
        offer_rows(self, "parent", rows.order_by("path"))


class BelowFilter(PlaceFilter):
    """Places at a place and below."""

    path: ClassVar[str] = "path"


@admin.register(Node, site=site)
class SiteAdmin(ServiceAdmin[Node]):
    """Sites, each below the one it is in; lines have a list of their own."""

    form = SiteForm
    add_form = NewSiteForm
    view_perms = IT_PERMS
    add_perm = change_perm = remove_perm = Perm.EDIT_HIERARCHY
    shown = ("way", "level_word", "labels", "config_links", "made")
    row_pages = ("access", "branch", "move")
    list_pages = ("add_factory", "tree")
    list_display = ("tree_name", "level_word", "time_zone", "line_count", "add_links")
    list_display_links = ("tree_name",)
    list_filter = (ContextFilter, BelowFilter)
    search_fields = ("name", "display_name")
    sortable_by = ()
    list_max_show_all = 0  # page by page only
    made = columns.at("created_at", _("Made"))

    def sees(self, by: User) -> QuerySet[Node]:
        lines = Count("children", filter=Q(children__kind=Node.Kind.TARGET))
        return reading.nodes(by).exclude(kind=Node.Kind.TARGET).annotate(own_lines=lines)

    def place(self, obj: Node) -> Place:
        return obj

    def has_change_permission(self, request: HttpRequest, obj: Node | None = None) -> bool:
        # The root of a context is changed with the context.
        return (obj is None or obj.kind == Node.Kind.SITE) and super().has_change_permission(
            request, obj
        )

    def has_delete_permission(self, request: HttpRequest, obj: Node | None = None) -> bool:
        return (obj is None or obj.kind == Node.Kind.SITE) and super().has_delete_permission(
            request, obj
        )

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Node:
        return places.create_site(
            person(request),
            data["parent"],
            data["name"],
            display_name=data["display_name"],
            time_zone=data["time_zone"],
        )

    def change(self, request: HttpRequest, obj: Node, form: ServiceForm[Node]) -> None:
        places.change_node(person(request), obj, **form.cleaned_data)

    def remove(self, by: User, obj: Node) -> None:
        places.remove(by, obj)

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:
        return NamedTree

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        may_add = may_anywhere(request.user, Perm.EDIT_HIERARCHY, Perm.EDIT_TARGETS)
        return self.list_display if may_add else self.list_display[:-1]

    def list_tools(self, request: HttpRequest) -> Sequence[Tool]:
        tree = [
            (_("Show as a tree"), self.address("tree")),
            (_("Import and export"), f"{reverse('admin:bulk')}?kind={Kind.SITES}"),
        ]
        if may_anywhere(request.user, Perm.EDIT_HIERARCHY):
            return [(_("Add a factory with its lines"), self.address("add_factory")), *tree]
        return tree

    def tools(self, request: HttpRequest, obj: Node) -> Sequence[Tool]:
        """Go on with what is below the place, as far as the person may."""
        return tools_of(person(request), obj)

    def tree(self, request: HttpRequest) -> HttpResponse:
        """Places and lines as a tree that is fetched place by place."""
        return tree_page.tree(request)

    def branch(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What a place of the tree holds."""
        return tree_page.branch(request, object_id)

    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Hang a place, or a line, below another place."""
        wanted = int(object_id) if object_id.isdecimal() else 0
        nodes = reading.nodes(person(request)).exclude(kind=Node.Kind.CONTEXT)
        return moving.move(request, get_object_or_404(nodes, pk=wanted))

    def access(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Who can do what at a place, a line or a solution."""
        # Also lines and solutions: roles are given there like at places.
        wanted = int(object_id) if object_id.isdecimal() else 0
        nodes = access.places(person(request))
        return access_pages.who_can(request, get_object_or_404(nodes, pk=wanted))

    def add_factory(self, request: HttpRequest) -> HttpResponse:
        """A site with its lines, in one go."""
        return add_factory(request, self.address("changelist"))

    @admin.display(description=_("Place"))
    def tree_name(self, obj: Node) -> SafeString:
        depth = min(obj.path.count("/") - 2, 12)
        return format_html('<span class="tree tree--{}">{}</span>', depth, obj.title)

    @admin.display(description=_("Level"))
    def level_word(self, obj: Node) -> str:
        return obj.level_name or obj.get_kind_display()

    @admin.display(description=_("Where"))
    def way(self, obj: Node) -> str:
        return columns.way(obj)

    @admin.display(description=_("Config templates"))
    def config_links(self, obj: Node) -> SafeString | str:
        return columns.linked_templates(obj)

    @admin.display(description=_("Lines"))
    def line_count(self, obj: Node) -> SafeString | str:
        count = getattr(obj, "own_lines", 0)
        query = f"?under={obj.pk}"
        return columns.link(count, "orchestration_target_changelist", query=query) if count else "0"

    @admin.display(description=_("Add"))
    def add_links(self, obj: Node) -> SafeString:
        inside = columns.link(_("place"), "orchestration_node_add", query=f"?parent={obj.pk}")
        line = columns.link(_("line"), "orchestration_target_add", query=f"?parent={obj.pk}")
        return format_html("{} · {}", inside, line)
