"""The log of what webhooks were told, and telling something again."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Delivery
from orchestration.queries import webhooks as queries
from orchestration.services import webhooks
from orchestration.states import DELIVERY, State
from portal.admin import columns
from portal.admin.answers import each, person
from portal.admin.base import ServiceAdmin, Tool
from portal.admin.filters import StateFilter
from portal.admin.pages import Act, Question, act, submitted
from portal.admin.site import site
from portal.web.delivery_words import outcome
from rbac.access import Place, may, may_anywhere
from rbac.models import User
from rbac.permissions import Perm

SHOWN = 20  # calls of one delivery


class WebhookFilter(SimpleListFilter):
    """Deliveries to one webhook."""

    title = _("webhook")
    parameter_name = "webhook"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(str(one.pk), str(one)) for one in queries.webhooks(person(request))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        chosen = self.value()
        if not chosen or not chosen.isdecimal():
            return queryset
        return queryset.filter(webhook=int(chosen))


class DeliveryStateFilter(StateFilter):
    """Deliveries in one state."""

    life: ClassVar[Mapping[str, State]] = DELIVERY


@admin.register(Delivery, site=site)
class DeliveryAdmin(ServiceAdmin[Delivery]):
    """Deliveries, newest first; those that are over are kept for a month."""

    view_perms = (Perm.MANAGE_ACCESS,)
    shown = ("uid", "webhook", "kind", "state_word", "due", "calls")
    row_pages = ("redeliver",)
    list_display = ("kind", "webhook", "state_word", "attempts", "last_call", "made")
    list_filter = (DeliveryStateFilter, WebhookFilter)
    search_fields = ("webhook__name", "event__kind", "event__object_name")
    actions = ("redeliver_chosen",)
    ordering = ("-pk",)
    made = columns.at("created_at", _("Since"))

    def sees(self, by: User) -> QuerySet[Delivery]:
        return queries.deliveries(by)

    def place(self, obj: Delivery) -> Place:
        return obj.webhook.node

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Whether the person may tell something again anywhere; the service asks for each."""
        return may_anywhere(request.user, Perm.MANAGE_ACCESS)

    def tools(self, request: HttpRequest, obj: Delivery) -> Sequence[Tool]:
        if may(request.user, Perm.MANAGE_ACCESS, obj.webhook.node):
            return [(_("Tell it again"), self.address("redeliver", obj.pk))]
        return ()

    def redeliver(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then tell the same once more."""
        delivery, by = self.get_object(request, object_id), person(request)

        def again(_data: dict[str, Any]) -> str:
            webhooks.redeliver(by, delivery)
            return gettext("It is on its way to %(webhook)s again.") % {"webhook": delivery.webhook}

        chosen = Act(
            title=gettext("Tell %(webhook)s again") % {"webhook": delivery.webhook},
            button=_("Tell it again"),
            do=again,
            then=self.address("changelist"),
            back=self.address("change", delivery.pk),
            note=_("It is a delivery of its own; the number of the event stays the same."),
            facts=[(_("Kind of event"), delivery.kind)],
        )
        return act(request, Question(submitted(request)), chosen)

    @admin.action(description=_("Tell the chosen again"), permissions=["manage"])
    def redeliver_chosen(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Tell the same events once more."""
        each(request, queryset, webhooks.redeliver)

    @admin.display(description=_("Kind of event"), ordering="event__kind")
    def kind(self, obj: Delivery) -> str:
        return obj.kind

    @admin.display(description=_("State"), ordering="state")
    def state_word(self, obj: Delivery) -> SafeString:
        return columns.status(DELIVERY[obj.state])

    @admin.display(description=_("Last call"))
    def last_call(self, obj: Delivery) -> str:
        last = next(iter(obj.tries.all()), None)
        return outcome(last) if last else columns.NOTHING

    @admin.display(description=_("Next call"))
    def due(self, obj: Delivery) -> SafeString | str:
        waits = [one for one in (obj.next_attempt_at, obj.webhook.rests_until) if one]
        return columns.moment(max(waits)) if obj.next_attempt_at else columns.NOTHING

    @admin.display(description=_("Calls"))
    def calls(self, obj: Delivery) -> SafeString | str:
        rows = (
            format_html(
                "{} · {} {}", columns.moment(one.at), outcome(one), columns.block(one.excerpt)
            )
            for one in obj.tries.all()[:SHOWN]
        )
        return columns.listed(rows)
