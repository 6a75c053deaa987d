"""Enrolment tokens: permission for agents to knock."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import EnrolmentToken, Node, Target
from orchestration.queries import agents as reading
from orchestration.queries import places
from orchestration.services import agents
from orchestration.states import Severity, State
from portal.admin import columns
from portal.admin.answers import each, person
from portal.admin.base import ServiceAdmin, Tool
from portal.admin.forms import PlaceChoice, ServiceForm, offer_rows
from portal.admin.lobby import enrol_command
from portal.admin.pages import Act, Question, act, submitted
from portal.admin.site import site
from rbac.access import Place, may, may_anywhere, visible
from rbac.models import User
from rbac.permissions import Perm

USABLE = State("Can be used", Severity.QUIET)
USED = State("Used up or expired", Severity.QUIET)
ANY_FREE = _("Without a choice, an agent serves the free lines of its place.")
FIRST_PLACE = _("To choose lines, open this page from a place with “Enrol an agent”.")
LONGEST_HOURS = 24 * 30
_NEW = "_new_token"


class TokenForm(ServiceForm[EnrolmentToken]):
    """What a new token is good for."""

    node = PlaceChoice(Node.objects.none(), label=_("Place"))
    uses = forms.IntegerField(label=_("How many agents"), initial=1, min_value=1, max_value=100)
    hours = forms.IntegerField(
        label=_("Valid for (hours)"), initial=24, min_value=1, max_value=LONGEST_HOURS
    )
    auto_approve = forms.BooleanField(
        label=_("Approve at once"),
        required=False,
        help_text=_("Without the lobby: whoever has the token is trusted."),
    )
    targets = forms.ModelMultipleChoiceField(
        Target.objects.none(),
        label=_("Lines"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def offer(self) -> None:
        """Offer the person's places, and the lines of the one the page was opened from."""
        holders = Node.objects.filter(kind__in=(Node.Kind.CONTEXT, Node.Kind.SITE))
        rows = visible(self.by, Perm.MANAGE_AGENTS, holders.select_related("context"))
        rows = rows.order_by("path")
        offer_rows(self, "node", rows)
        chosen = str(self.initial.get("node") or self.data.get("node") or "")
        place = rows.filter(pk=chosen).first() if chosen.isdecimal() else None
        self.fields["targets"].help_text = ANY_FREE if place else FIRST_PLACE
        if place is not None:
            offer_rows(self, "targets", places.targets(self.by, place))


@admin.register(EnrolmentToken, site=site)
class TokenAdmin(ServiceAdmin[EnrolmentToken]):
    """Tokens are made and cancelled, never changed; their secret is shown once."""

    add_form = TokenForm
    view_perms = (Perm.MANAGE_AGENTS,)
    add_perm = Perm.MANAGE_AGENTS
    shown = ("node", "state", "uses_left", "expires", "auto_approve", "lines", "made")
    row_pages = ("cancel",)
    list_display = ("__str__", "state", "uses_left", "expires", "auto_approve", "made")
    search_fields = ("node__name", "node__display_name", "hint")
    actions = ("cancel_chosen",)
    expires = columns.at("expires_at", _("Expires"))

    def sees(self, by: User) -> QuerySet[EnrolmentToken]:
        return reading.tokens(by)

    def place(self, obj: EnrolmentToken) -> Place:
        return obj.node

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Whether the person may manage agents anywhere; the service asks again for each."""
        return may_anywhere(request.user, Perm.MANAGE_AGENTS)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> EnrolmentToken:
        made = agents.create_token(
            person(request),
            data["node"],
            uses=data["uses"],
            valid_for=timedelta(hours=data["hours"]),
            auto_approve=data["auto_approve"],
            targets=data["targets"],
        )
        setattr(request, _NEW, made)
        return made.token

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,  # noqa: ANN401
        **kwargs: Any,  # noqa: ANN401
    ) -> HttpResponse:
        """One button: the page that follows shows the secret, and nothing may come before it."""
        one = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context | one, *args, **kwargs)

    def response_add(
        self, request: HttpRequest, obj: EnrolmentToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret, here and never again: no redirect, so that it is written nowhere."""
        made: agents.NewToken = getattr(request, _NEW)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Enrolment token for %(place)s") % {"place": obj.node.title},
            "token": obj,
            "command": enrol_command(request, made.secret),
            "secret": made.secret,
            "back": self.address("changelist"),
        }
        return TemplateResponse(request, "admin/token.html", context)

    def tools(self, request: HttpRequest, obj: EnrolmentToken) -> Sequence[Tool]:
        if obj.usable and may(request.user, Perm.MANAGE_AGENTS, obj.node):
            return [(_("Cancel"), self.address("cancel", obj.pk))]
        return ()

    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then make the token useless."""
        token, by = self.get_object(request, object_id), person(request)

        def useless(_data: dict[str, Any]) -> str:
            agents.cancel_token(by, token)
            return gettext("The token %(token)s was cancelled.") % {"token": token}

        chosen = Act(
            title=gettext("Cancel the token %(token)s") % {"token": token},
            button=_("Cancel the token"),
            do=useless,
            then=self.address("changelist"),
            back=self.address("change", token.pk),
            note=_("No agent can enrol with it any more. Agents that already did stay."),
            danger=True,
        )
        return act(request, Question(submitted(request)), chosen)

    @admin.action(description=_("Cancel the chosen tokens"), permissions=["manage"])
    def cancel_chosen(self, request: HttpRequest, queryset: QuerySet[EnrolmentToken]) -> None:
        """Make tokens useless from now on."""
        each(request, queryset, agents.cancel_token)

    @admin.display(description=_("State"))
    def state(self, obj: EnrolmentToken) -> SafeString:
        return columns.status(USABLE if obj.usable else USED)

    @admin.display(description=_("Made"), ordering="created_at")
    def made(self, obj: EnrolmentToken) -> SafeString:
        return format_html("{} · {}", columns.moment(obj.created_at), obj.created_by or "")

    @admin.display(description=_("Lines"))
    def lines(self, obj: EnrolmentToken) -> SafeString | str:
        return columns.listed(obj.targets.all())
