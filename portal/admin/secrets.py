"""Named secrets: set here, never shown."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orchestration.models import NamedSecret, Node
from orchestration.queries import secrets as queries
from orchestration.services import secrets
from portal.admin import columns
from portal.admin.answers import person
from portal.admin.base import ServiceAdmin
from portal.admin.forms import PlaceChoice, ServiceForm, offer_rows, text
from portal.admin.site import site
from rbac.access import Place, visible
from rbac.models import User
from rbac.permissions import Perm

SEVERAL = _("Several texts: one a line, each as name=text.")
USED_AS = _("As templates call it in $secret(name).")


class WriteOnlyText(AdminTextareaWidget):
    """A box whose content is never sent back, not even to whoever typed it."""

    def format_value(self, value: object) -> str | None:
        """Show nothing."""
        return None


class SecretForm(ServiceForm[NamedSecret]):
    """A new value of a named secret."""

    value = forms.CharField(
        label=_("Value"), widget=WriteOnlyText(attrs={"autocomplete": "off"}), strip=False
    )
    several = forms.BooleanField(label=_("Several texts"), required=False, help_text=SEVERAL)
    field_order: tuple[str, ...] = ("value", "several")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("several") and "value" in data:
            lines = [line for line in data["value"].splitlines() if line.strip()]
            pairs = [line.partition("=") for line in lines]
            if not all(equals for _name, equals, _text in pairs):
                self.add_error("value", SEVERAL)
            data["value"] = {name.strip(): told for name, _equals, told in pairs}
        return data


class NewSecretForm(SecretForm):
    """A named secret, at a place where the person may set the values of IT."""

    node = PlaceChoice(Node.objects.none(), label=_("Place"))
    name = text(_("Name"), help_text=USED_AS)
    field_order = ("node", "name", "value", "several")

    def offer(self) -> None:
        kinds = (Node.Kind.CONTEXT, Node.Kind.SITE, Node.Kind.TARGET)
        rows = Node.objects.filter(kind__in=kinds).select_related("context")
        offer_rows(self, "node", visible(self.by, Perm.EDIT_IT_VALUES, rows).order_by("path"))


@admin.register(NamedSecret, site=site)
class SecretAdmin(ServiceAdmin[NamedSecret]):
    """Named secrets of the places whose values a person sees."""

    form = SecretForm
    add_form = NewSecretForm
    view_perms = (Perm.EDIT_IT_VALUES,)
    add_perm = change_perm = remove_perm = Perm.EDIT_IT_VALUES
    shown = ("name", "node", "version", "keys", "set_last")
    list_display = ("name", "node", "version", "keys", "set_last")
    list_select_related = ("node__context",)
    search_fields = ("name", "node__name", "node__display_name")

    def sees(self, by: User) -> QuerySet[NamedSecret]:
        return queries.named(by)

    def place(self, obj: NamedSecret) -> Place:
        return obj.node

    def create(self, request: HttpRequest, data: dict[str, Any]) -> NamedSecret:
        made = secrets.set_named(person(request), data["node"], data["name"], data["value"])
        return made.secret

    def change(
        self, request: HttpRequest, obj: NamedSecret, form: ServiceForm[NamedSecret]
    ) -> None:
        secrets.set_named(person(request), obj.node, obj.name, form.cleaned_data["value"])

    def remove(self, by: User, obj: NamedSecret) -> None:
        secrets.delete_named(by, obj)

    @admin.display(description=_("Version"))
    def version(self, obj: NamedSecret) -> str:
        return str(obj.newest.number) if obj.newest else ""

    @admin.display(description=_("Keys"))
    def keys(self, obj: NamedSecret) -> str:
        return ", ".join(obj.newest.keys) if obj.newest else ""

    @admin.display(description=_("Set"))
    def set_last(self, obj: NamedSecret) -> SafeString | str:
        if obj.newest is None:
            return ""
        made = obj.newest
        return format_html("{} · {}", columns.moment(made.created_at), made.created_by or "")
