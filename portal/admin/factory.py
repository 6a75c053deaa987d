"""A new factory with its lines and a token for its agents, from one form."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Node
from orchestration.queries import places
from orchestration.queries.likeness import Likeness, likeness
from orchestration.services import onboarding
from portal.admin.answers import ANSWERS, person, tell
from portal.admin.forms import (
    PlaceChoice,
    capability_names,
    offer_choices,
    offer_rows,
    text,
    time_zones,
)
from portal.admin.line_names import TooMany, names
from portal.admin.lobby import enrol_command
from portal.admin.pages import ActForm, Ask, ask, submitted
from portal.admin.site import site
from portal.web.sentences import sentence
from rbac.access import may, may_anywhere, visible
from rbac.models import User
from rbac.permissions import Perm

NOTE = _(
    "Only names have to be written. All of it is made at once, or nothing if something cannot be "
    "made; the page that follows shows the command that starts an agent at the site."
)
LINES = _(
    "“Line 1..40” makes forty lines. Separate several kinds by commas: Filling 1..4, Packing."
)
LIKE = _("What is left empty below is taken from there: time zone, scope, capabilities, agents.")
AGENTS = _("How many machines at the site shall run an agent. Empty: one. 0: no token now.")
HOURS = 72
MOST_AGENTS = 100
LONGEST_NAME = 64


class FactoryForm(ActForm):
    """A factory and what its lines have in common."""

    parent = PlaceChoice(
        Node.objects.none(), label=_("Inside"), help_text=_("The place the factory belongs to.")
    )
    name = text(_("Name of the factory"), help_text=_("Short and lasting: programs use it, too."))
    display_name = text(
        _("Display name"), most=120, required=False, help_text=_("What people read instead.")
    )
    lines = text(_("Lines"), most=1000, initial="Line 1..4", help_text=LINES)
    like = PlaceChoice(Node.objects.none(), label=_("As in"), required=False, help_text=LIKE)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        choices=time_zones,
        help_text=_("In which times at this factory are shown."),
    )
    scope = text(
        _("Scope"),
        most=63,
        required=False,
        help_text=_("The namespace at the site that solutions are put into; empty: default."),
    )
    capabilities = forms.MultipleChoiceField(
        label=_("Capabilities"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What all its lines can do. Single lines can be changed afterwards."),
    )
    agents = forms.IntegerField(
        label=_("Agents"), required=False, min_value=0, max_value=MOST_AGENTS, help_text=AGENTS
    )
    auto_approve = forms.BooleanField(
        label=_("Approve at once"),
        required=False,
        help_text=_("Without the lobby: whoever has the token is trusted."),
    )

    def offer(self, by: User) -> None:
        """Offer the places where the person may make places and lines."""
        holders = Node.objects.filter(kind__in=(Node.Kind.CONTEXT, Node.Kind.SITE))
        rows = visible(by, Perm.EDIT_HIERARCHY, holders.select_related("context"))
        rows = visible(by, Perm.EDIT_TARGETS, rows)
        offer_rows(self, "parent", rows.order_by("path"))
        lines = Node.objects.filter(kind=Node.Kind.TARGET, parent=OuterRef("pk"))
        sites = places.nodes(by).filter(kind=Node.Kind.SITE)
        offer_rows(self, "like", sites.filter(Exists(lines)))
        offer_choices(self, "capabilities", capability_names(by))
        if not may_anywhere(by, Perm.MANAGE_AGENTS):
            del self.fields["agents"], self.fields["auto_approve"]

    def clean_lines(self) -> list[str]:
        """The names of the lines, each."""
        try:
            return names(self.cleaned_data["lines"], onboarding.MOST_LINES)
        except TooMany as error:
            told = sentence("lines-out-of-range", {"most": onboarding.MOST_LINES})
            raise forms.ValidationError(told) from error

    def clean(self) -> dict[str, Any]:
        """Refuse names that do not fit: a line is named by the factory and itself."""
        super().clean()
        data = self.cleaned_data
        longest = max(map(len, data.get("lines", [])), default=0)
        if len(data.get("name", "")) + 1 + longest > LONGEST_NAME:
            told = _("The names of factory and line are longer than %(most)s characters together.")
            self.add_error("lines", told % {"most": LONGEST_NAME})
        return data


def add_factory(request: HttpRequest, places_url: str) -> HttpResponse:
    """Ask for a factory, make it, and show once what its agents enrol with."""
    by = person(request)
    if not (may_anywhere(by, Perm.EDIT_HIERARCHY) and may_anywhere(by, Perm.EDIT_TARGETS)):
        raise PermissionDenied
    form = FactoryForm(submitted(request), initial={"parent": request.GET.get("parent")})
    form.offer(by)
    if request.method == "POST" and form.is_valid():
        try:
            made = _make(by, form.cleaned_data)
        except ANSWERS as answer:
            tell(form, answer)
        else:
            return _made(request, made)
    asked = Ask(
        title=gettext("Add a factory with its lines"),
        button=_("Add factory"),
        back=places_url,
        note=NOTE,
    )
    return ask(request, form, asked)


def _make(by: User, data: dict[str, Any]) -> onboarding.Factory:
    like = likeness(by, data["like"]) if data["like"] else Likeness("", "", [], 1)
    plan = onboarding.FactoryPlan(
        name=data["name"],
        lines=len(data["lines"]),
        titles=data["lines"],
        display_name=data["display_name"],
        time_zone=data["time_zone"] or like.time_zone,
        scope=data["scope"] or like.scope or "default",
        capabilities=data["capabilities"] or like.capabilities,
    )
    return onboarding.set_up_factory(by, data["parent"], plan, _enrolment(by, data, like))


def _enrolment(by: User, data: dict[str, Any], like: Likeness) -> onboarding.Enrolment | None:
    wanted = data.get("agents")
    agents = max(like.agents, 1) if wanted is None else wanted
    if not agents or not may(by, Perm.MANAGE_AGENTS, data["parent"]):
        return None
    return onboarding.Enrolment(
        agents, timedelta(hours=HOURS), auto_approve=data.get("auto_approve", False)
    )


def _made(request: HttpRequest, made: onboarding.Factory) -> HttpResponse:
    """Show the secret, here and never again: no redirect, so that it is written nowhere."""
    context = {
        **site.each_context(request),
        "title": gettext("%(factory)s was made") % {"factory": made.site.title},
        "made": made,
        "command": enrol_command(request, made.token.secret) if made.token else "",
    }
    return TemplateResponse(request, "admin/factory_made.html", context)
