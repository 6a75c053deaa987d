"""Agents: the lobby first, then those that serve."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orchestration.models import Agent
from orchestration.queries import agents as reading
from orchestration.services import agents
from orchestration.states import AGENT, AgentState, Severity, State
from portal.admin import columns, lobby
from portal.admin.answers import each
from portal.admin.base import ServiceAdmin, Tool
from portal.admin.filters import ContextFilter, PlaceFilter, StateFilter
from portal.admin.site import site
from portal.templatetags.moments import age
from rbac.access import Place, may, may_anywhere
from rbac.models import User
from rbac.permissions import Perm

AWAY = State("Away", Severity.WARNING)
REVOCABLE = (AgentState.PENDING, AgentState.APPROVED)


class AgentContextFilter(ContextFilter):
    """Agents of one context."""

    lookup: ClassVar[str] = "node__context"


class AgentStateFilter(StateFilter):
    """Agents in the lobby, approved or revoked."""

    life: ClassVar[Mapping[str, State]] = AGENT


@admin.register(Agent, site=site)
class AgentAdmin(ServiceAdmin[Agent]):
    """Agents come by themselves; people let them in and shut them out."""

    view_perms = (Perm.MANAGE_AGENTS,)
    shown = ("name", "state_word", "words", "where", "serves", "seen", "fact_table", "enrolled")
    row_pages = ("approve", "revoke")
    list_display = ("name", "state_word", "words", "where", "seen", "release")
    list_filter = (AgentStateFilter, AgentContextFilter, PlaceFilter)
    search_fields = ("name", "node__name", "node__display_name", "fingerprint")
    actions = ("approve_chosen", "revoke_chosen")

    def sees(self, by: User) -> QuerySet[Agent]:
        lobby_first = Case(
            When(state=AgentState.PENDING, then=Value(0)),
            When(state=AgentState.REVOKED, then=Value(2)),
            default=Value(1),
            output_field=IntegerField(),
        )
        return reading.agents(by).annotate(turn=lobby_first)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return "turn", "name", "pk"

    def place(self, obj: Agent) -> Place:
        return obj.node

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Whether the person may manage agents anywhere; the service asks again for each."""
        return may_anywhere(request.user, Perm.MANAGE_AGENTS)

    @admin.action(description=_("Approve the chosen agents"), permissions=["manage"])
    def approve_chosen(self, request: HttpRequest, queryset: QuerySet[Agent]) -> None:
        """Let agents in; each serves what its token names, or the free lines of its place."""
        each(request, queryset, agents.approve)

    @admin.action(description=_("Revoke the chosen agents"), permissions=["manage"])
    def revoke_chosen(self, request: HttpRequest, queryset: QuerySet[Agent]) -> None:
        """Shut agents out."""
        each(request, queryset, agents.revoke)

    def tools(self, request: HttpRequest, obj: Agent) -> Sequence[Tool]:
        """Approve and revoke, when the life of the agent allows it."""
        offers: list[Tool] = []
        if obj.state == AgentState.PENDING:
            offers.append((_("Approve"), self.address("approve", obj.pk)))
        if obj.state in REVOCABLE:
            offers.append((_("Revoke"), self.address("revoke", obj.pk)))
        return offers if may(request.user, Perm.MANAGE_AGENTS, obj.node) else ()

    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page where a person compares fingerprints and lets an agent in."""
        agent = self.get_object(request, object_id)
        return lobby.approve(request, agent, self.address("change", agent.pk))

    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page that says what it means to shut an agent out."""
        agent = self.get_object(request, object_id)
        return lobby.revoke(request, agent, self.address("change", agent.pk))

    @admin.display(description=_("State"), ordering="turn")
    def state_word(self, obj: Agent) -> SafeString:
        row = AWAY if reading.away(obj) else AGENT[obj.state]
        return columns.status(row)

    @admin.display(description=_("Fingerprint"))
    def words(self, obj: Agent) -> SafeString:
        return format_html('<span class="fingerprint">{}</span>', obj.fingerprint)

    @admin.display(description=_("Place"), ordering="node__path")
    def where(self, obj: Agent) -> str:
        return obj.node.title

    @admin.display(description=_("Serves"))
    def serves(self, obj: Agent) -> SafeString | str:
        return columns.listed(obj.targets.select_related("node"))

    @admin.display(description=_("Last seen"), ordering="last_seen_at")
    def seen(self, obj: Agent) -> SafeString | str:
        return age(obj.last_seen_at) or columns.NOTHING

    @admin.display(description=_("Agent version"))
    def release(self, obj: Agent) -> Any:  # noqa: ANN401  what the machine says of itself
        return obj.facts.get("agent_version") or columns.NOTHING

    @admin.display(description=_("Machine"))
    def fact_table(self, obj: Agent) -> SafeString | str:
        return columns.facts(obj.facts)

    @admin.display(description=_("Enrolled"))
    def enrolled(self, obj: Agent) -> SafeString:
        token = obj.enrolled_with or columns.NOTHING
        return format_html("{} · {}", columns.moment(obj.enrolled_at), token)
