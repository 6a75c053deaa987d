"""A POST that is sent again does its work once."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from orchestration.models import EnrolmentToken, Event, KeptAnswer, Node, Rollout
from orchestration.services import idempotency, sweep
from orchestration.services.errors import Stale
from portal.api import idempotency as door
from portal.api.idempotency import REPLAYED
from rbac import grants
from rbac.models import User
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company

KEY = "4f0c1e9a-first"


def site(company: Company, name: str = "gary") -> dict[str, Any]:
    return {"parent": Node.objects.get(name="west").pk, "name": name}


def test_the_same_call_again_gets_the_same_answer(company: Company) -> None:
    api = Api(company.root_user)
    first = api.post("nodes/", site(company), idempotency_key=KEY)
    again = api.post("nodes/", site(company), idempotency_key=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert REPLAYED not in first
    assert again[REPLAYED] == "true"
    assert Node.objects.filter(name="gary").count() == 1
    assert Event.objects.filter(kind="site.created", object_name="gary").count() == 1


def test_the_order_of_keys_in_a_body_means_nothing(company: Company) -> None:
    api = Api(company.root_user)
    body = site(company)
    api.post("nodes/", body, idempotency_key=KEY)
    again = api.post("nodes/", dict(reversed(body.items())), idempotency_key=KEY)
    assert again[REPLAYED] == "true"


def test_a_key_belongs_to_one_call(company: Company) -> None:
    api = Api(company.root_user)
    api.post("nodes/", site(company), idempotency_key=KEY)
    other = api.post("nodes/", site(company, "hammond"), idempotency_key=KEY)
    assert said(other) == (422, "idempotency-key-reused")
    elsewhere = api.post("bulk/review/", site(company), idempotency_key=KEY)
    assert said(elsewhere) == (422, "idempotency-key-reused")
    assert not Node.objects.filter(name="hammond").exists()


def test_each_person_has_keys_of_their_own(company: Company) -> None:
    Api(company.root_user).post("nodes/", site(company), idempotency_key=KEY)
    admin = Api(company.person("ada", "admin"))
    assert said(admin.post("nodes/", site(company), idempotency_key=KEY)) == (422, "name-taken")


def test_what_was_refused_may_be_tried_again(company: Company) -> None:
    ada = company.person("ada", "configuration-viewer")
    assert said(Api(ada).post("nodes/", site(company), idempotency_key=KEY))[0] == 403
    company.person("ada", "admin")
    assert Api(ada).post("nodes/", site(company), idempotency_key=KEY).status_code == 201
    wrong = Api(ada).post("nodes/", {"name": "x"}, idempotency_key="second")
    assert said(wrong) == (400, "invalid")
    assert KeptAnswer.objects.count() == 1


def test_a_call_that_goes_on_is_not_begun_twice(company: Company) -> None:
    api = Api(company.root_user)
    api.post("nodes/", site(company), idempotency_key=KEY)
    KeptAnswer.objects.update(answered_at=None, status=None, ciphertext="")
    busy = api.post("nodes/", site(company), idempotency_key=KEY)
    assert said(busy) == (409, "idempotency-key-busy")
    # The process died, and with it its transaction.
    Node.objects.filter(name="gary").delete()
    KeptAnswer.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert api.post("nodes/", site(company), idempotency_key=KEY).status_code == 201


def test_work_that_took_too_long_is_undone_when_another_took_over(company: Company) -> None:
    call = idempotency.Call(company.root_user, KEY, "f", "s")
    slow = idempotency.begin(call)
    assert isinstance(slow, idempotency.Ticket)
    KeptAnswer.objects.update(claimed_until=timezone.now())
    fast = idempotency.begin(call)
    assert isinstance(fast, idempotency.Ticket)
    idempotency.end(fast, idempotency.Answer(201, {}))
    with pytest.raises(Stale):
        idempotency.end(slow, idempotency.Answer(201, {}))
    idempotency.give_up(slow)
    assert isinstance(idempotency.begin(call), idempotency.Answer)


def test_a_secret_that_is_shown_once_is_not_shown_twice(company: Company) -> None:
    api = Api(company.root_user)
    body = {"node": company.factories["alpha"].pk}
    first = api.post("enrolment-tokens/", body, idempotency_key=KEY)
    again = api.post("enrolment-tokens/", body, idempotency_key=KEY)
    assert said(again) == (409, "idempotency-done")
    assert EnrolmentToken.objects.count() == 1
    row = KeptAnswer.objects.get()
    assert row.ciphertext == ""
    rows = json.dumps(list(KeptAnswer.objects.values()), default=str)
    assert first.json()["secret"] not in rows


def test_kept_answers_are_not_readable_in_the_database(company: Company) -> None:
    api = Api(company.root_user)
    body = {"username": "nina", "password": "a-long-one-for-nina-9"}
    assert api.post("users/", body, idempotency_key=KEY).status_code == 201
    rows = json.dumps(list(KeptAnswer.objects.values()), default=str)
    assert "nina" not in rows
    assert api.post("users/", body, idempotency_key=KEY)[REPLAYED] == "true"
    other = body | {"password": "another-one-for-nina-9"}
    assert said(api.post("users/", other, idempotency_key=KEY))[0] == 422


def test_an_answer_is_not_repeated_to_who_has_other_rights_by_now(company: Company) -> None:
    ada = company.person("ada", "admin")
    made = Api(ada).post("nodes/", site(company), idempotency_key=KEY)
    assert made.status_code == 201
    grants.take(ada.role_assignments.get())
    again = Api(User.objects.get(pk=ada.pk)).post("nodes/", site(company), idempotency_key=KEY)
    assert said(again) == (409, "idempotency-done")
    assert "gary" not in again.content.decode()


def test_where_to_follow_long_work_is_said_again(company: Company) -> None:
    api = Api(company.root_user)
    version = company.solution()
    body = {"version": version.pk, "targets": ["alpha-1"]}
    first = api.post("bulk/review/", body, idempotency_key=KEY)
    again = api.post("bulk/review/", body, idempotency_key=KEY)
    assert again.status_code == 202
    assert again["Location"] == first["Location"]


def test_work_is_started_once(company: Company) -> None:
    api = Api(company.root_user)
    body = {"revisions": [company.revision("alpha-1", company.solution()).pk]}
    first = api.post("rollouts/deploy/", body, idempotency_key=KEY)
    again = api.post("rollouts/deploy/", body, idempotency_key=KEY)
    assert again.json()["id"] == first.json()["id"]
    assert Rollout.objects.count() == 1


def test_files_count_by_what_is_in_them(company: Company) -> None:
    client = APIClient()
    client.force_authenticate(company.root_user)

    def load(text: str) -> Any:
        file = SimpleUploadedFile("oven.yaml", text.encode())
        body = {"context": company.context.pk, "schema": file}
        return client.post("/api/v1/imports/", body, headers={"idempotency-key": KEY})

    text = "name: oven\nversion: 1.0.0\nrules: {configs: {A: {type: int}}}\n"
    first = load(text)
    assert first.status_code == 201, first.json()
    assert load(text)[REPLAYED] == "true"
    assert said(load(text + "# more\n")) == (422, "idempotency-key-reused")


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "ü"])
def test_a_key_must_be_one(company: Company, key: str) -> None:
    answer = Api(company.root_user).post("nodes/", site(company), idempotency_key=key)
    assert (said(answer), keys(answer)) == ((400, "invalid"), ["Idempotency-Key"])
    assert not Node.objects.filter(name="gary").exists()


def test_what_only_reads_keeps_nothing(company: Company) -> None:
    body = {"version": company.solution().pk, "targets": [company.lines["alpha-1"].pk]}
    assert Api(company.root_user).post("review/", body, idempotency_key=KEY).status_code == 200
    assert not KeptAnswer.objects.exists()


def test_a_large_answer_is_not_kept(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "LARGEST", 10)
    api = Api(company.root_user)
    api.post("nodes/", site(company), idempotency_key=KEY)
    again = api.post("nodes/", site(company), idempotency_key=KEY)
    assert said(again) == (409, "idempotency-done")
    assert Node.objects.filter(name="gary").count() == 1


def test_after_a_day_a_key_is_new(company: Company) -> None:
    api = Api(company.root_user)
    api.post("nodes/", site(company), idempotency_key=KEY)
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    other = api.post("nodes/", site(company, "hammond"), idempotency_key=KEY)
    assert other.status_code == 201
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    sweep.run()
    assert not KeptAnswer.objects.exists()
