"""The first page: what needs somebody, how much there is, and what was changed last."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orchestration.models import Deployment, Event
from orchestration.queries import agents, deployments, events, troubles
from orchestration.queries.inventory import Inventory, inventory
from portal.admin.forms import Words
from portal.web import event_sentences, step_tree
from portal.web.step_tree import Branch
from portal.web.troubles import Trouble, trouble_of
from rbac.access import may_anywhere
from rbac.models import User
from rbac.permissions import Perm

SHOWN_FAILURES = 10
SHOWN_CHANGES = 10
# What agents and deployments report by themselves is no change that somebody made.
REPORTED = ("deployment.", "instance.", "person.sign", "rollout.")


@dataclass(frozen=True)
class Failure:
    """One line of the queue: what failed, why, what was tried, and how often."""

    deployment: Deployment
    trouble: Trouble
    tried: list[Branch]
    attempts: int


@dataclass(frozen=True)
class Change:
    """Something a person changed, as a sentence."""

    event: Event
    text: str


@dataclass(frozen=True)
class Resource:
    """How much there is of something; ``wants`` is how much of it needs somebody, and why."""

    label: Words
    count: int
    url: str
    wants: tuple[tuple[int, Words], ...] = ()

    @property
    def trouble(self) -> list[tuple[int, Words]]:
        """What there really is to do."""
        return [(count, words) for count, words in self.wants if count]


def state(by: User) -> dict[str, Any]:
    """Return what the page shows, narrowed to what the person may see."""
    failed = troubles.failures(by)
    return {
        "lobby": troubles.lobby(by),
        "failures": list(_failures(by)),
        "failure_count": failed.order_by().count(),
        "away": agents.away_agents(by),
        "resources": list(_resources(by, inventory(by))),
        "changes": _changes(by),
        "writes_solutions": may_anywhere(by, Perm.AUTHOR_SOLUTIONS),
    }


def _failures(by: User) -> Iterator[Failure]:
    rows = list(troubles.failures(by).prefetch_related("steps")[:SHOWN_FAILURES])
    instances = [row.instance_id for row in rows]
    told = deployments.deployments(by).filter(instance__in=instances).order_by()
    attempts = dict(told.values_list("instance").annotate(Count("pk")))
    for row in rows:
        trouble = trouble_of(row)
        if trouble is not None:
            tried = step_tree.tree(deployments.steps(row))
            yield Failure(row, trouble, tried, attempts.get(row.instance_id, 1))


def _changes(by: User) -> list[Change]:
    rows = events.events(by)
    for kind in REPORTED:
        rows = rows.exclude(kind__startswith=kind)
    made = rows.exclude(user=None)[:SHOWN_CHANGES]
    return [Change(event, event_sentences.sentence(event)) for event in made]


def _resources(by: User, have: Inventory) -> Iterator[Resource]:
    """Yield what the person has a list of."""
    if may_anywhere(by, Perm.MANAGE_AGENTS):
        waiting = ((have.waiting, _("in the lobby")), (have.away, _("away")))
        yield Resource(_("Agents"), have.agents, _list("agent"), waiting)
    yield Resource(_("Places"), have.sites, reverse("admin:orchestration_node_tree"))
    unserved = ((have.unserved, _("without an agent")),)
    yield Resource(_("Lines"), have.lines, _list("target"), unserved)
    if may_anywhere(by, Perm.VIEW_DEPLOYMENTS):
        broken = ((have.failed, _("failed")), (have.ill, _("not running")))
        installed = reverse("monitor-solutions")
        yield Resource(_("Solutions installed on lines"), have.installed, installed, broken)
    if may_anywhere(by, Perm.VIEW_SOLUTIONS, Perm.AUTHOR_SOLUTIONS):
        catalog = _list("solutiontemplate")
        yield Resource(_("Solutions in the catalog"), have.solutions, catalog)
        yield Resource(_("Versions of solutions"), have.versions, catalog)


def _list(noun: str) -> str:
    return reverse(f"admin:orchestration_{noun}_changelist")
