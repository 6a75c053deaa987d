"""What was saved in plain is encrypted when a new version marks its key secret."""

import json

import pytest
from pytest_django import Settings

from orchestration.models import ConfigurationRevision, Event, SecretValue
from orchestration.services.errors import Refused
from portal.web.event_sentences import sentence
from tests.integration.conftest import Company
from tests.integration.opening import opened
from tests.integration.services.secretive import (
    CANARY,
    published,
    read,
    save,
    solution,
    wanted,
    with_key,
)

PLAIN = "configs:\n  Pin: ${{$val(Pin)}}\n"


def test_every_save_holds_references_once_a_version_marks_the_key(company: Company) -> None:
    plain, line = solution(company, text=PLAIN), company.lines["alpha-1"].node
    save(company, plain, line, {"Pin": CANARY, "Login": {"Name": CANARY}})
    save(company, plain, line, {"Pin": CANARY, "Speed": 5})
    save(company, plain, company.lines["alpha-2"].node, {"Pin": CANARY})
    solution(company, "2.0.0")
    saves = list(ConfigurationRevision.objects.filter(node=line).order_by("number"))
    assert CANARY not in json.dumps(list(ConfigurationRevision.objects.values_list("values")))
    assert [opened(one.values)["Pin"] for one in saves] == [CANARY, CANARY]
    assert saves[0].values["Pin"] == saves[1].values["Pin"], "the second save did not change it"
    assert saves[1].values["Speed"] == 5
    assert SecretValue.objects.count() == 3
    (event,) = Event.objects.filter(kind="configuration.sealed")
    assert event.params["saves"] == 3
    assert "encrypted: Login.Name, Pin" in sentence(event)


def test_an_older_version_cannot_save_in_plain(company: Company) -> None:
    plain, line = solution(company, text=PLAIN), company.lines["alpha-1"].node
    solution(company, "2.0.0")
    kept = save(company, plain, line, {"Pin": CANARY})
    assert CANARY not in json.dumps(kept)
    assert opened(kept) == {"Pin": CANARY}


def test_a_revision_that_refers_to_the_save_still_finds_the_value(company: Company) -> None:
    line = company.lines["alpha-1"].node
    plain, marked = solution(company, "2.0.0", PLAIN), solution(company, "1.5.0")
    save(company, plain, line, {"Pin": CANARY})
    revision = published(company, marked)
    assert revision.configuration["Pin"]["$secret"]["version"] == "saved"
    solution(company, "3.0.0")
    agent = company.agent("alpha")
    wanted(revision)
    assert read(agent, with_key(agent)) == {revision.instance_id: [CANARY]}


def test_without_a_key_the_version_is_not_made(company: Company, settings: Settings) -> None:
    save(company, solution(company, text=PLAIN), company.lines["alpha-1"].node, {"Pin": CANARY})
    settings.SITEWRIGHT_SECRET_KEYS = []
    with pytest.raises(Refused, match="secrets-unreadable"):
        solution(company, "2.0.0")
