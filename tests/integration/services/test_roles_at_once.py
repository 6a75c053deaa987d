"""Roles that are given while what they carry changes, each in a thread of its own."""

from contextlib import ExitStack

import pytest
from django.db import transaction

from orchestration.services import custom_roles, roles
from orchestration.services.errors import Invalid
from rbac.access import Denied, may
from rbac.models import Role, RoleAssignment, User
from rbac.permissions import Perm
from tests.integration.conftest import Company
from tests.integration.services.moments import at_once, meanwhile

FIRST, THEN = (Perm.VIEW_HIERARCHY, Perm.DEPLOY), (Perm.VIEW_HIERARCHY, Perm.PUBLISH)


@pytest.fixture
def db(transactional_db: None) -> None:
    """Really committed: threads must see each other's rows."""


def test_everybody_ends_with_what_the_role_carries_in_the_end(company: Company) -> None:
    role = custom_roles.create(company.root_user, "Night shift", FIRST)
    people = [company.person(f"p{number}") for number in range(6)]

    def give(person: User) -> RoleAssignment:
        by = User.objects.get(pk=company.root_user.pk)
        return roles.give(by, role.key, person, company.factories["alpha"])

    def change() -> Role:
        by = User.objects.get(pk=company.root_user.pk)
        return custom_roles.change(by, role, label="Night shift", description="", perms=THEN)

    gives = [lambda person=person: give(person) for person in people]
    answers = at_once([*gives[:3], change, *gives[3:]])
    assert [one for one in answers if isinstance(one, Exception)] == []
    line = company.lines["alpha-1"].node
    for person in people:
        assert {perm for perm in Perm if may(person, perm, line)} == set(THEN)


def test_a_role_that_grows_meanwhile_is_not_given_by_who_lacks_the_rest(company: Company) -> None:
    alpha, line = company.factories["alpha"], company.lines["alpha-1"].node
    role = custom_roles.create(company.root_user, "Night shift", [Perm.DEPLOY])
    keeper = custom_roles.create(company.root_user, "Keeper", [Perm.MANAGE_ACCESS, Perm.DEPLOY])
    kim, dana = company.person("kim", keeper.key, alpha), company.person("dana")

    def give() -> RoleAssignment | Denied:
        try:
            return roles.give(User.objects.get(pk=kim.pk), role.key, dana, alpha)
        except Denied as denied:
            return denied

    def grow() -> Role:
        by = User.objects.get(pk=company.root_user.pk)
        perms = [Perm.DEPLOY, Perm.PUBLISH]
        return custom_roles.change(by, role, label="Night shift", description="", perms=perms)

    given, _ = at_once([give, grow])
    held = {perm for perm in Perm if may(dana, perm, line)}
    # Given first: it grew by somebody who may publish. Grown first: kim may not give it any more.
    assert isinstance(given, Denied) == (held == set())
    assert held in (set(), {Perm.DEPLOY, Perm.PUBLISH})


def test_two_who_make_a_role_of_one_name_make_one(company: Company) -> None:
    made: list[Role | Invalid] = []

    def make() -> None:
        by = User.objects.get(pk=company.root_user.pk)
        try:
            made.append(custom_roles.create(by, "Night shift", FIRST))
        except Invalid as refused:
            made.append(refused)

    with ExitStack() as later, transaction.atomic():
        make()
        # Begun before the first one is over; waited for only after it.
        later.enter_context(meanwhile(make))
    assert [getattr(one, "code", "") for one in made] == ["", "name-taken"]
    assert Role.objects.filter(shipped=False).count() == 1
