"""Webhooks, their log and validations on the admin site."""

import pytest
from django.test import Client

from orchestration.models import Delivery, SolutionInstance, SolutionTemplate, Validation, Webhook
from orchestration.services import deliveries, publishing, validations, vault, webhooks
from tests.integration.admin.conftest import SignIn, page_of
from tests.integration.conftest import Company
from tests.integration.webhooks.conftest import Receiver, receiver

__all__ = ["receiver"]
PUBLIC = "https://hooks.example/mes"


def form(company: Company, **more: object) -> dict[str, object]:
    place = company.factories["alpha"].pk
    kinds = "deployment.*\nsite.changed"
    return {"node": place, "name": "mes", "url": PUBLIC, "kinds": kinds, "enabled": "on", **more}


def test_a_webhook_is_set_up_and_its_secret_shown_once(company: Company, root: Client) -> None:
    page = root.post(page_of(Webhook, "add"), form(company))
    webhook = Webhook.objects.get()
    secret = str(vault.decrypt(webhook))
    assert secret in page.content.decode()
    assert webhook.kinds == ["deployment.*", "site.changed"]
    shown = [root.get(page_of(Webhook)), root.get(page_of(Webhook, "change", webhook.pk))]
    assert all(secret not in one.content.decode() for one in shown)
    assert "site.changed" in shown[1].content.decode()
    asked = root.get(page_of(Webhook, "renew_secret", webhook.pk))
    assert secret not in asked.content.decode()
    renewed = root.post(page_of(Webhook, "renew_secret", webhook.pk))
    webhook.refresh_from_db()
    assert str(vault.decrypt(webhook)) in renewed.content.decode()
    assert str(vault.decrypt(webhook)) != secret


def test_a_webhook_is_changed_and_taken_away(company: Company, root: Client) -> None:
    root.post(page_of(Webhook, "add"), form(company))
    webhook = Webhook.objects.get()
    change = page_of(Webhook, "change", webhook.pk)
    assert root.post(change, {"name": "erp", "url": PUBLIC, "kinds": "*"}).status_code == 302
    webhook.refresh_from_db()
    assert (webhook.name, webhook.kinds, webhook.enabled) == ("erp", ["*"], False)
    root.post(page_of(Webhook, "delete", webhook.pk), {"post": "yes"})
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kinds": "deploymnt.*"}, "There is no such kind of event: deploymnt.*"),
        ({"url": "http://10.0.0.1/"}, "10.0.0.1 is not a public address"),
        ({"url": "mes"}, "Give an address that begins with https://"),
    ],
)
def test_what_cannot_be_used_is_said(
    company: Company, root: Client, wrong: dict[str, object], said: str
) -> None:
    page = root.post(page_of(Webhook, "add"), form(company, **wrong))
    assert said in page.content.decode()
    assert not Webhook.objects.exists()


def test_a_test_goes_out_and_its_log_is_shown(
    company: Company, root: Client, receiver: Receiver
) -> None:
    root.post(page_of(Webhook, "add"), form(company, url=receiver.url))
    webhook = Webhook.objects.get()
    assert root.post(page_of(Webhook, "test", webhook.pk)).status_code == 302
    receiver.answers = [(410, b"<b>gone</b>")]
    deliveries.deliver_due()
    log = root.get(page_of(Delivery), {"webhook": webhook.pk}).content.decode()
    assert "webhook.test" in log
    assert "Given up" in log
    delivery = Delivery.objects.get(event=None)
    entry = root.get(page_of(Delivery, "change", delivery.pk)).content.decode()
    assert "410 It answered that it does not take it." in entry
    assert "&lt;b&gt;gone&lt;/b&gt;" in entry
    assert root.post(page_of(Delivery, "redeliver", delivery.pk)).status_code == 302
    assert Delivery.objects.filter(event=None).count() == 2


def test_another_factorys_webhook_is_not_there(
    company: Company, root: Client, sign_in: SignIn
) -> None:
    root.post(page_of(Webhook, "add"), form(company))
    webhook = Webhook.objects.get()
    webhooks.send_test(company.root_user, webhook)
    berta = sign_in("berta", "admin", company.factories["beta"])
    assert "mes" not in berta.get(page_of(Webhook)).content.decode().split("changelist-form")[-1]
    for url in (
        page_of(Webhook, "change", webhook.pk),
        page_of(Webhook, "test", webhook.pk),
        page_of(Webhook, "renew_secret", webhook.pk),
        page_of(Delivery, "change", Delivery.objects.latest("pk").pk),
        page_of(Delivery, "redeliver", Delivery.objects.latest("pk").pk),
    ):
        assert berta.get(url).status_code == 404
        assert berta.post(url).status_code == 404
    answer = berta.post(page_of(Webhook, "add"), form(company, name="hers"))
    assert answer.status_code == 200
    assert Webhook.objects.count() == 1


def test_validations_are_called_off_and_asked_again(company: Company, root: Client) -> None:
    version = company.solution()
    page = page_of(SolutionTemplate, "validation", version.template_id)
    assert root.post(page, {"required": "on", "hours": 3}).status_code == 302
    publishing.publish(company.root_user, version, [company.lines["alpha-1"]])
    asked = Validation.objects.get()
    assert "Waiting for an answer" in root.get(page_of(Validation)).content.decode()
    assert root.post(page_of(Validation, "call_off", asked.pk)).status_code == 302
    assert root.post(page_of(Validation, "ask_again", asked.pk)).status_code == 302
    again = Validation.objects.get(state="Pending")
    errors = [{
        "code": "too-hot", "message": "85 is above 80",
        "additionalInfo": [{"type": "x", "info": {"level": "Warning", "message": "at most 80"}}],
    }]  # fmt: skip
    validations.answer(company.root_user, again, valid=False, errors=errors)
    shown = root.get(page_of(Validation, "change", again.pk)).content.decode()
    assert "too-hot: 85 is above 80" in shown
    assert "Warning: at most 80" in shown


def test_a_version_is_withdrawn_with_its_lines_listed_and_reinstated(
    company: Company, root: Client, sign_in: SignIn
) -> None:
    old, new = company.solution(), company.solution(version="1.1.0")
    revision = company.revision("alpha-1", old)
    SolutionInstance.objects.update(current=revision)
    page = page_of(SolutionTemplate, "withdraw", old.template_id)
    body = {"version": old.pk, "reason": "It leaks.", "replacement": new.pk}
    assert sign_in("vera", "solution-viewer").post(page, body).status_code == 403
    assert root.post(page, {**body, "reason": ""}).status_code == 200
    assert root.post(page, body).status_code == 302
    shown = root.get(page_of(SolutionTemplate, "change", old.template_id)).content.decode()
    for words in ("Withdrawn", "It leaks. Use 1.1.0.", "Still there: alpha-1"):
        assert words in shown
    back = page_of(SolutionTemplate, "reinstate", old.template_id)
    assert root.post(back, {"version": old.pk}).status_code == 302
    shown = root.get(page_of(SolutionTemplate, "change", old.template_id)).content.decode()
    assert "It leaks." not in shown
