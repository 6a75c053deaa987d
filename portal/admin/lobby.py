"""The two decisions about an agent: let it in, or shut it out."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Agent, Target
from orchestration.queries import places
from orchestration.services import agents
from portal.admin import columns
from portal.admin.answers import person
from portal.admin.forms import offer_rows
from portal.admin.pages import Act, ActForm, Question, act, submitted
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

COMPARE = _(
    "Compare the fingerprint with the words that the agent prints on its machine. "
    "Approve it only if they are the same."
)
FOR_GOOD = _(
    "The agent is shut out at its next call, for good. What it runs goes on running; "
    "its lines wait for another agent."
)


class ApprovalForm(ActForm):
    """Which lines an agent shall serve."""

    targets = forms.ModelMultipleChoiceField(
        Target.objects.none(),
        label=_("Lines it shall serve"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Offered are the lines at its place that no other agent serves."),
    )


def enrol_command(request: HttpRequest, secret: str) -> str:
    """Return what to run on a machine at the site, with the secret of a token."""
    server = request.build_absolute_uri("/").rstrip("/")
    return f"python -m agent run --server {server} --token {secret} --data /var/lib/sitewright"


def approve(request: HttpRequest, agent: Agent, back: str) -> HttpResponse:
    """Show who knocks and what it would serve; on POST let it in."""
    by = person(request)
    may(by, Perm.MANAGE_AGENTS, agent.node).require()
    free = places.targets(by, agent.node).filter(agent=None)
    form = ApprovalForm(submitted(request), initial={"targets": _wanted(agent, free)})
    offer_rows(form, "targets", free)

    def let_in(data: dict[str, Any]) -> str:
        agents.approve(by, agent, targets=data["targets"])
        return gettext("%(agent)s was approved.") % {"agent": agent}

    chosen = Act(
        title=gettext("Approve %(agent)s") % {"agent": agent},
        button=_("Approve"),
        do=let_in,
        then=back,
        back=back,
        note=COMPARE,
        facts=_facts(agent),
    )
    return act(request, form, chosen)


def revoke(request: HttpRequest, agent: Agent, back: str) -> HttpResponse:
    """Say what it means; on POST shut the agent out."""
    by: User = person(request)
    may(by, Perm.MANAGE_AGENTS, agent.node).require()

    def shut_out(_data: dict[str, Any]) -> str:
        agents.revoke(by, agent)
        return gettext("%(agent)s was revoked.") % {"agent": agent}

    chosen = Act(
        title=gettext("Revoke %(agent)s") % {"agent": agent},
        button=_("Revoke"),
        do=shut_out,
        then=back,
        back=back,
        note=FOR_GOOD,
        facts=_facts(agent),
        danger=True,
    )
    return act(request, Question(submitted(request)), chosen)


def _wanted(agent: Agent, free: QuerySet[Target]) -> list[Target]:
    """The lines the agent's token names, or else all that are free."""
    token = agent.enrolled_with
    named = set(token.targets.values_list("pk", flat=True)) if token else set()
    return [target for target in free if not named or target.pk in named]


def _facts(agent: Agent) -> list[tuple[Any, object]]:
    words = format_html('<strong class="fingerprint">{}</strong>', agent.fingerprint)
    return [
        (_("Fingerprint"), words),
        (_("Place"), columns.way(agent.node)),
        (_("Machine"), columns.facts(agent.facts)),
        (_("Serves now"), columns.listed(agent.targets.select_related("node"))),
    ]
