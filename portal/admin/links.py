"""Links: which version of a config template counts at which place."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orchestration.models import ConfigTemplateVersion, Node, TemplateLink
from orchestration.queries import config_templates as reading
from orchestration.queries.places import KINDS
from orchestration.services import config_templates
from portal.admin import columns
from portal.admin.answers import person
from portal.admin.base import ServiceAdmin
from portal.admin.filters import ContextFilter, PlaceFilter
from portal.admin.forms import PlaceChoice, ServiceForm, offer_rows
from portal.admin.site import site
from rbac.access import Place, visible
from rbac.models import User
from rbac.permissions import Perm


class LinkForm(ServiceForm[TemplateLink]):
    """Another version of what is linked."""

    wanted = forms.ModelChoiceField(ConfigTemplateVersion.objects.none(), label=_("Version"))

    def offer(self) -> None:
        rows = reading.template_versions(self.by).filter(template=self.instance.template_id)
        offer_rows(self, "wanted", rows)
        self.initial["wanted"] = self.instance.version_id


class NewLinkForm(ServiceForm[TemplateLink]):
    """A version that is to count at a place."""

    at = PlaceChoice(
        Node.objects.none(), label=_("At"), help_text=_("It counts there and everywhere below.")
    )
    wanted = forms.ModelChoiceField(
        ConfigTemplateVersion.objects.none(),
        label=_("Config template"),
        help_text=_("Takes the place of another version that is linked there."),
    )

    def offer(self) -> None:
        places = Node.objects.filter(kind__in=KINDS).select_related("context")
        rows = visible(self.by, Perm.EDIT_IT_VALUES, places)
        offer_rows(self, "at", rows.order_by("path"))
        versions = visible(
            self.by,
            Perm.AUTHOR_SOLUTIONS,
            reading.template_versions(self.by),
            "template__node__path",
        )
        offer_rows(self, "wanted", versions)


class LinkContextFilter(ContextFilter):
    """Links of one context."""

    lookup: ClassVar[str] = "node__context"


@admin.register(TemplateLink, site=site)
class LinkAdmin(ServiceAdmin[TemplateLink]):
    """Config templates at places. Copies below are pending once a link changes."""

    form = LinkForm
    add_form = NewLinkForm
    view_perms = (Perm.VIEW_VALUES,)
    add_perm = change_perm = remove_perm = Perm.EDIT_IT_VALUES
    shown = ("way", "linked")
    list_display = ("__str__", "way", "linked")
    list_filter = (LinkContextFilter, PlaceFilter)
    search_fields = ("template__node__name", "template__node__display_name", "node__name")

    def sees(self, by: User) -> QuerySet[TemplateLink]:
        return reading.links(by)

    def place(self, obj: TemplateLink) -> Place:
        return obj.node

    def create(self, request: HttpRequest, data: dict[str, Any]) -> TemplateLink:
        return config_templates.link(person(request), data["at"], data["wanted"])

    def change(
        self, request: HttpRequest, obj: TemplateLink, form: ServiceForm[TemplateLink]
    ) -> None:
        config_templates.link(person(request), obj.node, form.cleaned_data["wanted"])

    def remove(self, by: User, obj: TemplateLink) -> None:
        config_templates.unlink(by, obj)

    @admin.display(description=_("Where"), ordering="node__path")
    def way(self, obj: TemplateLink) -> str:
        return columns.way(obj.node)

    @admin.display(description=_("Linked"), ordering="linked_at")
    def linked(self, obj: TemplateLink) -> str:
        return str(columns.by_whom(obj.linked_at, obj.linked_by))
