"""Whatever takes a right away reaches the next request, and an open socket within seconds."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from orchestration import hints
from orchestration.models import Target
from orchestration.queries.line_choice import Chosen
from orchestration.services import api_tokens, custom_roles, groups, operations, people, roles
from portal.live import SIGNED_OUT
from rbac import grants
from rbac.models import RoleAssignment, User
from rbac.permissions import Perm
from tests.integration.conftest import Company
from tests.integration.serving import serving

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN = 5.0  # seconds
AGAIN = "*"


@pytest.fixture
def server() -> Iterator[str]:
    with serving() as address:
        yield address


@dataclass
class Browser:
    """Somebody's cookies, with one socket that is open and one line they watch."""

    server: str
    cookies: dict[str, str]
    socket: ClientConnection
    line: Target

    def sees_the_line(self) -> bool:
        answer = httpx.get(
            f"{self.server}/api/v1/targets/{self.line.pk}/", cookies=self.cookies, trust_env=False
        )
        assert answer.status_code in {200, 401, 404}
        return answer.status_code == 200

    def topics(self, seconds: float) -> set[str]:
        """What is heard in that time; empty beats are not counted."""
        heard: set[str] = set()
        until = time.monotonic() + seconds
        while not heard and (left := until - time.monotonic()) > 0:
            try:
                heard.update(json.loads(self.socket.recv(left))["topics"])
            except TimeoutError:
                break
        return heard

    def hears(self, seconds: float = WITHIN) -> set[str]:
        """What is heard after something happened to the line."""
        hints.tell([f"target:{self.line.pk}"], self.line.node.path)
        return self.topics(seconds)

    def closing(self) -> int:
        """The code with which the server closes."""
        with pytest.raises(ConnectionClosed) as closed:
            self.topics(WITHIN)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code


@pytest.fixture
def browser(server: str, company: Company) -> Iterator[Callable[[User], Browser]]:
    def open_for(person: User) -> Browser:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        header = "; ".join(f"{name}={value}" for name, value in cookies.items())
        address = server.replace("http", "ws") + "/live"
        opening = connect(address, additional_headers={"Cookie": header, "Origin": server})
        socket = stack.enter_context(opening)
        found = Browser(server, cookies, socket, company.lines["alpha-1"])
        assert found.sees_the_line()
        assert found.hears() == {f"target:{found.line.pk}"}
        return found

    with ExitStack() as stack:
        yield open_for


def taken(company: Company, dana: User) -> None:
    roles.take(company.root_user, dana.role_assignments.get())


def ended(company: Company, dana: User) -> None:
    given = dana.role_assignments.get()
    roles.give(company.root_user, given.role_id, dana, given.node, expires_at=timezone.now())


def group_left(company: Company, dana: User) -> None:
    grants.take(dana.role_assignments.get())
    groups.change(company.root_user, dana.groups.get(), name="shift", members=[])


def taken_out_of_groups(company: Company, dana: User) -> None:
    grants.take(dana.role_assignments.get())
    people.change(company.root_user, dana, is_active=True, is_staff=False, groups=[])


def group_lost_its_role(company: Company, dana: User) -> None:
    grants.take(dana.role_assignments.get())
    roles.take(company.root_user, RoleAssignment.objects.get(group__name="shift"))


IN_A_GROUP = {group_left, taken_out_of_groups, group_lost_its_role}
CAUSES = (taken, ended, group_left, taken_out_of_groups, group_lost_its_role)


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.__name__)
def test_a_right_that_goes_takes_its_topics_along(
    company: Company,
    browser: Callable[[User], Browser],
    cause: Callable[[Company, User], None],
) -> None:
    dana = company.person("dana", "deployment-viewer", company.factories["alpha"])
    if cause in IN_A_GROUP:
        shift = Group.objects.create(name="shift")
        dana.groups.add(shift)
        grants.give("deployment-viewer", shift, company.factories["alpha"])
    window = browser(dana)
    cause(company, dana)
    assert not window.sees_the_line()
    assert window.topics(WITHIN) == {AGAIN}
    assert window.hears(1.0) == set()


def test_a_role_that_carries_less_takes_its_topics_along(
    company: Company, browser: Callable[[User], Browser]
) -> None:
    watcher = custom_roles.create(company.root_user, "Watcher", [Perm.VIEW_HIERARCHY])
    dana = company.person("dana", watcher.key, company.factories["alpha"])
    window = browser(dana)
    custom_roles.change(
        company.root_user, watcher, label="Validator", description="", perms=[Perm.VALIDATE]
    )
    assert not window.sees_the_line()
    assert window.topics(WITHIN) == {AGAIN}
    assert window.hears(1.0) == set()


def test_a_role_that_ends_by_itself_takes_its_topics_along(
    company: Company, browser: Callable[[User], Browser]
) -> None:
    """Nobody does anything at that moment, so no hint is sent either."""
    dana, soon = company.person("dana"), timezone.now() + timedelta(seconds=4)
    grants.give("deployment-viewer", dana, company.factories["alpha"], expires_at=soon)
    window = browser(dana)
    assert window.topics(4 + WITHIN) == {AGAIN}
    assert timezone.now() >= soon
    assert not window.sees_the_line()
    assert window.hears(1.0) == set()


def closed_account(company: Company, dana: User) -> None:
    people.change(company.root_user, dana, is_active=False, is_staff=False, groups=[])


def new_password(company: Company, dana: User) -> None:
    people.set_password(company.root_user, dana, "correct horse battery")


@pytest.mark.parametrize("cause", [closed_account, new_password], ids=lambda one: one.__name__)
def test_a_session_that_ends_closes_the_socket(
    company: Company,
    browser: Callable[[User], Browser],
    cause: Callable[[Company, User], None],
) -> None:
    dana = company.person("dana", "deployment-viewer", company.factories["alpha"])
    window = browser(dana)
    cause(company, dana)
    assert window.closing() == SIGNED_OUT
    assert not window.sees_the_line()


def test_a_right_gained_is_heard_of_without_a_new_page(
    company: Company, browser: Callable[[User], Browser]
) -> None:
    dana = company.person("dana", "deployment-viewer", company.factories["alpha"])
    window = browser(dana)
    roles.give(company.root_user, "deployment-viewer", dana, company.factories["beta"])
    assert window.topics(WITHIN) == {AGAIN}
    window.line = company.lines["beta-1"]
    assert window.hears() == {f"target:{window.line.pk}"}


def test_a_stream_ends_with_its_token(server: str, company: Company) -> None:
    """Programs follow an operation by a stream that their token opens."""
    ada, line = company.person("ada", "admin"), company.lines["alpha-1"]
    token, secret = api_tokens.create(ada, valid_for=timedelta(days=1))
    operation = operations.review(ada, company.solution(), [Chosen(line.pk, line)])
    headers = {"Authorization": f"Token {secret}"}
    address = f"{server}/api/v1/operations/{operation.uuid}/stream/"
    with httpx.stream("GET", address, headers=headers, trust_env=False, timeout=20) as stream:
        chunks = stream.iter_text()
        assert "event: operation" in next(chunks)
        api_tokens.revoke(ada, token)
        asked = time.monotonic()
        rest = "".join(chunks)
    assert time.monotonic() - asked < WITHIN
    assert "event: end" not in rest
