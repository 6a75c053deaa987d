"""Capabilities: what a line can do and a solution may need."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orchestration.models import Capability, Context
from orchestration.queries import places
from orchestration.services import contexts
from portal.admin.answers import person
from portal.admin.base import ServiceAdmin
from portal.admin.filters import ContextFilter
from portal.admin.forms import ServiceForm, offer_rows, text
from portal.admin.site import site
from portal.web.navigation import IT_PERMS
from rbac.access import Place, visible
from rbac.models import User
from rbac.permissions import Perm


class CapabilityForm(ServiceForm[Capability]):
    """A capability keeps its name: lines and solutions refer to it."""

    description = text(_("Description"), most=200, required=False)


class NewCapabilityForm(CapabilityForm):
    """A new capability, in a context the person manages."""

    context = forms.ModelChoiceField(Context.objects.none(), label=_("Context"))
    name = text(_("Name"), help_text=_("One word, for example soap or vision."))
    field_order = ("context", "name", "description")

    def offer(self) -> None:
        rows = visible(self.by, Perm.MANAGE_CONTEXT, Context.objects.all(), "nodes__path")
        offer_rows(self, "context", rows.distinct())


@admin.register(Capability, site=site)
class CapabilityAdmin(ServiceAdmin[Capability]):
    """Capabilities of the contexts a person sees."""

    form = CapabilityForm
    add_form = NewCapabilityForm
    view_perms = IT_PERMS
    add_perm = change_perm = remove_perm = Perm.MANAGE_CONTEXT
    shown = ("name", "context")
    list_display = ("name", "description", "context")
    list_filter = (ContextFilter,)
    list_select_related = ("context",)
    search_fields = ("name", "description")

    def sees(self, by: User) -> QuerySet[Capability]:
        return Capability.objects.filter(context__in=places.contexts(by))

    def place(self, obj: Capability) -> Place:
        return contexts.root_of(obj.context)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Capability:
        return contexts.add_capability(
            person(request), data["context"], data["name"], data["description"]
        )

    def change(self, request: HttpRequest, obj: Capability, form: ServiceForm[Capability]) -> None:
        contexts.add_capability(
            person(request), obj.context, obj.name, form.cleaned_data["description"]
        )

    def remove(self, by: User, obj: Capability) -> None:
        contexts.remove_capability(by, obj)
