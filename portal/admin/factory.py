"""A new factory with its lines, from one form."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Node
from orchestration.services import onboarding
from portal.admin.answers import person
from portal.admin.forms import (
    PlaceChoice,
    capability_names,
    offer_choices,
    offer_rows,
    text,
    time_zones,
)
from portal.admin.pages import Act, ActForm, act, submitted
from rbac.access import may_anywhere, visible
from rbac.models import User
from rbac.permissions import Perm

PATTERN = _("{n} becomes the number of the line, {factory} the name of the factory.")
NOTE = _("All of it is made at once, or nothing if something cannot be made.")


class FactoryForm(ActForm):
    """A factory and what its lines have in common."""

    parent = PlaceChoice(Node.objects.none(), label=_("Inside"))
    name = text(_("Name of the factory"))
    display_name = text(_("Display name"), most=120, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=time_zones)
    lines = forms.IntegerField(label=_("Number of lines"), initial=4)
    line_name = text(_("Names of the lines"), initial="{factory}-line-{n}", help_text=PATTERN)
    line_display_name = text(_("Display names of the lines"), most=120, initial="Line {n}")
    scope = text(_("Scope"), most=63, initial="default", help_text=_("Where solutions are put."))
    capabilities = forms.MultipleChoiceField(
        label=_("Capabilities"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def offer(self, by: User) -> None:
        """Offer the places where the person may make places and lines."""
        holders = Node.objects.filter(kind__in=(Node.Kind.CONTEXT, Node.Kind.SITE))
        rows = visible(by, Perm.EDIT_HIERARCHY, holders.select_related("context"))
        rows = visible(by, Perm.EDIT_TARGETS, rows)
        offer_rows(self, "parent", rows.order_by("path"))
        offer_choices(self, "capabilities", capability_names(by))


def add_factory(request: HttpRequest, places_url: str) -> HttpResponse:
    """Ask for a factory, make it, and show it in the tree of places at ``places_url``."""
    by = person(request)
    if not (may_anywhere(by, Perm.EDIT_HIERARCHY) and may_anywhere(by, Perm.EDIT_TARGETS)):
        raise PermissionDenied
    form = FactoryForm(submitted(request), initial={"parent": request.GET.get("parent")})
    form.offer(by)

    def make(data: dict[str, Any]) -> str:
        plan = onboarding.FactoryPlan(**{k: v for k, v in data.items() if k != "parent"})
        factory, lines = onboarding.add_factory(by, data["parent"], plan)
        done = gettext("%(factory)s and its %(count)s lines were made.")
        return done % {"factory": factory, "count": len(lines)}

    chosen = Act(
        title=gettext("Add a factory with its lines"),
        button=_("Add factory"),
        do=make,
        then=places_url,
        back=places_url,
        note=NOTE,
    )
    return act(request, form, chosen)
