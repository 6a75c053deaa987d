"""A place moves with all below it, and every right and value is by where it is now."""

import pytest

from orchestration.models import Event, Node, Target
from orchestration.queries import places as seen
from orchestration.services import contexts, moving, places
from orchestration.services.errors import Invalid
from rbac.access import Denied, may
from rbac.permissions import Perm
from tests.integration.conftest import Company


def test_all_below_goes_along_with_paths_rights_and_history(company: Company) -> None:
    root, alpha = company.root_user, company.factories["alpha"]
    chicago, plano = Node.objects.get(name="chicago"), Node.objects.get(name="plano")
    old = company.person("cora", "deployment-viewer", chicago)
    new = company.person("pia", "deployment-viewer", plano)
    revision = company.revision("alpha-1", company.solution())
    line = company.lines["alpha-1"]
    moving.move(root, alpha, plano)
    alpha.refresh_from_db()
    line.refresh_from_db()
    assert alpha.path == f"{plano.path}{alpha.pk}/"
    assert Target.objects.get(pk=line.pk).node.path == f"{alpha.path}{line.pk}/"
    assert not may(old, Perm.VIEW_DEPLOYMENTS, Target.objects.get(pk=line.pk).node)
    assert may(new, Perm.VIEW_DEPLOYMENTS, Target.objects.get(pk=line.pk).node)
    assert seen.targets(new).count() == 6
    revision.instance.refresh_from_db()
    assert revision.instance.configuration_pending
    event = Event.objects.filter(kind="site.moved").get()
    assert event.node_id == alpha.pk


def test_the_same_place_again_is_no_move(company: Company) -> None:
    alpha = company.factories["alpha"]
    moving.move(company.root_user, alpha, Node.objects.get(name="chicago"))
    assert not Event.objects.filter(kind="site.moved").exists()


def test_what_does_not_fit_stays_where_it_is(company: Company) -> None:
    root, alpha = company.root_user, company.factories["alpha"]
    plano = Node.objects.get(name="plano")
    other = contexts.root_of(contexts.create(root, "fabrikam", ["Site", "Line"]))
    places.create_site(root, plano, "alpha")
    for parent, code in (
        (Node.objects.get(name="west"), "level-wrong"),
        (company.factories["beta"], "level-wrong"),
        (company.lines["beta-1"].node, "parent-not-a-place"),
        (contexts.catalog_of(company.context), "parent-not-a-place"),
        (other, "other-context"),
        (plano, "name-taken"),
    ):
        with pytest.raises(Invalid, match=code):
            moving.move(root, alpha, parent)
    with pytest.raises(Invalid, match="not-a-place"):
        moving.move(root, contexts.root_of(company.context), plano)


def test_a_line_does_not_leave_the_agent_that_serves_it(company: Company) -> None:
    root = company.root_user
    company.agent("alpha")
    line = company.lines["alpha-1"].node
    with pytest.raises(Invalid, match="agent-elsewhere"):
        moving.move(root, line, company.factories["beta"])
    moving.move(root, company.factories["alpha"], Node.objects.get(name="plano"))
    line.refresh_from_db()
    assert line.path.startswith(Node.objects.get(name="plano").path)


def test_it_needs_the_right_at_both_ends(company: Company) -> None:
    alpha, plano = company.factories["alpha"], Node.objects.get(name="plano")
    west = Node.objects.get(name="west")
    half = company.person("hal", "onboarding-admin", Node.objects.get(name="chicago"))
    with pytest.raises(Denied):
        moving.move(half, alpha, plano)
    whole = company.person("wanda", "onboarding-admin", west)
    moving.move(whole, alpha, plano)
