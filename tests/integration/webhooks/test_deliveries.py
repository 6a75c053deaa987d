"""Events reach the webhooks that listen: signed, in order, and again until they are taken."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from orchestration import outbox
from orchestration.models import Delivery, DeliveryAttempt, Event, Node, Webhook
from orchestration.services import (
    contexts,
    deliveries,
    events,
    places,
    posting,
    rotation,
    vault,
    webhooks,
)
from orchestration.services.webhooks import NewSecret
from rbac import grants
from rbac.models import RoleAssignment
from tests.integration.conftest import Company
from tests.integration.webhooks.conftest import Receiver, receiving


def listening(
    company: Company, receiver: Receiver, *kinds: str, at: Node | None = None, name: str = "mes"
) -> NewSecret:
    """A webhook whose own making nobody hears of."""
    node = at or company.factories["alpha"]
    made = webhooks.create(
        company.root_user, node, name=name, url=receiver.url, kinds=kinds or ["site.*"]
    )
    Delivery.objects.all().delete()
    return made


def happens(company: Company, place: str = "alpha", title: str = "Alpha One") -> None:
    renamed(company, company.factories[place], title)


def renamed(company: Company, node: Node | None, title: str) -> None:
    assert node is not None
    places.change_node(
        company.root_user, node, name=node.name, display_name=title, time_zone=node.time_zone
    )


def later(**after: float) -> None:
    """As if so much time had passed for everything that waits."""
    moment = timezone.now() - timedelta(seconds=1)
    Webhook.objects.exclude(rests_until=None).update(rests_until=moment)
    Delivery.objects.exclude(next_attempt_at=None).update(next_attempt_at=moment)
    if after:
        Delivery.objects.update(created_at=timezone.now() - timedelta(**after))


def test_an_event_reaches_who_listens_and_is_signed(company: Company, receiver: Receiver) -> None:
    secret = listening(company, receiver).secret
    happens(company)
    assert deliveries.deliver_due() == 1
    ((headers, body),) = receiver.calls
    moment, given = (part.partition("=")[2] for part in headers["Sitewright-Signature"].split(","))
    expected = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    assert hmac.compare_digest(given, expected.hexdigest())
    delivery = Delivery.objects.get()
    event = Event.objects.get(kind="site.changed")
    assert headers["Sitewright-Delivery"] == str(delivery.uid)
    assert headers["Sitewright-Event"] == "site.changed"
    told = json.loads(body)
    assert (told["delivery"], told["test"]) == (str(delivery.uid), False)
    assert told["event"]["id"] == event.pk
    assert told["event"]["place"]["title"] == "Alpha One"
    assert delivery.state == "Delivered"
    tried = delivery.tries.get()
    assert (tried.status, tried.code, tried.excerpt) == (200, "", "thanks")
    assert deliveries.deliver_due() == 0


@pytest.mark.parametrize(
    ("kinds", "heard"),
    [(["*"], 1), (["site.*"], 1), (["site.changed"], 1), (["site.created", "target.*"], 0)],
)
def test_a_webhook_chooses_kinds(
    company: Company, receiver: Receiver, kinds: list[str], heard: int
) -> None:
    listening(company, receiver, *kinds)
    happens(company)
    assert Delivery.objects.count() == heard


def test_a_webhook_hears_of_its_place_and_below_only(company: Company, receiver: Receiver) -> None:
    listening(company, receiver, "*")
    happens(company, "beta")
    renamed(company, company.factories["alpha"].parent, "Above")
    assert Delivery.objects.count() == 0
    renamed(company, company.lines["alpha-1"].node, "Below")
    assert Delivery.objects.count() == 1


def test_what_is_undone_is_told_to_nobody(company: Company, receiver: Receiver) -> None:
    listening(company, receiver)
    with transaction.atomic():
        happens(company)
        assert Delivery.objects.count() == 1
        transaction.set_rollback(True)
    assert (Delivery.objects.count(), deliveries.deliver_due()) == (0, 0)


def test_many_events_of_one_transaction_ask_once(company: Company, receiver: Receiver) -> None:
    listening(company, receiver, "revision.*")
    node = company.lines["alpha-1"].node

    def asked() -> int:
        return sum('FROM "orchestration_webhook"' in query["sql"] for query in caught)

    outbox.forget()
    with CaptureQueriesContext(connection) as caught, transaction.atomic():
        for _ in range(20):
            events.record("site.changed", node, node, company.root_user)
        events.record_all(
            events.draft("site.changed", node, node, company.root_user) for _ in range(20)
        )
    assert asked() == 1
    assert Delivery.objects.count() == 0


def test_a_webhook_made_in_the_same_transaction_hears_at_once(
    company: Company, receiver: Receiver
) -> None:
    with transaction.atomic():
        happens(company, title="Before")
        listening(company, receiver)
        happens(company, title="After")
    assert Delivery.objects.count() == 1


def test_a_webhook_that_is_switched_off_hears_nothing(company: Company, receiver: Receiver) -> None:
    webhook = listening(company, receiver).webhook
    happens(company, title="Waits")
    webhooks.change(
        company.root_user, webhook, name="mes", url=receiver.url, kinds=["site.*"], enabled=False
    )
    happens(company, title="Unheard")
    assert (Delivery.objects.count(), deliveries.deliver_due()) == (1, 0)
    assert receiver.calls == []


def test_a_receiver_in_trouble_is_left_alone_and_asked_again_in_order(
    company: Company, receiver: Receiver
) -> None:
    listening(company, receiver)
    receiver.answers = [(503, b"later"), (200, b"")]
    for title in ("One", "Two"):
        happens(company, title=title)
    assert deliveries.deliver_due() == 1
    webhook = Webhook.objects.get()
    assert webhook.failures == 1
    assert webhook.rests_until is not None
    assert webhook.rests_until > timezone.now()
    assert deliveries.deliver_due() == 0
    later()
    assert deliveries.deliver_due() == 2
    one, two = Event.objects.filter(kind="site.changed").order_by("pk")
    assert [body["event"]["id"] for body in receiver.bodies] == [one.pk, one.pk, two.pk]
    assert receiver.bodies[0]["delivery"] == receiver.bodies[1]["delivery"]
    rested = Webhook.objects.filter(failures=0, rests_until=None, lease=None)
    assert rested.get() == webhook


def test_an_answer_that_refuses_one_holds_up_that_one_only(
    company: Company, receiver: Receiver
) -> None:
    listening(company, receiver)
    receiver.answers = [(422, b"no such thing"), (200, b"")]
    for title in ("One", "Two"):
        happens(company, title=title)
    assert deliveries.deliver_due() == 2
    first, second = Delivery.objects.order_by("pk")
    assert (first.state, second.state) == ("Waiting", "Delivered")
    assert first.tries.get().code == "answer-refuses"
    later()
    deliveries.deliver_due()
    first.refresh_from_db()
    assert (first.state, first.attempts) == ("Delivered", 2)


def test_a_delivery_is_given_up_after_a_day(company: Company, receiver: Receiver) -> None:
    listening(company, receiver)
    receiver.answers = [(500, b"")]
    happens(company)
    deliveries.deliver_due()
    later(hours=25)
    deliveries.deliver_due()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.next_attempt_at) == ("GivenUp", 2, None)
    assert delivery.finished_at is not None
    receiver.answers = [(200, b"")]
    webhooks.redeliver(company.root_user, delivery)
    deliveries.deliver_due()
    again, first = Delivery.objects.all()
    assert (again.state, first.state) == ("Delivered", "GivenUp")
    assert again.event == first.event


def test_pauses_grow_to_an_hour_and_differ() -> None:
    pauses = [deliveries._pause(failures) for failures in range(1, 30)]
    limits = [timedelta(seconds=min(10 * 2 ** (n - 1), 3600)) for n in range(1, 30)]
    assert all(limit / 2 <= pause <= limit for pause, limit in zip(pauses, limits, strict=True))
    assert len({deliveries._pause(1) for _ in range(10)}) > 1


@pytest.fixture
def dead() -> str:
    """An address that nobody answers at any more."""
    gone = receiving()
    gone.server.shutdown()
    gone.server.server_close()
    return gone.url


def test_a_dead_receiver_does_not_hold_up_others(
    company: Company, receiver: Receiver, dead: str
) -> None:
    webhook = listening(company, receiver, name="dead").webhook
    Webhook.objects.filter(pk=webhook.pk).update(url=dead)
    listening(company, receiver, name="alive")
    for number in range(5):
        happens(company, title=f"Alpha {number}")
    assert deliveries.deliver_due() == 6
    assert len(receiver.calls) == 5
    tried = DeliveryAttempt.objects.get(delivery__webhook=webhook)
    assert (tried.status, tried.code) == (None, "no-connection")


def test_one_worker_at_a_time_calls_a_webhook(company: Company, receiver: Receiver) -> None:
    webhook = listening(company, receiver).webhook
    happens(company)
    call = deliveries._claim(webhook.pk)
    assert call is not None
    assert (deliveries._claim(webhook.pk), deliveries.deliver_due()) == (None, 0)
    Webhook.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert deliveries.deliver_due() == 1
    # The worker that was thought dead comes back: nothing is told twice as done.
    deliveries._note(call, posting.post(call.request))
    assert Delivery.objects.get().state == "Delivered"
    assert Delivery.objects.get().attempts == 1


def test_a_webhook_is_told_only_what_its_owner_sees(company: Company, receiver: Receiver) -> None:
    alpha = company.factories["alpha"]
    iris = company.person("iris", "admin", alpha)
    webhooks.create(iris, alpha, name="hers", url=receiver.url, kinds=["site.changed"])
    RoleAssignment.objects.all().delete()
    grants.give("onboarding-admin", iris, alpha)
    happens(company)
    assert deliveries.deliver_due() == 0
    assert (Delivery.objects.get().state, receiver.calls) == ("Withheld", [])


def test_no_value_and_no_log_is_told(company: Company, receiver: Receiver) -> None:
    listening(company, receiver, "*")
    node, canary = company.lines["alpha-1"].node, "canary-4711"
    told = {
        "message": canary,
        "log_tail": canary,
        "value": canary,
        "code": "exit",
        "phase": "apply",
    }
    events.record("deployment.failed", node, node, None, outcome="failed", **told)
    deliveries.deliver_due()
    ((_, body),) = receiver.calls
    assert canary.encode() not in body
    assert json.loads(body)["event"]["params"] == {"code": "exit", "phase": "apply"}


def test_an_echoed_secret_is_not_kept(company: Company, receiver: Receiver) -> None:
    secret = listening(company, receiver).secret
    receiver.answers = [(400, f"bad signature for {secret}\x00".encode())]
    happens(company)
    deliveries.deliver_due()
    assert (
        DeliveryAttempt.objects.get().excerpt
        == "bad signature for [secret]\N{REPLACEMENT CHARACTER}"
    )


def test_a_test_is_sent_also_to_one_that_is_switched_off(
    company: Company, receiver: Receiver
) -> None:
    made = webhooks.create(
        company.root_user, contexts.root_of(company.context), name="new", url=receiver.url,
        kinds=["*"], enabled=False,
    )  # fmt: skip
    webhooks.send_test(company.root_user, made.webhook)
    assert deliveries.deliver_due() == 1
    assert receiver.bodies[0]["test"] is True
    assert receiver.kinds == ["webhook.test"]


def test_the_log_is_kept_for_a_month(company: Company, receiver: Receiver) -> None:
    listening(company, receiver)
    happens(company)
    deliveries.deliver_due()
    deliveries.tidy()
    assert Delivery.objects.count() == 1
    Delivery.objects.update(finished_at=timezone.now() - timedelta(days=31))
    deliveries.tidy()
    assert (Delivery.objects.count(), Event.objects.filter(kind="site.changed").count()) == (0, 1)


def test_secrets_of_webhooks_follow_a_new_key(
    company: Company, receiver: Receiver, settings: Settings
) -> None:
    secret = listening(company, receiver).secret
    before = Webhook.objects.get().key_id
    new = Fernet.generate_key().decode()
    settings.SITEWRIGHT_SECRET_KEYS = [new, *settings.SITEWRIGHT_SECRET_KEYS]
    assert rotation.rotate() == 1
    settings.SITEWRIGHT_SECRET_KEYS = [new]
    webhook = Webhook.objects.get()
    assert webhook.key_id != before
    assert vault.decrypt(webhook) == secret
