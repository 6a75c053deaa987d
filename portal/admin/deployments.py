"""Deployments, to read: with everything that IT needs when one failed."""

from collections.abc import Mapping
from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Deployment
from orchestration.queries import deployments
from orchestration.states import DEPLOYMENT, STEP, State
from portal.admin import columns
from portal.admin.base import ServiceAdmin
from portal.admin.filters import ContextFilter, PlaceFilter, StateFilter
from portal.admin.site import site
from portal.templatetags.moments import clock, when
from portal.web.words import step_name
from rbac.models import User
from rbac.permissions import Perm


class DeploymentContextFilter(ContextFilter):
    """Deployments of one context."""

    lookup: ClassVar[str] = "target__node__context"


class DeploymentPlaceFilter(PlaceFilter):
    """Deployments at a place and below."""

    path: ClassVar[str] = "target__node__path"


class DeploymentStateFilter(StateFilter):
    """Deployments in one state."""

    life: ClassVar[Mapping[str, State]] = DEPLOYMENT


@admin.register(Deployment, site=site)
class DeploymentAdmin(ServiceAdmin[Deployment]):
    """Attempts on the lines a person sees; what to do about them is done in the portal."""

    view_perms = (Perm.VIEW_DEPLOYMENTS,)
    shown = (
        "state_word", "instance", "where", "revision", "from_revision", "failure_facts",
        "log_tail", "step_list", "hold_facts", "agent", "rollout", "generation", "times",
    )  # fmt: skip
    list_display = ("__str__", "state_word", "solution", "line", "revisions", "message", "began")
    list_filter = (DeploymentStateFilter, DeploymentContextFilter, DeploymentPlaceFilter)
    search_fields = ("target__node__name", "target__node__display_name", "instance__name")
    ordering = ("-pk",)

    def sees(self, by: User) -> QuerySet[Deployment]:
        return deployments.deployments(by)

    @admin.display(description=_("State"), ordering="state")
    def state_word(self, obj: Deployment) -> SafeString:
        return columns.status(DEPLOYMENT[obj.state])

    @admin.display(description=_("Solution"))
    def solution(self, obj: Deployment) -> str:
        return str(obj.instance.template)

    @admin.display(description=_("Line"), ordering="target__node__path")
    def line(self, obj: Deployment) -> str:
        return str(obj.target)

    @admin.display(description=_("Where"))
    def where(self, obj: Deployment) -> str:
        return columns.way(obj.target.node)

    @admin.display(description=_("Revision"))
    def revisions(self, obj: Deployment) -> str:
        before = obj.from_revision or columns.NOTHING
        return f"{before} → {obj.revision or columns.NOTHING}"

    @admin.display(description=_("Began"), ordering="created_at")
    def began(self, obj: Deployment) -> SafeString | str:
        return when(obj.created_at)

    @admin.display(description=_("Why it failed"))
    def message(self, obj: Deployment) -> str:
        return str(obj.failure.get("message") or obj.failure.get("code") or "")

    @admin.display(description=_("What failed"))
    def failure_facts(self, obj: Deployment) -> SafeString | str:
        return columns.facts({k: v for k, v in obj.failure.items() if v and k != "log_tail"})

    @admin.display(description=_("End of the log"))
    def log_tail(self, obj: Deployment) -> SafeString | str:
        return columns.block(obj.failure.get("log_tail"))

    @admin.display(description=_("Waits because"))
    def hold_facts(self, obj: Deployment) -> SafeString | str:
        return columns.facts(obj.hold)

    @admin.display(description=_("Times"))
    def times(self, obj: Deployment) -> SafeString | str:
        moments = {
            gettext("asked for"): obj.created_at,
            gettext("looked at again"): obj.next_action_at,
            gettext("time limit"): obj.deadline_at,
            gettext("over"): obj.finished_at,
        }
        return columns.facts({name: when(at) for name, at in moments.items() if at})

    @admin.display(description=_("Agent"))
    def agent(self, obj: Deployment) -> str:
        return obj.target.agent.name if obj.target.agent else columns.NOTHING

    @admin.display(description=_("Steps"))
    def step_list(self, obj: Deployment) -> SafeString | str:
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            (
                (
                    clock(step.started_at),
                    step_name(step.key, step.component),
                    columns.status(STEP[step.status]),
                    step.detail,
                )
                for step in deployments.steps(obj)
            ),
        )
        return format_html('<table class="facts">{}</table>', rows)
