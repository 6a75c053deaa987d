"""Following an operation by server-sent events, over the real server."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from orchestration import hints
from orchestration.models import ApiToken, Operation, SolutionTemplateVersion
from orchestration.services import api_tokens, operations, operations_running
from orchestration.services.operations_running import claim_next, do_batch
from portal.api import streaming
from portal.api.problems import MEDIA_TYPE
from rbac.models import User
from tests.integration.conftest import Company
from tests.integration.services.bulk import lines_of, solution_of
from tests.integration.serving import serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]
Event = tuple[str, dict[str, Any]]


@pytest.fixture
def server() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def press(company: Company) -> SolutionTemplateVersion:
    return solution_of(company)


def token_of(user: User) -> str:
    _, secret = api_tokens.create(user, valid_for=timedelta(hours=1))
    return secret


def stream(server: str, uuid: object, token: str) -> Any:
    address = f"{server}/api/v1/operations/{uuid}/stream/"
    headers = {"Authorization": f"Token {token}"} if token else {}
    return httpx.stream("GET", address, headers=headers, timeout=20, trust_env=False)


def events(answer: httpx.Response) -> Iterator[Event]:
    kind = ""
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)


def started(company: Company, press: SolutionTemplateVersion, by: User | None = None) -> Operation:
    return operations.publish(by or company.root_user, press, lines_of(company))


def test_each_step_is_told_until_the_end(
    company: Company, press: SolutionTemplateVersion, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations_running, "BATCH", 2)
    operation = started(company, press)
    with stream(server, operation.uuid, token_of(company.root_user)) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        told = events(answer)
        assert next(told)[1]["progress"]["done"] == 0
        claim = claim_next()
        assert claim is not None
        seen: list[Event] = []
        while do_batch(claim):
            seen.append(next(told))
        seen += list(told)
    assert [kind for kind, _ in seen][-1] == "end"
    assert seen[-1][1]["state"] == "Succeeded"
    done = [operation["progress"]["done"] for _, operation in seen]
    assert done == sorted(done)
    assert done[-1] == 6


def test_what_is_over_is_told_at_once(
    company: Company, press: SolutionTemplateVersion, server: str
) -> None:
    operation = started(company, press)
    operations_running.advance_due()
    with stream(server, operation.uuid, token_of(company.root_user)) as answer:
        (kind, told), *more = events(answer)
    assert (kind, told["id"], more) == ("end", str(operation.uuid), [])


def test_strangers_and_people_without_a_right_get_no_stream(
    company: Company, press: SolutionTemplateVersion, server: str
) -> None:
    operation = started(company, press)
    with stream(server, operation.uuid, "") as answer:
        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == MEDIA_TYPE
    bob = company.person("bob", "configuration-viewer")
    with stream(server, operation.uuid, token_of(bob)) as answer:
        assert json.loads(answer.read())["code"] == "not-found"


def test_a_stream_ends_when_its_token_does(
    company: Company,
    press: SolutionTemplateVersion,
    server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streaming, "BEAT", 0.2)
    operation = started(company, press)
    with stream(server, operation.uuid, token_of(company.root_user)) as answer:
        told = events(answer)
        assert next(told)[0] == "operation"
        api_tokens.revoke(company.root_user, ApiToken.objects.get())
        assert list(told) == []


def test_a_lost_right_is_noticed_without_waiting_for_a_beat(
    company: Company,
    press: SolutionTemplateVersion,
    server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streaming, "BEAT", 60.0)
    company.person("ana", "solution-viewer")
    ana = company.person("ana", "configuration-author")
    operation = started(company, press, ana)
    with stream(server, operation.uuid, token_of(ana)) as answer:
        told = events(answer)
        assert next(told)[0] == "operation"
        User.objects.filter(pk=ana.pk).update(is_active=False)
        hints.tell_rights([ana.pk])
        ended = threading.Thread(target=lambda: list(told), daemon=True)
        ended.start()
        ended.join(15)
        assert not ended.is_alive()


def test_there_are_not_endlessly_many(
    company: Company,
    press: SolutionTemplateVersion,
    server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streaming, "MOST", 1)
    operation, token = started(company, press), token_of(company.root_user)
    with stream(server, operation.uuid, token) as answer:
        told = events(answer)  # kept: without it the connection would be closed
        assert next(told)[0] == "operation"
        with stream(server, operation.uuid, token) as second:
            assert second.status_code == 503
            assert json.loads(second.read())["code"] == "too-many-streams"
    operations.cancel(company.root_user, operation)
    with stream(server, operation.uuid, token) as third:
        assert [kind for kind, _ in events(third)] == ["end"]
