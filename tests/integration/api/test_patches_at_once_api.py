"""Edits of different fields of the same thing at the same moment: each keeps the others'."""

from functools import partial
from typing import Any

import pytest

from orchestration.models import Target, Webhook
from orchestration.services import webhooks
from rbac.models import User
from tests.integration.api.conftest import Api
from tests.integration.conftest import Company
from tests.integration.services.moments import at_once

ROUNDS = 6


@pytest.fixture
def db(transactional_db: None) -> None:
    """Really committed: threads must see each other's rows."""


def patch_each(path: str, *bodies: dict[str, Any]) -> None:
    """Send every body in a thread of its own."""

    def send(body: dict[str, Any]) -> int:
        api = Api(User.objects.get(username="root"))
        return int(api.patch(path, body).status_code)

    assert at_once([partial(send, body) for body in bodies]) == [200] * len(bodies)


def test_who_is_shut_out_stays_so_whatever_else_is_changed(company: Company) -> None:
    for number in range(ROUNDS):
        vera = company.person(f"vera-{number}")
        patch_each(f"users/{vera.pk}/", {"is_active": False}, {"is_staff": True}, {"groups": []})
        vera.refresh_from_db()
        assert (vera.is_active, vera.is_staff) == (False, True)


def test_two_fields_of_a_line_are_both_kept(company: Company) -> None:
    line = company.lines["alpha-1"]
    for number in range(ROUNDS):
        scope, said = f"scope-{number}", {"plc": number}
        patch_each(f"targets/{line.pk}/", {"scope": scope}, {"specification": said})
        row = Target.objects.get(pk=line.pk)
        assert (row.scope, row.specification) == (scope, said)


def test_a_webhook_that_is_switched_off_stays_off(company: Company) -> None:
    for number in range(ROUNDS):
        made = webhooks.create(
            company.root_user,
            company.factories["alpha"],
            name=f"MES {number}",
            url="https://hooks.example/",
            kinds=["*"],
        )
        new = f"https://hooks.example/{number}"
        patch_each(f"webhooks/{made.webhook.pk}/", {"enabled": False}, {"url": new})
        row = Webhook.objects.get(pk=made.webhook.pk)
        assert (row.enabled, row.url) == (False, new)
