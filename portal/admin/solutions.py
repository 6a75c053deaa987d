"""Solution templates and their versions: to read, and to add to."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Context, SchemaVersion, SolutionTemplate
from orchestration.queries import authoring, solutions, uses
from orchestration.queries.templates import rules_of
from orchestration.queries.uses import Spread
from orchestration.services import catalog
from portal.admin import columns, remarks, uploads, withdrawals
from portal.admin.answers import person
from portal.admin.base import ServiceAdmin, Tool
from portal.admin.filters import ContextFilter
from portal.admin.forms import ServiceForm, capability_names, lines, offer_choices, offer_rows, text
from portal.admin.site import site
from portal.templatetags.ui import as_text
from rbac.access import Place, may, may_anywhere, visible
from rbac.models import User
from rbac.permissions import Perm

SCHEMA_HELP = _("Wins over the schema that the template names; then you are told.")
_READER = "reader"  # of a row: who reads its page
SPECIFICATION_HELP = _("The components, as YAML or JSON.")


class NewVersionForm(uploads.TextOrFile, ServiceForm[SolutionTemplate]):
    """A new version of a solution template, or a new template."""

    context = forms.ModelChoiceField(Context.objects.none(), label=_("Context"))
    name = text(_("Name"))
    display_name = text(_("Display name"), most=120, required=False)
    description = text(_("Description"), most=500, required=False)
    version = text(_("Version"), help_text=_("For example 1.2.0."))
    schema = forms.ModelChoiceField(
        SchemaVersion.objects.none(), label=_("Schema"), required=False, help_text=SCHEMA_HELP
    )
    specification_file = forms.FileField(label=_("Specification, as a file"), required=False)
    specification = lines(_("or as text"), required=False, help_text=SPECIFICATION_HELP)
    capabilities = forms.MultipleChoiceField(
        label=_("Capabilities it needs"), required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = (
        "context", "name", "display_name", "description", "version", "schema",
        "file", "text", "specification_file", "specification", "capabilities",
    )  # fmt: skip

    def offer(self) -> None:
        rows = visible(self.by, Perm.AUTHOR_SOLUTIONS, Context.objects.all(), "nodes__path")
        offer_rows(self, "context", rows.distinct())
        offer_rows(self, "schema", solutions.schema_versions(self.by))
        offer_choices(self, "capabilities", capability_names(self.by))

    def clean_specification(self) -> dict[str, Any]:
        upload = self.cleaned_data.get("specification_file")
        typed = uploads.read(upload) if upload else self.cleaned_data["specification"]
        return uploads.mapping(typed, "specification")


class SolutionContextFilter(ContextFilter):
    """Solutions of one context."""

    lookup: ClassVar[str] = "node__context"


@admin.register(SolutionTemplate, site=site)
class SolutionAdmin(ServiceAdmin[SolutionTemplate]):
    """Applications. Versions never change; new ones are added."""

    add_form = NewVersionForm
    view_perms = (Perm.VIEW_SOLUTIONS, Perm.AUTHOR_SOLUTIONS)
    add_perm = Perm.AUTHOR_SOLUTIONS
    shown = (
        "name", "description", "capability_list", "validated", "versions", "used_on",
        "remarks", "newest", "specification", "rules",
    )  # fmt: skip
    row_pages = ("withdraw", "reinstate", "validation")
    list_display = ("__str__", "name", "version_names", "capability_list")
    list_filter = (SolutionContextFilter,)
    search_fields = ("node__name", "node__display_name", "description")

    def sees(self, by: User) -> QuerySet[SolutionTemplate]:
        return solutions.templates(by).prefetch_related("versions", "capabilities")

    def place(self, obj: SolutionTemplate) -> Place:
        return obj.node

    def create(self, request: HttpRequest, data: dict[str, Any]) -> SolutionTemplate:
        source = catalog.SolutionSource(
            name=data["name"],
            version=data["version"],
            config_text=data["text"],
            specification=data["specification"],
            schema=str(data["schema"] or ""),
            display_name=data["display_name"],
            description=data["description"],
            capabilities=data["capabilities"],
        )
        row = catalog.create_solution_version(person(request), data["context"], source)
        for warning in row.warnings:
            messages.warning(request, warning)
        return row.template

    def learn(self, by: User, obj: SolutionTemplate) -> None:
        setattr(obj, remarks.SEEN, uses.lines_of(by, obj))
        setattr(obj, _READER, by)

    def tools(self, request: HttpRequest, obj: SolutionTemplate) -> Sequence[Tool]:
        found: list[Tool] = []
        if may_anywhere(request.user, Perm.AUTHOR_SOLUTIONS):
            query = urlencode({"context": str(obj.node.context_id), "name": obj.node.name})
            found.append((_("Add a version"), f"{self.address('add')}?{query}"))
            found.append((_("Withdraw a version"), self.address("withdraw", obj.pk)))
            if obj.versions.exclude(withdrawn_at=None).exists():
                found.append((_("Reinstate a version"), self.address("reinstate", obj.pk)))
            found.append((_("External validation"), self.address("validation", obj.pk)))
            if newest := obj.versions.first():
                playground = reverse("admin:playground")
                query = urlencode({"context": str(obj.node.context_id), "version": str(newest.pk)})
                found.append((_("Open in the playground"), f"{playground}?{query}"))
        if may(request.user, Perm.MANAGE_ACCESS, obj.node):
            who_can = reverse("admin:orchestration_node_access", args=[obj.node.pk])
            found.append((_("Who can do what here"), who_can))
        return found

    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a version out of use."""
        solution = self.get_object(request, object_id)
        return withdrawals.withdraw(request, solution, self.address("change", solution.pk))

    def reinstate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let a withdrawn version be used again."""
        solution = self.get_object(request, object_id)
        return withdrawals.reinstate(request, solution, self.address("change", solution.pk))

    def validation(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say whether another system has to agree to revisions."""
        solution = self.get_object(request, object_id)
        return withdrawals.validation(request, solution, self.address("change", solution.pk))

    @admin.display(description=_("External validation"))
    def validated(self, obj: SolutionTemplate) -> str:
        if not obj.external_validation:
            return gettext("Not asked for")
        return gettext("Within %(hours)s hours") % {"hours": obj.validation_hours}

    @admin.display(description=_("Name"), ordering="node__name")
    def name(self, obj: SolutionTemplate) -> str:
        return obj.node.name

    @admin.display(description=_("Versions"))
    def version_names(self, obj: SolutionTemplate) -> str:
        return ", ".join(one.version for one in obj.versions.all()) or columns.NOTHING

    @admin.display(description=_("Capabilities it needs"))
    def capability_list(self, obj: SolutionTemplate) -> str:
        return ", ".join(one.name for one in obj.capabilities.all()) or columns.NOTHING

    @admin.display(description=_("All versions"))
    def versions(self, obj: SolutionTemplate) -> SafeString | str:
        rows = obj.versions.select_related(
            "created_by", "schema__schema", "withdrawn_by", "replacement", "template__node"
        )
        by: User = getattr(obj, _READER)
        return columns.facts(
            {
                one.version: format_html(
                    "{} · {} {} {}",
                    columns.by_whom(one.created_at, one.created_by),
                    one.schema or columns.NOTHING,
                    columns.listed(one.warnings) if one.warnings else "",
                    withdrawals.told(by, one),
                )
                for one in rows
            }
        )

    @admin.display(description=_("Used"))
    def used_on(self, obj: SolutionTemplate) -> SafeString | str:
        found: dict[int, Spread] = getattr(obj, remarks.SEEN, {})
        return columns.facts(
            {one.version: remarks.spread(found.get(one.pk)) for one in obj.versions.all()}
        )

    @admin.display(description=_("Remarks on the newest"))
    def remarks(self, obj: SolutionTemplate) -> SafeString | str:
        newest = obj.versions.first()
        return remarks.remarks(authoring.remarks_on(newest)) if newest else columns.NOTHING

    @admin.display(description=_("Its rules"))
    def rules(self, obj: SolutionTemplate) -> SafeString | str:
        newest = obj.versions.first()
        return remarks.published(rules_of(newest) if newest else None)

    @admin.display(description=_("Newest template"))
    def newest(self, obj: SolutionTemplate) -> SafeString | str:
        newest = obj.versions.first()
        return columns.block(newest.config_text if newest else "")

    @admin.display(description=_("Its specification"))
    def specification(self, obj: SolutionTemplate) -> SafeString | str:
        newest = obj.versions.first()
        return columns.block(as_text(newest.specification) if newest else "")
