"""Config templates and their versions: to read, and to add to."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orchestration.models import ConfigTemplate, Context, SchemaVersion
from orchestration.queries import config_templates as reading
from orchestration.queries import solutions
from orchestration.services import config_templates
from portal.admin import columns, uploads
from portal.admin.answers import person
from portal.admin.base import ServiceAdmin, Tool
from portal.admin.filters import ContextFilter
from portal.admin.forms import ServiceForm, offer_rows, text
from portal.admin.site import site
from rbac.access import Place, may_anywhere, visible
from rbac.models import User
from rbac.permissions import Perm

SCHEMA_HELP = _("Wins over the schema that the template names; then you are told.")


class NewConfigVersionForm(uploads.TextOrFile, ServiceForm[ConfigTemplate]):
    """A new version of a config template, or a new template."""

    context = forms.ModelChoiceField(Context.objects.none(), label=_("Context"))
    name = text(_("Name"))
    display_name = text(_("Display name"), most=120, required=False)
    description = text(_("Description"), most=500, required=False)
    version = text(_("Version"), help_text=_("For example 1.2.0."))
    schema = forms.ModelChoiceField(
        SchemaVersion.objects.none(), label=_("Schema"), required=False, help_text=SCHEMA_HELP
    )
    field_order = (
        "context", "name", "display_name", "description", "version", "schema", "file", "text",
    )  # fmt: skip

    def offer(self) -> None:
        rows = visible(self.by, Perm.AUTHOR_SOLUTIONS, Context.objects.all(), "nodes__path")
        offer_rows(self, "context", rows.distinct())
        offer_rows(self, "schema", solutions.schema_versions(self.by))


class ConfigContextFilter(ContextFilter):
    """Config templates of one context."""

    lookup: ClassVar[str] = "node__context"


@admin.register(ConfigTemplate, site=site)
class ConfigTemplateAdmin(ServiceAdmin[ConfigTemplate]):
    """Values that many solutions share. Versions never change; new ones are added."""

    add_form = NewConfigVersionForm
    view_perms = (Perm.VIEW_SOLUTIONS, Perm.AUTHOR_SOLUTIONS)
    add_perm = Perm.AUTHOR_SOLUTIONS
    shown = ("name", "description", "versions", "linked_to", "newest")
    list_display = ("__str__", "name", "version_names")
    list_filter = (ConfigContextFilter,)
    search_fields = ("node__name", "node__display_name", "description")

    def sees(self, by: User) -> QuerySet[ConfigTemplate]:
        return reading.templates(by).prefetch_related("versions", reading.links_of(by))

    def place(self, obj: ConfigTemplate) -> Place:
        return obj.node

    def create(self, request: HttpRequest, data: dict[str, Any]) -> ConfigTemplate:
        source = config_templates.ConfigSource(
            name=data["name"],
            version=data["version"],
            config_text=data["text"],
            schema=str(data["schema"] or ""),
            display_name=data["display_name"],
            description=data["description"],
        )
        row = config_templates.create_version(person(request), data["context"], source)
        for warning in row.warnings:
            messages.warning(request, warning)
        return row.template

    def tools(self, request: HttpRequest, obj: ConfigTemplate) -> Sequence[Tool]:
        if may_anywhere(request.user, Perm.AUTHOR_SOLUTIONS):
            query = urlencode({"context": str(obj.node.context_id), "name": obj.node.name})
            return [(_("Add a version"), f"{self.address('add')}?{query}")]
        return ()

    @admin.display(description=_("Name"), ordering="node__name")
    def name(self, obj: ConfigTemplate) -> str:
        return obj.node.name

    @admin.display(description=_("Versions"))
    def version_names(self, obj: ConfigTemplate) -> str:
        return ", ".join(one.version for one in obj.versions.all()) or columns.NOTHING

    @admin.display(description=_("All versions"))
    def versions(self, obj: ConfigTemplate) -> SafeString | str:
        rows = obj.versions.select_related("created_by", "schema__schema")
        return columns.facts(
            {
                one.version: format_html(
                    "{} · {} {}",
                    columns.by_whom(one.created_at, one.created_by),
                    one.schema or columns.NOTHING,
                    columns.listed(one.warnings) if one.warnings else "",
                )
                for one in rows
            }
        )

    @admin.display(description=_("Linked to"))
    def linked_to(self, obj: ConfigTemplate) -> SafeString | str:
        return columns.listed(
            columns.link(
                f"{link.node.title}: {link.version.version}",
                "orchestration_templatelink_change",
                link.pk,
            )
            for link in obj.links.all()
        )

    @admin.display(description=_("Newest template"))
    def newest(self, obj: ConfigTemplate) -> SafeString | str:
        newest = obj.versions.first()
        return columns.block(newest.config_text if newest else "")
