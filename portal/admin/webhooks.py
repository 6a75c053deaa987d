"""Webhooks: who outside hears of what, with a secret that is shown once."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Node, Webhook
from orchestration.queries import access
from orchestration.queries import webhooks as queries
from orchestration.services import addresses, webhooks
from orchestration.services.webhooks import NewSecret
from orchestration.states import Severity, State
from portal.admin import columns
from portal.admin.answers import person
from portal.admin.base import ServiceAdmin, Tool
from portal.admin.forms import PlaceChoice, ServiceForm, lines, offer_rows, text
from portal.admin.pages import Act, Question, act, submitted
from portal.admin.site import site
from portal.web.event_sentences import unknown_patterns
from rbac.access import Place, may
from rbac.models import User
from rbac.permissions import Perm

ON = State("On", Severity.QUIET)
OFF = State("Off", Severity.WARNING)
RESTS = State("Receiver in trouble", Severity.DANGER)
KINDS_HELP = _("One a line: * for all, deployment.* for a family, or one such as agent.enrolled.")
URL_HELP = _("It begins with https://. Addresses inside this network have to be allowed first.")
TOLD_HELP = _("It is told what whoever saved it last may see of these places, and no more.")
_NEW = "_new_webhook"


class WebhookForm(ServiceForm[Webhook]):
    """What a webhook is told, and where."""

    name = text(_("Name"))
    url = text(_("Address"), most=addresses.LONGEST, help_text=URL_HELP)
    kinds = lines(_("Kinds of events"), help_text=KINDS_HELP)
    enabled = forms.BooleanField(label=_("On"), required=False, initial=True)
    field_order: tuple[str, ...] = ("name", "url", "kinds", "enabled")

    def offer(self) -> None:
        if self.instance.pk:
            row = self.instance
            self.initial.update({"name": row.name, "url": row.url, "enabled": row.enabled})
            self.initial["kinds"] = "\n".join(row.kinds)

    def clean_kinds(self) -> list[str]:
        """The patterns; one that nothing ever fits is a slip of the pen."""
        kinds = str(self.cleaned_data["kinds"]).split()
        if unknown := unknown_patterns(kinds):
            said = gettext("There is no such kind of event: %(names)s.")
            raise forms.ValidationError(said % {"names": ", ".join(unknown)})
        return kinds


class NewWebhookForm(WebhookForm):
    """A new webhook, at a place whose access the person manages."""

    node = PlaceChoice(Node.objects.none(), label=_("Place"), help_text=TOLD_HELP)
    field_order = ("node", "name", "url", "kinds", "enabled")

    def offer(self) -> None:
        offer_rows(self, "node", access.places(self.by).order_by("path"))


@admin.register(Webhook, site=site)
class WebhookAdmin(ServiceAdmin[Webhook]):
    """Addresses that are told what happens at a place and below."""

    form = WebhookForm
    add_form = NewWebhookForm
    view_perms = (Perm.MANAGE_ACCESS,)
    add_perm = change_perm = remove_perm = Perm.MANAGE_ACCESS
    shown = ("where", "told_as", "condition", "waiting", "given_up", "made")
    row_pages = ("test", "renew_secret")
    list_display = ("name", "where", "url", "condition", "waiting", "given_up")
    search_fields = ("name", "url", "node__name", "node__display_name")

    def sees(self, by: User) -> QuerySet[Webhook]:
        return queries.webhooks(by)

    def place(self, obj: Webhook) -> Place:
        return obj.node

    def create(self, request: HttpRequest, data: dict[str, Any]) -> Webhook:
        made = webhooks.create(person(request), data.pop("node"), **data)
        setattr(request, _NEW, made)
        return made.webhook

    def change(self, request: HttpRequest, obj: Webhook, form: ServiceForm[Webhook]) -> None:
        webhooks.change(person(request), obj, **form.cleaned_data)

    def remove(self, by: User, obj: Webhook) -> None:
        webhooks.remove(by, obj)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,  # noqa: ANN401
        **kwargs: Any,  # noqa: ANN401
    ) -> HttpResponse:
        """One button where one is made: the page that follows shows the secret."""
        if kwargs.get("obj") is None:
            context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(
        self, request: HttpRequest, obj: Webhook, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret, here and never again."""
        return self._secret(request, getattr(request, _NEW))

    def tools(self, request: HttpRequest, obj: Webhook) -> Sequence[Tool]:
        log = reverse("admin:orchestration_delivery_changelist")
        found: list[Tool] = [(_("Deliveries"), f"{log}?webhook={obj.pk}")]
        if may(request.user, Perm.MANAGE_ACCESS, obj.node):
            found.append((_("Send a test"), self.address("test", obj.pk)))
            found.append((_("Renew the secret"), self.address("renew_secret", obj.pk)))
        return found

    def test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then send a delivery without an event."""
        webhook, by = self.get_object(request, object_id), person(request)

        def send(_data: dict[str, Any]) -> str:
            webhooks.send_test(by, webhook)
            return gettext("A test is on its way to %(webhook)s.") % {"webhook": webhook}

        log = reverse("admin:orchestration_delivery_changelist")
        chosen = Act(
            title=gettext("Send a test to %(webhook)s") % {"webhook": webhook},
            button=_("Send a test"),
            do=send,
            then=f"{log}?webhook={webhook.pk}",
            back=self.address("change", webhook.pk),
            note=_("It tells of no event. How it goes stands in the list of deliveries."),
            facts=[(_("Address"), webhook.url)],
        )
        return act(request, Question(submitted(request)), chosen)

    def renew_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then show the new secret: no redirect, so that it is written nowhere."""
        webhook, by = self.get_object(request, object_id), person(request)
        may(by, Perm.MANAGE_ACCESS, webhook.node).require()
        if request.method == "POST":
            return self._secret(request, webhooks.renew_secret(by, webhook))
        chosen = Act(
            title=gettext("Renew the secret of %(webhook)s") % {"webhook": webhook},
            button=_("Renew the secret"),
            do=lambda _data: "",
            then="",
            back=self.address("change", webhook.pk),
            note=_("From then on all deliveries are signed with the new one only."),
            danger=True,
        )
        return act(request, Question(), chosen)

    def _secret(self, request: HttpRequest, made: NewSecret) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Secret of the webhook %(webhook)s") % {"webhook": made.webhook},
            "secret": made.secret,
            "back": self.address("change", made.webhook.pk),
        }
        return TemplateResponse(request, "admin/webhook_secret.html", context)

    @admin.display(description=_("Place"), ordering="node__path")
    def where(self, obj: Webhook) -> str:
        return columns.way(obj.node)

    @admin.display(description=_("State"))
    def condition(self, obj: Webhook) -> SafeString:
        on = RESTS if obj.failures else ON
        return columns.status(on if obj.enabled else OFF)

    @admin.display(description=_("Told as"))
    def told_as(self, obj: Webhook) -> str:
        return str(obj.owner or columns.NOTHING)

    @admin.display(description=_("Waiting"))
    def waiting(self, obj: Webhook) -> int | str:
        return getattr(obj, "waiting", columns.NOTHING)

    @admin.display(description=_("Given up"))
    def given_up(self, obj: Webhook) -> int | str:
        return getattr(obj, "given_up", columns.NOTHING)

    @admin.display(description=_("Set up"), ordering="created_at")
    def made(self, obj: Webhook) -> SafeString:
        return columns.by_whom(obj.created_at, obj.created_by)
