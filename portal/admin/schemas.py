"""Schemas and their versions: to read, and to add to."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orchestration.models import Context, Schema
from orchestration.queries import authoring, solutions, uses
from orchestration.queries.templates import schema_of
from orchestration.services import catalog
from orchestration.services.contexts import catalog_of
from portal.admin import columns, remarks, uploads
from portal.admin.answers import person
from portal.admin.base import ServiceAdmin, Tool
from portal.admin.filters import ContextFilter
from portal.admin.forms import ServiceForm, offer_rows, text
from portal.admin.site import site
from rbac.access import Place, may_anywhere, visible
from rbac.models import User
from rbac.permissions import Perm


class NewSchemaForm(uploads.TextOrFile, ServiceForm[Schema]):
    """A new version of a schema, or a new schema."""

    context = forms.ModelChoiceField(Context.objects.none(), label=_("Context"))
    name = text(_("Name"), required=False, help_text=_("Empty: as the file says."))
    version = text(_("Version"), required=False, help_text=_("Empty: as the file says."))
    field_order = ("context", "name", "version", "file", "text")

    def offer(self) -> None:
        rows = visible(self.by, Perm.AUTHOR_SOLUTIONS, Context.objects.all(), "nodes__path")
        offer_rows(self, "context", rows.distinct())


@admin.register(Schema, site=site)
class SchemaAdmin(ServiceAdmin[Schema]):
    """Rules for configuration keys. Versions never change; new ones are added."""

    add_form = NewSchemaForm
    view_perms = (Perm.VIEW_SOLUTIONS, Perm.AUTHOR_SOLUTIONS)
    add_perm = Perm.AUTHOR_SOLUTIONS
    shown = ("name", "context", "versions", "used_by", "remarks", "newest", "rules")
    list_display = ("name", "context", "version_names")
    list_filter = (ContextFilter,)
    search_fields = ("name",)

    def sees(self, by: User) -> QuerySet[Schema]:
        rows = Schema.objects.select_related("context").prefetch_related("versions__schema")
        return rows.filter(versions__in=solutions.schema_versions(by).order_by()).distinct()

    def place(self, obj: Schema) -> Place:
        return catalog_of(obj.context)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Schema:
        row, warnings = catalog.create_schema_version(
            person(request),
            data["context"],
            text=data["text"],
            name=data["name"],
            version=data["version"],
        )
        for warning in warnings:
            messages.warning(request, warning)
        return row.schema

    def learn(self, by: User, obj: Schema) -> None:
        setattr(obj, remarks.SEEN, uses.users_of(by, obj))

    def tools(self, request: HttpRequest, obj: Schema) -> Sequence[Tool]:
        if may_anywhere(request.user, Perm.AUTHOR_SOLUTIONS):
            query = urlencode({"context": str(obj.context_id), "name": obj.name})
            return [(_("Add a version"), f"{self.address('add')}?{query}")]
        return ()

    @admin.display(description=_("Versions"))
    def version_names(self, obj: Schema) -> str:
        return ", ".join(one.version for one in obj.versions.all())

    @admin.display(description=_("Newest text"))
    def newest(self, obj: Schema) -> SafeString | str:
        newest = obj.versions.first()
        return columns.block(newest.text if newest else "")

    @admin.display(description=_("All versions"))
    def versions(self, obj: Schema) -> SafeString | str:
        return columns.facts(
            {
                one.version: columns.by_whom(one.created_at, one.created_by)
                for one in obj.versions.select_related("created_by")
            }
        )

    @admin.display(description=_("Used by"))
    def used_by(self, obj: Schema) -> SafeString | str:
        found: dict[int, list[str]] = getattr(obj, remarks.SEEN, {})
        return columns.facts(
            {one.version: found.get(one.pk) or columns.NOTHING for one in obj.versions.all()}
        )

    @admin.display(description=_("Remarks on the newest"))
    def remarks(self, obj: Schema) -> SafeString | str:
        newest = obj.versions.first()
        return remarks.remarks(authoring.remarks_on_schema(newest)) if newest else columns.NOTHING

    @admin.display(description=_("Its rules"))
    def rules(self, obj: Schema) -> SafeString | str:
        newest = obj.versions.first()
        return remarks.published(schema_of(newest) if newest else None)
