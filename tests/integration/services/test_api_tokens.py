"""Tokens with which programs sign in as a person."""

from datetime import timedelta

import pytest

from orchestration.models import ApiToken, Event
from orchestration.services import api_tokens
from orchestration.services.errors import Refused
from rbac.access import Denied
from tests.integration.conftest import Company


def test_a_token_is_kept_as_a_digest_and_named_in_events_by_its_beginning(
    company: Company,
) -> None:
    dana = company.person("dana")
    token, secret = api_tokens.create(dana, valid_for=timedelta(hours=1))
    assert secret not in repr(ApiToken.objects.values().get())
    event = Event.objects.get(kind="api-token.created")
    assert (event.user, event.params) == (dana, {"key": token.key})
    assert secret not in repr(event.params)


def test_one_ends_ones_own_token_and_nobody_elses(company: Company) -> None:
    dana, otto = company.person("dana", "admin"), company.person("otto")
    mine, _ = api_tokens.create(dana, valid_for=timedelta(hours=1))
    theirs, _ = api_tokens.create(otto, valid_for=timedelta(hours=1))
    with pytest.raises(Denied):
        api_tokens.revoke(dana, theirs)
    api_tokens.revoke(dana, mine)
    assert list(ApiToken.objects.values_list("user__username", flat=True)) == ["otto"]
    api_tokens.revoke(company.root_user, theirs)
    assert not ApiToken.objects.exists()


def test_tokens_do_not_pile_up_without_end(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_tokens, "MOST_TOKENS", 2)
    dana = company.person("dana")
    for _ in range(2):
        api_tokens.create(dana, valid_for=timedelta(hours=1))
    with pytest.raises(Refused) as refused:
        api_tokens.create(dana, valid_for=timedelta(hours=1))
    assert refused.value.params == {"most": 2}
