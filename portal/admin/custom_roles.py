"""The roles there are: those that ship, and those made here of the same rights."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orchestration.queries import access
from orchestration.services import custom_roles
from portal.admin import columns
from portal.admin.answers import person
from portal.admin.base import ServiceAdmin
from portal.admin.forms import ServiceForm, text
from portal.admin.site import site
from rbac.models import Role, User
from rbac.permissions import LABELS, Perm


class RoleForm(ServiceForm[Role]):
    """A role by its name and its rights."""

    label = text(_("Name"), most=80)
    description = text(_("Description"), most=300, required=False)
    perms = forms.TypedMultipleChoiceField(
        label=_("Lets somebody"),
        choices=[(perm.value, label) for perm, label in LABELS.items()],
        coerce=Perm,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only rights that you have yourself, all of them at one place."),
    )

    def offer(self) -> None:
        if self.instance.pk:
            self.initial["label"] = self.instance.label
            self.initial["description"] = self.instance.description
            self.initial["perms"] = [perm.value for perm in self.instance.perms]


@admin.register(Role, site=site)
class RoleAdmin(ServiceAdmin[Role]):
    """Roles are the same everywhere; who manages access at a place may see them all."""

    form = add_form = RoleForm
    view_perms = (Perm.MANAGE_ACCESS,)
    add_perm = change_perm = remove_perm = Perm.MANAGE_ACCESS
    shown = ("key", "origin")
    list_display = ("label", "origin", "description", "perms")
    search_fields = ("label", "key")

    def sees(self, by: User) -> QuerySet[Role]:
        return access.roles(by)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Role:
        return custom_roles.create(
            person(request), data["label"], data["perms"], description=data["description"]
        )

    def change(self, request: HttpRequest, obj: Role, form: ServiceForm[Role]) -> None:
        data = form.cleaned_data
        custom_roles.change(
            person(request),
            obj,
            label=data["label"],
            description=data["description"],
            perms=data["perms"],
        )

    def remove(self, by: User, obj: Role) -> None:
        custom_roles.remove(by, obj)

    @admin.display(description=_("Made"), ordering="shipped")
    def origin(self, obj: Role) -> str:
        return str(_("ships with Sitewright") if obj.shipped else _("here"))

    @admin.display(description=_("Lets somebody"))
    def perms(self, obj: Role) -> SafeString | str:
        return columns.listed(LABELS[perm] for perm in Perm if perm in obj.perms)

    def _has(self, request: HttpRequest, perm: Perm | None, obj: Role | None) -> bool:
        """A role belongs to no place, and one that ships stays as it is."""
        return super()._has(request, perm, None) and (obj is None or not obj.shipped)
