"""Accounts and roles, on the record."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from orchestration.models import Event
from orchestration.services import api_tokens, people, roles, sign_ins
from orchestration.services.errors import Invalid
from rbac.access import Denied, may
from rbac.models import RoleAssignment, User
from rbac.permissions import Perm
from tests.integration.conftest import Company

GOOD = "correct horse battery"


def test_a_role_given_works_and_is_on_the_record(company: Company) -> None:
    factory = company.factories["alpha"]
    adam, dana = company.person("adam", "admin", factory), company.person("dana")
    ends = timezone.now() + timedelta(days=1)
    assignment = roles.give(adam, "deployment-manager", dana, factory, expires_at=ends)
    assert may(dana, Perm.DEPLOY, company.lines["alpha-1"].node)
    assert (assignment.given_by, assignment.expires_at) == (adam, ends)
    event = Event.objects.get(kind="role.given")
    assert (event.user, event.node) == (adam, factory)
    assert event.params == {
        "role": "deployment-manager",
        "label": "Deployment manager",
        "to": "dana",
    }

    roles.take(adam, assignment)
    assert not may(dana, Perm.DEPLOY, company.lines["alpha-1"].node)
    taken = Event.objects.get(kind="role.taken")
    assert (taken.user, taken.params) == (adam, event.params)


def test_nobody_gives_beyond_their_place_or_rights(company: Company) -> None:
    adam = company.person("adam", "admin", company.factories["alpha"])
    dana = company.person("dana", "deployment-manager", company.factories["alpha"])
    otto = company.person("otto")
    for giver, role, node in (
        (adam, "deployment-viewer", company.factories["beta"]),
        (dana, "deployment-viewer", company.factories["alpha"]),
        (adam, "emperor", company.factories["alpha"]),
        (otto, "admin", company.factories["alpha"]),
    ):
        with pytest.raises(Denied):
            roles.give(giver, role, otto, node)
    assert not RoleAssignment.objects.filter(user=otto).exists()
    assert not Event.objects.filter(kind="role.given").exists()


def test_nobody_gives_for_longer_than_they_have(company: Company) -> None:
    """Who stands in for a week would else stay for good, by a role given to oneself."""
    alpha, now = company.factories["alpha"], timezone.now()
    week, day = now + timedelta(days=7), now + timedelta(days=1)
    stand_in, dana = company.person("stan"), company.person("dana")
    own = roles.give(company.root_user, "admin", stand_in, alpha, expires_at=week)
    for to, ends in ((stand_in, None), (dana, None), (dana, week + timedelta(hours=1))):
        with pytest.raises(Denied, match="role-outlasts-you"):
            roles.give(stand_in, "admin", to, alpha, expires_at=ends)
    own.refresh_from_db()
    assert own.expires_at == week
    roles.give(stand_in, "admin", dana, alpha, expires_at=day)
    roles.give(stand_in, "admin", dana, alpha, expires_at=week)
    group = Group.objects.create(name="Masters")
    roles.give(company.root_user, "deployment-manager", group, alpha)
    stand_in.groups.add(group)
    assert roles.give(stand_in, "deployment-manager", dana, alpha).expires_at is None


def test_nobody_takes_beyond_their_place(company: Company) -> None:
    adam = company.person("adam", "admin", company.factories["alpha"])
    company.person("dana", "deployment-manager", company.factories["beta"])
    assignment = RoleAssignment.objects.get(user__username="dana")
    with pytest.raises(Denied):
        roles.take(adam, assignment)
    assert RoleAssignment.objects.filter(pk=assignment.pk).exists()


def test_a_role_of_a_group_is_everybodys_in_it(company: Company) -> None:
    dana = company.person("dana")
    shift = Group.objects.create(name="early shift")
    roles.give(company.root_user, "deployment-viewer", shift, company.factories["alpha"])
    people.change(company.root_user, dana, is_active=True, is_staff=False, groups=[shift])
    assert may(dana, Perm.VIEW_DEPLOYMENTS, company.lines["alpha-1"].node)
    people.change(company.root_user, dana, is_active=True, is_staff=False, groups=[])
    assert not may(dana, Perm.VIEW_DEPLOYMENTS, company.lines["alpha-1"].node)


def test_an_account_is_made_by_a_superuser_only(company: Company) -> None:
    made = people.create(company.root_user, "nina", GOOD, full_name="Nina van Dijk")
    assert (made.first_name, made.last_name) == ("Nina", "van Dijk")
    assert made.check_password(GOOD)
    assert not made.is_superuser
    with pytest.raises(Denied):
        people.create(company.person("adam", "admin"), "olaf", GOOD)
    assert not User.objects.filter(username="olaf").exists()
    event = Event.objects.get(kind="person.created")
    assert (event.user, event.object_id) == (company.root_user, made.pk)
    assert GOOD not in repr(list(Event.objects.values()))


@pytest.mark.parametrize(
    ("username", "password", "code"),
    [
        ("  ", GOOD, "name-empty"),
        ("root", GOOD, "name-taken"),
        ("ROOT", GOOD, "name-taken"),
        ("nina", "12345678", "password-weak"),
        ("nina", "short", "password-weak"),
    ],
)
def test_accounts_that_make_no_sense_are_refused(
    company: Company, username: str, password: str, code: str
) -> None:
    with pytest.raises(Invalid) as invalid:
        people.create(company.root_user, username, password)
    assert invalid.value.code == code
    assert User.objects.count() == 1


def test_a_closed_account_may_nothing_and_opens_again(company: Company) -> None:
    dana = company.person("dana", "deployment-manager")
    node = company.lines["alpha-1"].node
    dana = people.change(company.root_user, dana, is_active=False, is_staff=False, groups=[])
    assert may(dana, Perm.DEPLOY, node).code == "inactive"
    dana = people.change(company.root_user, dana, is_active=True, is_staff=False, groups=[])
    assert may(dana, Perm.DEPLOY, node)
    assert Event.objects.filter(kind="person.changed", object_id=dana.pk).count() == 2


def test_one_changes_ones_own_password_and_nobody_elses(company: Company) -> None:
    dana, otto = company.person("dana", "admin"), company.person("otto")
    people.set_password(dana, dana, GOOD)
    people.set_password(company.root_user, otto, GOOD + "!")
    with pytest.raises(Denied):
        people.set_password(dana, otto, GOOD)
    with pytest.raises(Invalid):
        people.set_password(dana, dana, "1234")
    assert User.objects.get(pk=dana.pk).check_password(GOOD)
    assert User.objects.get(pk=otto.pk).check_password(GOOD + "!")
    assert GOOD not in repr(list(Event.objects.values()))


def test_what_a_closed_account_was_signed_in_with_does_not_come_back(company: Company) -> None:
    root, dana = company.root_user, company.person("dana")
    browser = Client()
    browser.force_login(dana, backend="django.contrib.auth.backends.ModelBackend")
    key = str(browser.session.session_key)
    sign_ins.signed_in(dana, key, device="Firefox", shared=False, how="password")
    _, secret = api_tokens.create(dana, valid_for=timedelta(days=1))
    program = {"Authorization": f"Token {secret}"}
    assert browser.get("/api/v1/me/").status_code == 200
    assert Client().get("/api/v1/me/", headers=program).status_code == 200

    people.change(root, dana, is_active=False, is_staff=False, groups=[])
    people.change(root, dana, is_active=True, is_staff=False, groups=[])
    assert browser.get("/api/v1/me/").status_code == 401
    assert Client().get("/api/v1/me/", headers=program).status_code == 401
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"person.session-ended", "api-token.revoked"} <= kinds
