"""What cannot be read off one answer: filters, searches, names, counts and sums."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from orchestration.models import Agent, Deployment, Node, SolutionInstance
from orchestration.services import places
from orchestration.states import DeploymentState, InstanceState
from rbac.models import User
from tests.integration.matrix.conftest import Matrix
from tests.integration.matrix.judging import text, undone
from tests.integration.matrix.tables import ROWS
from tests.integration.matrix.things import ABSENT, Asker

pytestmark = pytest.mark.django_db
NONE = "zqnothingofthekindzq"

# Things that somebody with rights at line-a and nowhere else must not know of, by filter.
HIDDEN: dict[str, tuple[str, ...]] = {
    "under": ("line-b", "factory-b", "root-x", "region-a", "root"),
    "node": ("line-b", "factory-b", "root-x", "region-a", "root"),
    "context": ("context-x",),
    "target": ("target:line-b", "target:line-x"),
    "agent": ("agent:factory-b", "agent:factory-x"),
    "solution": ("hidden", "solution-x"),
    "instance": ("copy:line-b:solution", "copy:line-x:solution-x"),
    "revision": ("revision:line-b:solution:1", "revision:line-x:solution-x:1"),
    "rollout": ("rollout:line-b:solution:1", "rollout:line-x:solution-x:1"),
    "schema": ("schema:solution-x",),
    "config_template": ("config-x",),
    "user": ("holder:factory-b", "holder-name:factory-b", "holder-name:factory-x"),
    "group": ("group-name:factory-b", "group-name:factory-x"),
    "webhook": ("webhook:factory-b", "webhook:factory-x"),
}
# By these one finds names; every hidden word is tried.
NAMES = {"name", "search", "capability", "version", "object_type", "key"}
# These say nothing of any one thing.
PLAIN = {
    "kind", "level", "state", "outcome", "object_id", "since", "until", "role",
    "configuration_pending", "is_active", "username", "enabled", "shipped",
}  # fmt: skip
SEARCHED = (
    "monitor/targets/", "monitor/solutions/", "deploy/?show=all", "api/v1/nodes/find/",
    "admin/orchestration/node/", "admin/orchestration/target/", "admin/orchestration/agent/",
    "admin/orchestration/event/", "admin/rbac/user/", "admin/rbac/roleassignment/",
    "admin/auth/group/", "admin/orchestration/namedsecret/", "admin/orchestration/templatelink/",
    "admin/orchestration/solutiontemplate/", "admin/orchestration/deployment/",
    "admin/orchestration/capability/", "admin/orchestration/context/",
)  # fmt: skip
WATCHERS = (
    "deployment-viewer at line-a",
    "configuration-author at line-a",
    "onboarding-admin at factory-a",
    "admin at factory-a",
    "admin at line-a",
)


def filters() -> Iterator[tuple[str, str]]:
    """Every filter of every list of the REST interface."""
    yield from _filters(get_resolver().url_patterns, "")


def _filters(patterns: list[Any], above: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = f"{above}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _filters(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and "<" not in route:
            actions = getattr(pattern.callback, "actions", None) or {}
            view = getattr(pattern.callback, "cls", None)
            known = getattr(view, "filterset_class", None)
            if known is not None and "get" in actions:
                yield from ((route, name) for name in known.base_filters)


def asker(matrix: Matrix, name: str) -> Asker:
    return next(one for one in matrix.askers if one.name == name)


@pytest.mark.parametrize(("route", "name"), filters())
def test_a_filter_by_what_is_hidden_finds_what_one_by_nothing_does(
    matrix: Matrix, route: str, name: str
) -> None:
    known = HIDDEN.keys() | NAMES | PLAIN
    assert name in known, f"say in tests/integration/matrix/test_leaks.py what ?{name}= may hide"
    things = matrix.ground.world.things
    values: list[int | str] = [things[thing].id for thing in HIDDEN.get(name, ())]
    world = matrix.ground.world
    for one in (asker(matrix, who) for who in WATCHERS):
        words = [word for word in world.words if not world.lets(one.standing, word)]
        unseen = [v for v in values if not _sees(matrix, one, name, v)]
        for value in [*unseen, *(words[::9] if name in NAMES else ())]:
            none: int | str = ABSENT if isinstance(value, int) else NONE
            found = one.client.get(f"/{route}", {name: value})
            nothing = one.client.get(f"/{route}", {name: none})
            assert found.status_code == nothing.status_code
            assert text(found) == text(nothing).replace(str(none), str(value)), (one.name, value)


def _sees(matrix: Matrix, one: Asker, name: str, value: int | str) -> bool:
    """Whether somebody may see the thing after all, holding more than the line."""
    things = matrix.ground.world.things
    path = next(things[thing].path for thing in HIDDEN[name] if things[thing].id == value)
    return any(path.startswith(grant.path) for grant in one.standing.grants)


@pytest.mark.parametrize("route", SEARCHED)
def test_a_search_for_a_hidden_word_finds_what_one_for_nothing_does(
    matrix: Matrix, route: str
) -> None:
    world = matrix.ground.world
    key = "name" if route.endswith("find/") else "q"
    for one in (asker(matrix, who) for who in WATCHERS):
        hidden = [word for word in world.words if not world.lets(one.standing, word)]
        assert len(hidden) > 50
        mark = "&" if "?" in route else "?"
        nothing = one.client.get(f"/{route}{mark}{key}={NONE}")
        for word in hidden[:: max(1, len(hidden) // 12)]:
            found = one.client.get(f"/{route}{mark}{key}={word}")
            assert text(found) == text(nothing).replace(NONE, word), (one.name, word)


def test_bulk_work_tells_nothing_of_lines_that_are_hidden(matrix: Matrix) -> None:
    things = matrix.ground.world.things
    wanted = ["target:line-a", "target:line-b", "target:line-x"]
    ids = [*(things[name].id for name in wanted), ABSENT]
    one = asker(matrix, "deployment-manager at line-a")
    body = {"solution": things["solution"].id, "targets": ids}
    with undone():
        made = one.client.post("/api/v1/bulk/deploy/", body, content_type="application/json")
        assert made.status_code == 202, made.content
        address = f"/api/v1/operations/{made.json()['id']}/results/"
        first, *others = one.client.get(address).json()["results"]
    assert first["target"]["id"] == ids[0]
    assert len(others) == 3
    assert len({_told(row) for row in others}) == 1


def _told(row: dict[str, Any]) -> str:
    asked = str(row["asked"])
    return str(
        {
            # An id is a number, and so may be found in a moment.
            key: value if key == "ended_at" else str(value).replace(asked, "#")
            for key, value in row.items()
            if key not in {"id", "number"}
        }
    )


READS = [row for row in ROWS if row.method == "GET" and not row.public]


@pytest.mark.parametrize("name", WATCHERS)
def test_what_happens_out_of_sight_changes_no_answer(matrix: Matrix, name: str) -> None:
    """Counts, sums, orders and offers: an answer may depend on nothing that one may not see."""
    one = asker(matrix, name)
    before = _answers(matrix, one)
    with undone():
        _stir(matrix, one)
        after = _answers(matrix, one)
    assert len(before) > 40
    changed = {
        call: _first_difference(before[call], after.get(call, ""))
        for call in before
        if before[call] != after.get(call, "")
    }
    assert not changed, "\n".join(f"{call}: {what}" for call, what in changed.items())


def _answers(matrix: Matrix, one: Asker) -> dict[str, str]:
    found = {}
    for row in READS:
        with undone():
            query = row.filled(matrix.ground.world, row.query)
            answer = one.client.get(row.address(matrix.ground.world), query)
            if answer.status_code == 200 and not answer.streaming:
                found[f"{row} {query}"] = AGES.sub("", text(answer))
    return found


# How long ago something was changes by itself, and so do running numbers of explanations.
AGES = re.compile(r"why-\d+|(\d+|a|an)\s(second|minute|hour)s?(\sago)?|just\snow|now(?=<)")


def _stir(matrix: Matrix, one: Asker) -> None:
    """Change whatever somebody must not see: states, names, agents, and new things."""
    ground = matrix.ground
    reach = tuple(grant.path for grant in one.standing.grants)
    hidden = [
        node.pk
        for node in Node.objects.exclude(kind__in=("catalog", "solution", "config"))
        if not node.path.startswith(reach) and not any(path.startswith(node.path) for path in reach)
    ]
    Node.objects.filter(pk__in=hidden).update(display_name="Renamed", time_zone="Asia/Tokyo")
    SolutionInstance.objects.filter(target__in=hidden).update(
        state=InstanceState.FAILED, configuration_pending=True, current=None
    )
    Deployment.objects.filter(target__in=hidden).update(
        state=DeploymentState.FAILED, failure={"message": "stirred"}
    )
    Agent.objects.filter(node__in=hidden).update(last_seen_at=timezone.now(), state="Pending")
    for name in ("factory-b", "factory-x"):
        place = ground.nodes[name]
        places.create_target(ground.by, place, f"{name} one more", scope="plant")
    User.objects.create_user("somebody else")


def _first_difference(one: str, other: str) -> str:
    at = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    return f"{one[max(0, at - 150) : at + 150]!r} became {other[max(0, at - 150) : at + 150]!r}"
