"""Contexts: environments with their levels."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orchestration.models import Context
from orchestration.queries import places
from orchestration.services import contexts
from portal.admin import columns
from portal.admin.answers import person
from portal.admin.base import ServiceAdmin, Tool
from portal.admin.forms import ServiceForm, lines, text
from portal.admin.site import site
from portal.web.navigation import IT_PERMS
from rbac.access import Place, may_administer
from rbac.models import User
from rbac.permissions import Perm

LEVELS_HELP = _("One name a line, from the top down, for example Region, City, Factory, Line.")


class ContextForm(ServiceForm[Context]):
    """What can be changed about a context."""

    display_name = text(_("Display name"), most=120, required=False)
    levels = lines(_("Levels"), required=False, help_text=LEVELS_HELP)

    def offer(self) -> None:
        self.initial["levels"] = "\n".join(self.initial.get("levels") or [])

    def clean_levels(self) -> list[str]:
        typed = self.cleaned_data["levels"].splitlines()
        return [name.strip() for name in typed if name.strip()]


class NewContextForm(ContextForm):
    """A new context; its short name stays."""

    name = text(_("Name"), help_text=_("Short and lasting; programs use it."))
    field_order = ("name", "display_name", "levels")


@admin.register(Context, site=site)
class ContextAdmin(ServiceAdmin[Context]):
    """Environments. New ones are made by who looks after the whole installation."""

    form = ContextForm
    add_form = NewContextForm
    view_perms = IT_PERMS
    change_perm = Perm.MANAGE_CONTEXT
    shown = ("name", "capability_list", "made")
    list_display = ("__str__", "name", "level_list", "capability_list")
    search_fields = ("name", "display_name")
    made = columns.at("created_at", _("Made"))

    def sees(self, by: User) -> QuerySet[Context]:
        return places.contexts(by).prefetch_related("capabilities")

    def place(self, obj: Context) -> Place:
        return contexts.root_of(obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(may_administer(request.user))

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Context:
        return contexts.create(
            person(request), data["name"], data["levels"], display_name=data["display_name"]
        )

    def change(self, request: HttpRequest, obj: Context, form: ServiceForm[Context]) -> None:
        data = form.cleaned_data
        contexts.change(
            person(request), obj, display_name=data["display_name"], levels=data["levels"]
        )

    def tools(self, request: HttpRequest, obj: Context) -> Sequence[Tool]:
        pages = ((_("Capabilities"), "capability"), (_("Places"), "node"), (_("Lines"), "target"))
        return [
            (label, f"{reverse(f'admin:orchestration_{noun}_changelist')}?in={obj.pk}")
            for label, noun in pages
        ]

    @admin.display(description=_("Levels"))
    def level_list(self, obj: Context) -> str:
        return columns.BELOW.join(obj.levels)

    @admin.display(description=_("Capabilities"))
    def capability_list(self, obj: Context) -> str:
        return ", ".join(one.name for one in obj.capabilities.all()) or columns.NOTHING
