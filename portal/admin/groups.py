"""Groups: people who hold roles together."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orchestration.queries import access
from orchestration.services import groups
from portal.admin import columns
from portal.admin.answers import person
from portal.admin.base import InstallationAdmin
from portal.admin.forms import ServiceForm, text
from portal.admin.site import site
from rbac.access import may_administer
from rbac.models import User
from rbac.permissions import Perm


class GroupForm(ServiceForm[Group]):
    """A group and who belongs to it."""

    name = text(_("Name"), most=150)
    members = forms.ModelMultipleChoiceField(
        User.objects.order_by("username"),
        label=_("Members"),
        required=False,
        widget=admin.widgets.FilteredSelectMultiple(_("people"), is_stacked=False),
    )

    def offer(self) -> None:
        if self.instance.pk:
            self.initial["members"] = list(self.instance.user_set.all())


@admin.register(Group, site=site)
class GroupAdmin(InstallationAdmin[Group]):
    """Groups. Who manages access at a place sees those that hold roles there."""

    form = add_form = GroupForm
    view_perms = (Perm.MANAGE_ACCESS,)
    list_display = ("name", "member_count")
    search_fields = ("name",)

    def sees(self, by: User) -> QuerySet[Group]:
        return access.groups(by).annotate(people=Count("user", distinct=True)).order_by("name")

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(may_administer(request.user))

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Group:
        return groups.create(person(request), data["name"], data["members"])

    def change(self, request: HttpRequest, obj: Group, form: ServiceForm[Group]) -> None:
        groups.change(person(request), obj, **form.cleaned_data)

    def remove(self, by: User, obj: Group) -> None:
        groups.remove(by, obj)

    @admin.display(description=_("Members"), ordering="people")
    def member_count(self, obj: Group) -> int:
        count: int = getattr(obj, "people", 0)
        return count

    @admin.display(description=_("Members"))
    def members(self, obj: Group) -> SafeString | str:
        return columns.listed(obj.user_set.order_by("username"))
