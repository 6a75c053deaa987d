"""Roles made here: of rights that the maker has, for everybody who holds them at once."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.utils import timezone

from orchestration.models import Event
from orchestration.services import custom_roles, roles
from orchestration.services.errors import Invalid, Refused
from rbac import grants
from rbac.access import Denied, may
from rbac.models import NodeGroupPermission, NodeUserPermission, Role, RoleAssignment, User
from rbac.permissions import Perm
from rbac.roles import SHIPPED
from rbac.shipping import refresh_shipped
from tests.integration.conftest import Company

NIGHT = (Perm.VIEW_HIERARCHY, Perm.DEPLOY)


def held(user: User, company: Company, line: str) -> set[Perm]:
    return {perm for perm in Perm if may(user, perm, company.lines[line].node)}


def test_a_role_made_here_gives_its_rights_and_no_others(company: Company) -> None:
    role = custom_roles.create(company.root_user, " Night shift ", NIGHT, description="At night")
    assert (role.label, role.key, role.shipped) == ("Night shift", "custom-night-shift", False)
    dana = company.person("dana")
    roles.give(company.root_user, role.key, dana, company.factories["alpha"])
    assert held(dana, company, "alpha-1") == set(NIGHT)
    assert held(dana, company, "beta-1") == set()
    event = Event.objects.get(kind="role.created")
    assert (event.object_name, event.params) == (
        "Night shift",
        {"rights": ["deploy", "view_hierarchy"]},
    )


def test_what_a_role_carries_reaches_all_who_hold_it_at_once(company: Company) -> None:
    role = custom_roles.create(company.root_user, "Night shift", NIGHT)
    dana, gus, shift = company.person("dana"), company.person("gus"), Group.objects.create(name="n")
    gus.groups.add(shift)
    roles.give(company.root_user, role.key, dana, company.factories["alpha"])
    roles.give(company.root_user, role.key, shift, company.factories["beta"])

    wanted = (Perm.VIEW_HIERARCHY, Perm.UNINSTALL)
    custom_roles.change(company.root_user, role, label="Night crew", description="", perms=wanted)
    assert held(dana, company, "alpha-1") == set(wanted)
    assert held(gus, company, "beta-1") == set(wanted)
    rows = (NodeUserPermission.objects.count(), NodeGroupPermission.objects.count())
    assert rows == (2, 2)
    assert Event.objects.get(kind="role.changed").params == {
        "before": ["deploy", "view_hierarchy"],
        "rights": ["uninstall", "view_hierarchy"],
    }


def test_another_role_of_the_same_person_keeps_its_rights(company: Company) -> None:
    role = custom_roles.create(company.root_user, "Night shift", NIGHT)
    dana = company.person("dana", "deployment-manager", company.factories["alpha"])
    roles.give(company.root_user, role.key, dana, company.factories["alpha"])
    custom_roles.change(
        company.root_user, role, label="Night shift", description="", perms=[Perm.VALIDATE]
    )
    assert may(dana, Perm.DEPLOY, company.lines["alpha-1"].node)


def test_nobody_makes_a_role_of_rights_they_lack(company: Company) -> None:
    alpha, beta = company.factories["alpha"], company.factories["beta"]
    keeper = custom_roles.create(company.root_user, "Keeper", [Perm.MANAGE_ACCESS, *NIGHT])
    kim = company.person("kim")
    roles.give(company.root_user, keeper.key, kim, alpha)
    company.person("kim", "deployment-manager", beta)
    made = custom_roles.create(kim, "Starter", [Perm.DEPLOY])
    assert made.perms == {Perm.DEPLOY}

    with pytest.raises(Denied) as denied:  # held at the other factory, but not managed there
        custom_roles.create(kim, "Ender", [Perm.DEPLOY, Perm.UNINSTALL])
    assert denied.value.verdict.code == "role-beyond-you"
    with pytest.raises(Denied) as denied:
        custom_roles.change(kim, made, label="Starter", description="", perms=[Perm.PUBLISH])
    assert denied.value.verdict.params == {"rights": ["publish"]}
    mia = company.person("mia", "deployment-manager", alpha)
    with pytest.raises(Denied) as denied:
        custom_roles.create(mia, "Mine", [Perm.DEPLOY])
    assert denied.value.verdict.params == {"rights": ["manage_access"]}
    with pytest.raises(Denied):
        custom_roles.remove(mia, made)
    assert set(Role.objects.filter(shipped=False)) == {keeper, made}


def test_a_role_held_elsewhere_is_not_changed_from_here(company: Company) -> None:
    adam = company.person("adam", "admin", company.factories["alpha"])
    role = custom_roles.create(adam, "Night shift", NIGHT)
    dana = company.person("dana")
    grants.give(role.key, dana, company.factories["beta"])
    for perms in (Perm, [Perm.DEPLOY]):
        with pytest.raises(Denied) as denied:
            custom_roles.change(adam, role, label="x", description="", perms=perms)
        assert denied.value.verdict.code == "role-held-elsewhere"
    assert held(dana, company, "beta-1") == set(NIGHT)


def test_a_role_in_use_says_who_holds_it_as_far_as_one_may_know(company: Company) -> None:
    alpha, beta = company.factories["alpha"], company.factories["beta"]
    adam = company.person("adam", "admin", alpha)
    role = custom_roles.create(adam, "Night shift", NIGHT)
    dana, zoe = company.person("dana"), company.person("zoe")
    far = grants.give(role.key, zoe, beta)
    with pytest.raises(Refused) as refused:
        custom_roles.remove(adam, role)
    assert refused.value.code == "role-in-use-unseen"
    near = grants.give(role.key, dana, alpha)
    with pytest.raises(Refused) as refused:
        custom_roles.remove(adam, role)
    assert (refused.value.code, refused.value.params) == (
        "role-in-use",
        {"role": "Night shift", "holders": ["dana (alpha)"]},
    )
    grants.take(far)
    grants.take(near)
    custom_roles.remove(adam, role)
    assert not Role.objects.filter(pk=role.pk).exists()
    assert Event.objects.filter(kind="role.removed", object_name="Night shift").exists()


def test_a_shipped_role_stays_as_it_is(company: Company) -> None:
    admin = Role.objects.get(key="admin")
    for act in (
        lambda: custom_roles.remove(company.root_user, admin),
        lambda: custom_roles.change(
            company.root_user, admin, label="x", description="", perms=NIGHT
        ),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "role-shipped"


@pytest.mark.parametrize(
    ("label", "perms", "code"),
    [(" ", NIGHT, "name-empty"), ("ADMIN", NIGHT, "name-taken"), ("Idle", (), "role-empty")],
)
def test_a_role_needs_a_name_of_its_own_and_a_right(
    company: Company, label: str, perms: tuple[Perm, ...], code: str
) -> None:
    with pytest.raises(Invalid) as invalid:
        custom_roles.create(company.root_user, label, perms)
    assert invalid.value.code == code


def test_names_that_spell_alike_get_keys_of_their_own(company: Company) -> None:
    made = [
        custom_roles.create(company.root_user, label, NIGHT)
        for label in ("Night shift", "Night-shift", "夜班", "早班")
    ]
    assert [role.key for role in made] == [
        "custom-night-shift",
        "custom-night-shift-2",
        "custom-role",
        "custom-role-2",
    ]


def test_shipped_roles_are_as_this_version_has_them_and_so_is_what_they_give(
    company: Company,
) -> None:
    dana = company.person("dana", "deployment-manager", company.factories["alpha"])
    role = Role.objects.get(key="deployment-manager")
    # As if an older version had shipped it with other rights and another name.
    grants.rewrite(role, label="Deployer", description="", perms=[Perm.PUBLISH])
    assert held(dana, company, "alpha-1") == {Perm.PUBLISH}
    refresh_shipped(apps.get_app_config("auth"))
    assert {(r.key, r.label, r.perms) for r in Role.objects.filter(shipped=True)} == {
        (one.key, one.label, one.perms) for one in SHIPPED
    }
    assert Perm.DEPLOY in held(dana, company, "alpha-1")
    assert Perm.PUBLISH not in held(dana, company, "alpha-1")


def test_roles_that_ended_are_cleared_away_after_a_while(company: Company) -> None:
    now = timezone.now()
    for name, ended in (("dana", 31), ("emil", 29), ("fay", -1)):
        at = now - timedelta(days=ended)
        grants.give("admin", company.person(name), company.factories["alpha"], expires_at=at)
    assert roles.sweep_ended() == 1
    assert set(RoleAssignment.objects.values_list("user__username", flat=True)) == {"emil", "fay"}
    assert Event.objects.get(kind="role.ended").params["to"] == "dana"
