"""Who may give which role, and what giving writes."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from rbac import grants
from rbac.access import may
from rbac.models import NodeUserPermission, RoleAssignment, User
from rbac.permissions import LABELS, Perm
from rbac.roles import ROLES, SHIPPED, roles_with
from tests.integration.rbac.conftest import Tree

Person = Callable[[str], User]


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_gives_exactly_its_rights(tree: Tree, person: Person, role: str) -> None:
    holder = person("holder")
    grants.give(role, holder, tree.nodes["/1/3/"])
    held = {perm for perm in Perm if may(holder, perm, tree.nodes["/1/3/7/"])}
    assert held == ROLES[role].perms


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"admin"}))
def test_only_who_manages_access_gives_roles(tree: Tree, person: Person, role: str) -> None:
    giver = person("giver")
    grants.give(role, giver, tree.nodes["/1/"])
    verdict = grants.may_give(giver, role, tree.nodes["/1/"])
    assert (verdict.code, verdict.params["perm"]) == ("right-missing", "manage_access")


def test_a_giver_gives_at_and_below_their_own_place_only(tree: Tree, person: Person) -> None:
    giver = person("giver")
    grants.give("admin", giver, tree.nodes["/1/3/"])
    allowed = {p for p, node in tree.nodes.items() if grants.may_give(giver, "admin", node)}
    assert allowed == {"/1/3/", "/1/3/7/"}


def test_nobody_gives_more_than_they_have(tree: Tree, person: Person) -> None:
    giver = person("giver")
    assignment = grants.give("admin", giver, tree.nodes["/1/"])
    # As if the role had been narrower when it was given.
    NodeUserPermission.objects.filter(
        assignment=assignment, permission__codename=Perm.DEPLOY
    ).delete()
    assert grants.may_give(giver, "configuration-author", tree.nodes["/1/"])
    for role in SHIPPED:
        verdict = grants.may_give(giver, role.key, tree.nodes["/1/"])
        assert bool(verdict) == (Perm.DEPLOY not in role.perms), role.key


def test_an_unknown_role_is_refused_by_name(tree: Tree) -> None:
    root = User.objects.create_superuser("root", password="secret-of-root")
    verdict = grants.may_give(root, "emperor", tree.nodes["/1/"])
    assert (verdict.ok, verdict.code, verdict.params) == (
        False,
        "role-unknown",
        {"role": "emperor"},
    )


def test_an_assignment_has_one_holder(tree: Tree) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleAssignment.objects.create(role_id="admin", node=tree.nodes["/1/"])
    assert not RoleAssignment.objects.exists()


def test_deleting_a_person_or_a_place_takes_the_grants_along(tree: Tree, person: Person) -> None:
    olga, otto = person("olga"), person("otto")
    grants.give("admin", olga, tree.nodes["/13/9/"])
    grants.give("admin", otto, tree.nodes["/13/9/"])
    olga.delete()
    assert set(RoleAssignment.objects.values_list("user__username", flat=True)) == {"otto"}
    tree.nodes["/13/9/"].delete()
    assert not RoleAssignment.objects.exists()
    assert not NodeUserPermission.objects.exists()


def test_every_right_has_a_label_and_a_role_to_ask_for() -> None:
    assert set(LABELS) == set(Perm)
    for perm in Perm:
        roles = roles_with(perm)
        assert roles[-1].key == "admin"
        assert all(perm in role.perms for role in roles)
