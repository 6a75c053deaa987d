"""Role assignments: who holds which role at which place."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.auth.models import Group
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Node
from orchestration.queries import access
from orchestration.services import roles
from portal.admin import columns
from portal.admin.answers import person
from portal.admin.base import ServiceAdmin
from portal.admin.filters import ContextFilter, PlaceFilter
from portal.admin.forms import PlaceChoice, ServiceForm, offer_rows, text
from portal.admin.site import site
from portal.templatetags.moments import when
from rbac.access import Place
from rbac.models import Role, RoleAssignment, User
from rbac.permissions import Perm

UNKNOWN_PERSON = _("There is nobody with this user name.")
UNKNOWN_GROUP = _("There is no group with this name.")
ONE_OF_BOTH = _("Name either a person or a group.")
LINES = _("To give a role at one line, open the line and choose “Who can do what here”.")


class AssignmentForm(ServiceForm[RoleAssignment]):
    """Only the end of an assignment can change."""

    expires_at = forms.SplitDateTimeField(
        label=_("Ends"),
        required=False,
        widget=admin.widgets.AdminSplitDateTime,
        help_text=_("Leave empty for no end."),
    )


class NewAssignmentForm(AssignmentForm):
    """A role for a person or a group, both by name: lists of everybody are nobody's business."""

    role = forms.ModelChoiceField(Role.objects.none(), label=_("Role"), to_field_name="key")
    user_name = text(_("Person (user name)"), most=150, required=False)
    group_name = text(_("or group (name)"), most=150, required=False)
    node = PlaceChoice(Node.objects.none(), label=_("At"), help_text=LINES)
    field_order = ("role", "user_name", "group_name", "node", "expires_at")

    def offer(self) -> None:
        chosen = str(self.initial.get("node") or self.data.get("node") or "")
        one = Q(pk=chosen) if chosen.isdecimal() else Q(pk__in=())
        offer_rows(self, "role", access.roles(self.by))
        rows = access.places(self.by).filter(one | ~Q(kind=Node.Kind.TARGET))
        offer_rows(self, "node", rows.order_by("path"))

    def clean_user_name(self) -> User | None:
        typed = self.cleaned_data["user_name"]
        user = access.people(self.by).filter(username=typed).first() if typed else None
        if typed and user is None:
            raise forms.ValidationError(UNKNOWN_PERSON)
        return user

    def clean_group_name(self) -> Group | None:
        typed = self.cleaned_data["group_name"]
        group = access.groups(self.by).filter(name=typed).first() if typed else None
        if typed and group is None:
            raise forms.ValidationError(UNKNOWN_GROUP)
        return group

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        named = [data.get("user_name"), data.get("group_name")]
        if not self.errors and sum(one is not None for one in named) != 1:
            self.add_error("user_name", ONE_OF_BOTH)
        return data


class RoleFilter(SimpleListFilter):
    """Assignments of one role."""

    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(role.key, role.label) for role in access.roles(person(request))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        return queryset.filter(role=self.value()) if self.value() else queryset


class EndedFilter(SimpleListFilter):
    """Assignments that count, or those that have ended."""

    title = _("end")
    parameter_name = "ended"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [("no", gettext("counts now")), ("yes", gettext("has ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        ended = Q(expires_at__lte=timezone.now())
        return {"yes": queryset.filter(ended), "no": queryset.exclude(ended)}.get(
            self.value() or "", queryset
        )


class RoleContextFilter(ContextFilter):
    """Assignments in one context."""

    lookup: ClassVar[str] = "node__context"


@admin.register(RoleAssignment, site=site)
class AssignmentAdmin(ServiceAdmin[RoleAssignment]):
    """Roles given at the places whose access a person manages."""

    form = AssignmentForm
    add_form = NewAssignmentForm
    view_perms = (Perm.MANAGE_ACCESS,)
    add_perm = change_perm = remove_perm = Perm.MANAGE_ACCESS
    shown = ("role", "holder", "way", "given_by", "given")
    list_display = ("holder", "role", "place_name", "ends", "given_by", "given")
    list_filter = (RoleFilter, EndedFilter, RoleContextFilter, PlaceFilter)
    search_fields = ("user__username", "group__name", "node__name", "node__display_name")
    given = columns.at("given_at", _("Given"))

    def sees(self, by: User) -> QuerySet[RoleAssignment]:
        return access.assignments(by)

    def place(self, obj: RoleAssignment) -> Place:
        return obj.node

    def create(self, request: HttpRequest, data: dict[str, Any]) -> RoleAssignment:
        holder = data["user_name"] or data["group_name"]
        return roles.give(
            person(request), data["role"].key, holder, data["node"], expires_at=data["expires_at"]
        )

    def change(
        self, request: HttpRequest, obj: RoleAssignment, form: ServiceForm[RoleAssignment]
    ) -> None:
        holder = obj.user or obj.group
        assert holder is not None  # noqa: S101  the database holds it to be one of the two
        ends = form.cleaned_data["expires_at"]
        roles.give(person(request), obj.role_id, holder, obj.node, expires_at=ends)

    def remove(self, by: User, obj: RoleAssignment) -> None:
        roles.take(by, obj)

    @admin.display(description=_("Who"), ordering="user__username")
    def holder(self, obj: RoleAssignment) -> str:
        return str(obj.user or obj.group)

    @admin.display(description=_("Ends"), ordering="expires_at")
    def ends(self, obj: RoleAssignment) -> SafeString | str:
        if obj.over:
            return format_html("{} {}", _("has ended:"), when(obj.expires_at))
        return when(obj.expires_at) or columns.NOTHING

    @admin.display(description=_("Place"), ordering="node__path")
    def place_name(self, obj: RoleAssignment) -> str:
        return str(obj.node)

    @admin.display(description=_("Place"))
    def way(self, obj: RoleAssignment) -> str:
        return columns.way(obj.node)
