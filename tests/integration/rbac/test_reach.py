"""However the database is asked for what lies below some places, it finds exactly that."""

from collections.abc import Iterator, Sequence

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestration.models import Context, Node, Target
from orchestration.queries import places
from rbac import access, grants, reach
from rbac.access import below, visible
from rbac.models import User
from rbac.permissions import Perm
from tests.bench.territory import granted, territory
from tests.integration.rbac.conftest import Tree

LOOKUPS = ("mostly_below", "seldom_below")
SIZE = 400


@pytest.fixture
def lines(db: None) -> list[Node]:
    return territory(SIZE)


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    reach._finding.cache_clear()
    yield
    reach._finding.cache_clear()


def parents(lines: Sequence[Node], up: int) -> list[Node]:
    """The places so many levels above the lines."""
    paths = {"/".join(line.path.split("/")[: -1 - up]) + "/" for line in lines}
    return list(Node.objects.filter(path__in=paths).order_by("path"))


def spread(nodes: Sequence[Node], many: int, first: int = 0) -> list[Node]:
    """So many of some places, from all over."""
    return list(nodes[first % len(nodes) :: max(len(nodes) // many, 1)][:many])


def bytewise(wanted: Sequence[str]) -> set[str]:
    """What the oracle finds: texts that begin so, compared in Python."""
    every = Node.objects.order_by().values_list("path", flat=True)
    return {path for path in every if path.startswith(tuple(wanted))}


@pytest.mark.parametrize("lookup", LOOKUPS)
@pytest.mark.parametrize("seed", range(5))
def test_each_way_to_ask_finds_exactly_what_lies_below(
    lines: list[Node], lookup: str, seed: int
) -> None:
    some = [node for up in (0, 1, 2) for node in spread(parents(lines, up), 2, seed * 3)]
    wanted = tuple(access._topmost({node.path for node in some}))
    found = Node.objects.filter(**{f"path__{lookup}": wanted}).values_list("path", flat=True)
    assert set(found) == bytewise(wanted)
    targets = Target.objects.filter(**{f"node__path__{lookup}": wanted})
    assert set(targets.values_list("pk", flat=True)) == set(
        Target.objects.filter(below(list(wanted), "node__path")).values_list("pk", flat=True)
    )


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_ids_that_begin_alike_are_strangers(tree: Tree, lookup: str) -> None:
    for wanted in (("/1/3/",), ("/1/3/", "/13/"), ("/1/30/", "/1/31/")):
        found = Node.objects.filter(**{f"path__{lookup}": wanted}).values_list("path", flat=True)
        assert set(found) == bytewise(wanted)


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_texts_that_a_language_would_sort_together_stay_apart(db: None, lookup: str) -> None:
    """PostgreSQL of the tests sorts by the rules of English; paths are compared by bytes."""
    context = Context.objects.create(name="odd", levels=["Site"])
    odd = (
        "/7/31/",
        "/7/31/2/",
        "/7/310/",
        "/7/31 /",
        "/7/31-/",
        "/7/3\uff11/",
        "/7/31a/",
        "/7/31A/",
    )
    for number, path in enumerate(odd, start=500):
        Node.objects.create(pk=number, context=context, kind="site", path=path, name=str(number))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 'a' < 'B'")  # in bytes it is not
            assert cursor.fetchone() == (True,)
    in_order = list(Node.objects.filter(pk__gte=500).order_by("path"))
    assert [node.path for node in in_order] == sorted(odd, key=str.encode)
    expected = {"/7/31/", "/7/31/2/"}
    for condition in (below(["/7/31/"]), below(["/7/31/", "/8/"])):
        assert set(Node.objects.filter(condition).values_list("path", flat=True)) == expected
    asked = Node.objects.filter(**{f"path__{lookup}": ("/7/31/", "/8/")})
    assert set(asked.values_list("path", flat=True)) == expected


@pytest.mark.parametrize("many", [1, 10, 20])
@pytest.mark.parametrize("up", [0, 1])
def test_a_list_costs_two_reads_more_at_most(lines: list[Node], many: int, up: int) -> None:
    user = granted("olga", spread(parents(lines, up), many))
    with CaptureQueriesContext(connection) as without:
        assert len(Target.objects.select_related("node")[:50]) == 50
    with CaptureQueriesContext(connection) as first:
        found = list(places.targets(user)[:50])
    with CaptureQueriesContext(connection) as again:
        assert list(places.targets(user)[:50]) == found
    assert len(first) <= len(without) + 2
    assert len(again) == len(without) + 1
    expected = [line.pk for line in lines if access.may(user, Perm.VIEW_HIERARCHY, line)]
    assert [target.pk for target in found] == expected[:50]


def test_a_wrong_guess_costs_time_and_no_rights(
    lines: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found out a moment ago may be wrong now: people were given more, lines moved."""
    some = spread(parents(lines, 1), 18)
    user, expected = granted("olga", some), bytewise([node.path for node in some])
    for little in (10_000, 0):
        monkeypatch.setattr(reach, "LITTLE", little)
        reach._finding.cache_clear()
        used = reach.best_lookup(sorted(node.path for node in some))
        assert used == ("seldom_below" if little else "mostly_below")
        found = visible(user, Perm.VIEW_HIERARCHY, Node.objects.all())
        assert set(found.values_list("path", flat=True)) == expected


def test_what_was_found_out_is_asked_again_after_a_while(
    lines: list[Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "LITTLE", 30)
    wanted = [node.path for node in parents(lines, 0)[:20]]
    assert reach.best_lookup(wanted) == "seldom_below"
    monkeypatch.setattr(reach, "LITTLE", 5)
    assert reach.best_lookup(wanted) == "seldom_below"
    monkeypatch.setattr(reach, "KEPT_FOR", 0.0)
    assert reach.best_lookup(wanted) == "mostly_below"


def test_a_grant_at_the_top_is_one_assignment_however_much_is_below(lines: list[Node]) -> None:
    user, shift = User.objects.create_user("olga"), Group.objects.create(name="shift")
    user.groups.add(shift)
    top = Node.objects.get(kind=Node.Kind.CONTEXT)
    given = grants.give("deployment-viewer", shift, top)
    assert list(shift.role_assignments.all()) == [given]
    assert visible(user, Perm.VIEW_HIERARCHY, Target.objects.all(), "node__path").count() == SIZE
