"""Webhooks over REST: set up, changed, tested, and the log of what they were told."""

from typing import Any

import pytest

from orchestration.models import Delivery, Node, Webhook
from orchestration.services import deliveries, vault
from tests.integration.api.conftest import Api, said
from tests.integration.conftest import Company
from tests.integration.webhooks.conftest import Receiver, receiver

__all__ = ["receiver"]
PUBLIC = "https://hooks.example/mes"


@pytest.fixture
def place(company: Company) -> Node:
    return company.factories["alpha"]


def body(place: Node, **more: object) -> dict[str, Any]:
    return {"node": place.pk, "name": "mes", "url": PUBLIC, "kinds": ["deployment.*"], **more}


def admin(company: Company, place: Node) -> Api:
    return Api(company.person("iris", "admin", place))


def test_the_secret_is_told_once(company: Company, place: Node) -> None:
    api = admin(company, place)
    made = api.post("webhooks/", body(place))
    assert made.status_code == 201
    secret = made.json()["secret"]
    webhook = Webhook.objects.get()
    assert vault.decrypt(webhook) == secret
    assert secret not in webhook.ciphertext
    shown = api.get(f"webhooks/{webhook.pk}/")
    listed = api.get("webhooks/").json()["results"]
    assert listed == [shown.json()]
    assert shown.json()["owner"] == "iris"
    told = Api(company.root_user).get("events/")
    assert all(secret not in one.content.decode() for one in (shown, told))
    renewed = api.post(f"webhooks/{webhook.pk}/renew-secret/").json()["secret"]
    assert renewed != secret
    webhook.refresh_from_db()
    assert vault.decrypt(webhook) == renewed


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"name": " "}, (400, "invalid")),
        ({"kinds": []}, (400, "invalid")),
        ({"kinds": ["deploymnt.*"]}, (400, "invalid")),
        ({"kinds": ["deployment.fail*"]}, (400, "invalid")),
        ({"url": "ftp://hooks.example/"}, (422, "address-malformed")),
        ({"url": "https://user:pass@hooks.example/"}, (422, "address-malformed")),
        ({"url": "http://127.0.0.1/"}, (422, "address-refused")),
        ({"url": "http://169.254.169.254/latest/"}, (422, "address-refused")),
        ({"url": "http://[::1]:80/"}, (422, "address-refused")),
        ({"url": "http://localhost/"}, (422, "address-refused")),
        ({"node": 4711}, (400, "invalid")),
    ],
)
def test_what_cannot_be_used_is_refused(
    company: Company, place: Node, more: dict[str, object], expected: tuple[int, str]
) -> None:
    assert said(admin(company, place).post("webhooks/", body(place, **more))) == expected
    assert not Webhook.objects.exists()


def test_a_name_is_taken_once_at_a_place(company: Company, place: Node) -> None:
    api = admin(company, place)
    api.post("webhooks/", body(place))
    assert said(api.post("webhooks/", body(place))) == (422, "name-taken")
    assert Webhook.objects.count() == 1


def test_a_change_makes_one_its_owner(company: Company, place: Node) -> None:
    admin(company, place).post("webhooks/", body(place))
    webhook = Webhook.objects.get()
    changed = Api(company.root_user).patch(f"webhooks/{webhook.pk}/", {"enabled": False})
    assert (changed.json()["enabled"], changed.json()["owner"]) == (False, "root")
    assert changed.json()["kinds"] == ["deployment.*"]


def test_rights_and_strangers(company: Company, place: Node) -> None:
    admin(company, place).post("webhooks/", body(place))
    address = f"webhooks/{Webhook.objects.get().pk}/"
    for api in (
        Api(company.person("vera", "deployment-manager", place)),
        Api(company.person("berta", "admin", company.factories["beta"])),
    ):
        assert api.get("webhooks/").json()["results"] == []
        assert said(api.post("webhooks/", body(place, name="other"))) == (400, "invalid")
        for answer in (
            api.get(address),
            api.patch(address, {"enabled": False}),
            api.post(f"{address}test/"),
            api.post(f"{address}renew-secret/"),
            api.delete(address),
        ):
            assert said(answer) == (404, "not-found")
    assert Webhook.objects.get().enabled


def test_a_test_is_sent_and_its_log_is_read(
    company: Company, place: Node, receiver: Receiver
) -> None:
    api = admin(company, place)
    made = api.post("webhooks/", body(place, url=receiver.url, kinds=["*"])).json()
    Delivery.objects.all().delete()
    sent = api.post(f"webhooks/{made['id']}/test/")
    assert sent.status_code == 202
    receiver.answers = [(410, b"gone")]
    assert deliveries.deliver_due() == 1
    (entry,) = api.get("webhook-deliveries/", webhook=made["id"], state="GivenUp").json()["results"]
    assert (entry["id"], entry["kind"]) == (sent.json()["id"], "webhook.test")
    assert [(one["status"], one["excerpt"]) for one in entry["tries"]] == [(410, "gone")]
    assert api.get(f"webhooks/{made['id']}/").json()["given_up"] == 1
    again = api.post(f"webhook-deliveries/{entry['id']}/redeliver/")
    assert (again.status_code, again.json()["state"]) == (202, "Waiting")
    assert api.get(f"webhook-deliveries/{again.json()['id']}/").json() == again.json()
    stranger = Api(company.person("berta", "admin", company.factories["beta"]))
    assert stranger.get("webhook-deliveries/").json()["results"] == []
    assert said(stranger.get(f"webhook-deliveries/{entry['id']}/")) == (404, "not-found")
    assert api.delete(f"webhooks/{made['id']}/").status_code == 204
    assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)
