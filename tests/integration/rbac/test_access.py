"""The two questions: may I, and what do I see."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from orchestration.models import Node
from rbac import grants
from rbac.access import Denied, may, may_anywhere, remember, visible
from rbac.models import NodeUserPermission, RoleAssignment, User
from rbac.permissions import Perm
from tests.integration.rbac.conftest import Tree

Person = Callable[[str], User]


def seen(user: User | AnonymousUser | None, *perms: Perm) -> set[str]:
    rows = visible(user, perms or (Perm.VIEW_HIERARCHY,), Node.objects.all())
    return set(rows.values_list("path", flat=True))


def test_a_grant_reaches_below_and_not_beside(tree: Tree, person: Person) -> None:
    olga = person("olga")
    grants.give("deployment-viewer", olga, tree.nodes["/1/3/"])
    assert seen(olga) == {"/1/3/", "/1/3/7/"}
    allowed = {path for path, node in tree.nodes.items() if may(olga, Perm.VIEW_HIERARCHY, node)}
    assert allowed == {"/1/3/", "/1/3/7/"}


def test_a_grant_at_a_root_does_not_reach_a_root_that_begins_alike(
    tree: Tree, person: Person
) -> None:
    olga = person("olga")
    grants.give("deployment-viewer", olga, tree.nodes["/1/"])
    assert seen(olga) == {path for path in tree.nodes if path.startswith("/1/")}
    assert not may(olga, Perm.VIEW_HIERARCHY, tree.nodes["/13/"])


def test_a_role_carries_its_rights_and_no_others(tree: Tree, person: Person) -> None:
    olga = person("olga")
    grants.give("deployment-viewer", olga, tree.nodes["/1/"])
    assert may(olga, Perm.VIEW_DEPLOYMENTS, tree.nodes["/1/31/8/"])
    assert seen(olga, Perm.DEPLOY) == set()
    verdict = may(olga, Perm.DEPLOY, tree.nodes["/1/31/8/"])
    assert (verdict.ok, verdict.code) == (False, "right-missing")
    assert verdict.params == {"perm": "deploy", "node": 8, "place": "n8"}
    with pytest.raises(Denied) as denied:
        verdict.require()
    assert denied.value.verdict is verdict


def test_either_of_two_rights_is_enough_to_see(tree: Tree, person: Person) -> None:
    olga = person("olga")
    grants.give("deployment-viewer", olga, tree.nodes["/1/3/"])
    grants.give("configuration-viewer", olga, tree.nodes["/13/"])
    both = (Perm.VIEW_DEPLOYMENTS, Perm.VIEW_VALUES)
    assert seen(olga, *both) == {"/1/3/", "/1/3/7/", "/13/", "/13/9/"}
    assert may_anywhere(olga, Perm.VIEW_VALUES)
    assert not may_anywhere(olga, Perm.DEPLOY)


def test_overlapping_roles_are_taken_one_at_a_time(tree: Tree, person: Person) -> None:
    olga = person("olga")
    viewer = grants.give("deployment-viewer", olga, tree.nodes["/1/3/"])
    manager = grants.give("deployment-manager", olga, tree.nodes["/1/3/"])
    wide = grants.give("deployment-viewer", olga, tree.nodes["/1/"])

    grants.take(manager)
    assert not may(olga, Perm.DEPLOY, tree.nodes["/1/3/"])
    assert may(olga, Perm.VIEW_DEPLOYMENTS, tree.nodes["/1/3/"])
    grants.take(wide)
    assert seen(olga, Perm.VIEW_DEPLOYMENTS) == {"/1/3/", "/1/3/7/"}
    grants.take(viewer)
    assert seen(olga, Perm.VIEW_DEPLOYMENTS) == set()
    assert not NodeUserPermission.objects.exists()


def test_a_role_given_again_only_ends_at_another_time(tree: Tree, person: Person) -> None:
    olga = person("olga")
    now = timezone.now()
    grants.give("deployment-viewer", olga, tree.nodes["/1/"], expires_at=now - timedelta(hours=1))
    assert seen(olga) == set()
    grants.give("deployment-viewer", olga, tree.nodes["/1/"])
    assert RoleAssignment.objects.count() == 1
    assert may(olga, Perm.VIEW_DEPLOYMENTS, tree.nodes["/1/"])
    assert NodeUserPermission.objects.count() == 2


def test_a_role_ends_at_its_time(tree: Tree, person: Person) -> None:
    olga = person("olga")
    soon, past = timezone.now() + timedelta(hours=1), timezone.now() - timedelta(seconds=1)
    grants.give("deployment-viewer", olga, tree.nodes["/1/3/"], expires_at=soon)
    grants.give("deployment-viewer", olga, tree.nodes["/13/"], expires_at=past)
    assert seen(olga) == {"/1/3/", "/1/3/7/"}
    assert not may(olga, Perm.VIEW_HIERARCHY, tree.nodes["/13/"])


def test_a_group_lends_its_roles_to_its_members(tree: Tree, person: Person) -> None:
    olga, otto = person("olga"), person("otto")
    shift = Group.objects.create(name="early shift")
    olga.groups.add(shift)
    late = Group.objects.create(name="late shift")
    grants.give("deployment-viewer", shift, tree.nodes["/1/3/"])
    past = timezone.now() - timedelta(seconds=1)
    grants.give("deployment-viewer", late, tree.nodes["/13/"], expires_at=past)
    olga.groups.add(late)
    grants.give("configuration-viewer", olga, tree.nodes["/1/31/"])
    assert seen(olga) == {"/1/3/", "/1/3/7/", "/1/31/", "/1/31/8/"}
    assert seen(otto) == set()
    olga.groups.remove(shift)
    assert seen(olga) == {"/1/31/", "/1/31/8/"}


def test_a_closed_account_may_nothing_whatever_it_holds(tree: Tree, person: Person) -> None:
    olga = person("olga")
    olga.is_superuser = True
    olga.is_active = False
    olga.save()
    grants.give("admin", olga, tree.nodes["/1/"])
    assert may(olga, Perm.VIEW_HIERARCHY, tree.nodes["/1/"]).code == "inactive"
    assert seen(olga) == set()
    assert not may_anywhere(olga, Perm.VIEW_HIERARCHY)


def test_a_superuser_may_everything(tree: Tree) -> None:
    root = User.objects.create_superuser("root", password="secret-of-root")
    assert seen(root, Perm.DEPLOY) == set(tree.nodes)
    assert may(root, Perm.MANAGE_ACCESS, tree.nodes["/13/9/"])


@pytest.mark.parametrize("stranger", [None, AnonymousUser()])
def test_who_is_not_signed_in_sees_nothing(tree: Tree, stranger: AnonymousUser | None) -> None:
    assert may(stranger, Perm.VIEW_HIERARCHY, tree.nodes["/1/"]).code == "signed-out"
    assert seen(stranger) == set()
    assert not may_anywhere(stranger, Perm.VIEW_HIERARCHY)


def test_remembered_grants_hold_for_one_object_only(tree: Tree, person: Person) -> None:
    olga = person("olga")
    assignment = grants.give("deployment-viewer", olga, tree.nodes["/1/"])
    remember(olga)
    grants.take(assignment)
    assert may(olga, Perm.VIEW_HIERARCHY, tree.nodes["/1/"])
    again = User.objects.get(pk=olga.pk)
    assert not may(again, Perm.VIEW_HIERARCHY, tree.nodes["/1/"])
    remember(olga)
    assert not may(olga, Perm.VIEW_HIERARCHY, tree.nodes["/1/"])


def test_a_question_costs_one_read_however_many_grants(
    tree: Tree, person: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    olga = person("olga")
    group = Group.objects.create(name="shift")
    olga.groups.add(group)
    for path in ("/1/3/", "/1/31/", "/13/", "/1/30/"):
        grants.give("deployment-viewer", olga, tree.nodes[path])
        grants.give("configuration-viewer", group, tree.nodes[path])
    with django_assert_num_queries(1):
        assert may(olga, Perm.VIEW_VALUES, tree.nodes["/1/3/7/"])
    assert len(seen(olga)) == 7  # how to ask for these places is known from now on
    with django_assert_num_queries(2):
        assert len(seen(olga)) == 7
    remember(olga)
    with django_assert_num_queries(0):
        assert may(olga, Perm.VIEW_VALUES, tree.nodes["/1/3/7/"])
        assert not may(olga, Perm.DEPLOY, tree.nodes["/1/3/7/"])
    with django_assert_num_queries(1):
        assert len(seen(olga)) == 7
