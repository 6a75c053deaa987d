"""External validation over REST: asked by webhook, answered at the callback, seen by all."""

import uuid
from typing import Any

import pytest

from orchestration.models import (
    Delivery,
    SolutionTemplateVersion,
    SolutionVersion,
    Validation,
)
from orchestration.services import catalog, configuration, deliveries, validations, webhooks
from orchestration.services.publishing import publish
from tests.integration.api.conftest import Api, keys, said
from tests.integration.conftest import Company
from tests.integration.webhooks.conftest import Receiver, receiver

__all__ = ["receiver"]
CANARY = "canary-4711"
TEMPLATE = """
schema:
  rules:
    configs:
      Temperature: {type: int, required: true, editableBy: [OT]}
      Password: {type: string, secret: true, editableBy: [OT]}
configs:
  Temperature: ${{$val(Temperature)}}
  Password: ${{$val(Password)}}
"""
ERROR = {
    "code": "too-hot",
    "message": "85 is above 80",
    "target": "Temperature",
    "additionalInfo": [{"type": "limit", "info": {"level": "Warning", "message": "at most 80"}}],
}


@pytest.fixture
def version(company: Company) -> SolutionTemplateVersion:
    source = catalog.SolutionSource(name="oven", version="1.0.0", config_text=TEMPLATE)
    made = catalog.create_solution_version(company.root_user, company.context, source)
    validations.configure(company.root_user, made.template, required=True, hours=1)
    line = company.lines["alpha-1"].node
    values = {"Temperature": 85, "Password": CANARY}
    configuration.save(company.root_user, made, [configuration.Edit(line, values, 0)])
    return made


def published(company: Company, version: SolutionTemplateVersion) -> SolutionVersion:
    (one,) = publish(company.root_user, version, [company.lines["alpha-1"]])
    assert one.revision is not None, one.problems
    return one.revision


def validator(company: Company) -> Api:
    return Api(company.person("eve", "external-validator", company.factories["alpha"]))


def listen(company: Company, receiver: Receiver, *kinds: str, role: str = "admin") -> None:
    alpha = company.factories["alpha"]
    by = company.person("iris", "admin", alpha)
    webhooks.create(by, alpha, name="validator", url=receiver.url, kinds=kinds)
    Delivery.objects.all().delete()


def test_the_question_goes_out_masked_and_its_answer_comes_in(
    company: Company, version: SolutionTemplateVersion, receiver: Receiver
) -> None:
    listen(company, receiver, "validation.requested")
    revision = published(company, version)
    deliveries.deliver_due()
    (told,) = receiver.bodies
    asked = told["validation"]
    assert asked["configuration"]["Temperature"] == 85
    assert asked["configuration"]["Password"] is not None
    assert CANARY not in str(told)
    assert asked["revision"] == {
        "id": revision.pk, "label": "1.0.0.1", "digest": revision.digest,
    }  # fmt: skip
    assert asked["callback"] == f"/api/v1/validations/{asked['id']}/"
    api, path = validator(company), f"validations/{asked['id']}/"
    shown = api.get(path).json()
    assert (shown["state"], shown["configuration"]["Temperature"]) == ("Pending", 85)
    assert CANARY not in str(shown)
    answer = api.post(path, {"status": "Invalid", "errors": [ERROR]})
    assert (answer.status_code, answer.json()["state"]) == (200, "Invalid")
    assert answer.json()["answered_by"] == "eve"
    assert said(api.post(path, {"status": "Valid"})) == (409, "validation-over")
    seen = Api(company.root_user).get(f"revisions/{revision.pk}/").json()
    assert seen["state"] == "ExternalValidationFailed"
    assert seen["validation"]["errors"] == [ERROR]
    refused = Api(company.root_user).post("rollouts/deploy/", {"revisions": [revision.pk]})
    assert said(refused) == (409, "not-deployable")


def test_others_hear_that_it_waits_and_no_more(
    company: Company, version: SolutionTemplateVersion, receiver: Receiver
) -> None:
    listen(company, receiver, "*")
    published(company, version)
    deliveries.deliver_due()
    bodies = {body["kind"]: body for body in receiver.bodies}
    assert "validation.requested" in bodies
    assert all("validation" not in body for body in receiver.bodies)
    assert str(Validation.objects.get().uid) not in str(receiver.bodies)


def test_it_is_asked_again_and_called_off(
    company: Company, version: SolutionTemplateVersion
) -> None:
    revision = published(company, version)
    api = Api(company.person("anna", "configuration-author"))
    first = Validation.objects.get()
    assert said(api.post(f"revisions/{revision.pk}/validate/")) == (409, "not-from-here")
    assert api.post(f"validations/{first.uid}/cancel/").json()["state"] == "Cancelled"
    again = api.post(f"revisions/{revision.pk}/validate/")
    assert (again.status_code, again.json()["state"]) == (201, "Pending")
    assert again.json()["id"] != str(first.uid)
    listed = api.get("validations/", state="Pending", solution=version.template_id).json()
    assert [one["id"] for one in listed["results"]] == [again.json()["id"]]
    assert validator(company).post(
        f"validations/{again.json()['id']}/", {"status": "Valid"}
    ).json()["state"] == "Valid"  # fmt: skip
    assert SolutionVersion.objects.get().state == "ReadyToDeploy"


@pytest.mark.parametrize(
    ("body", "expected", "wrong"),
    [
        ({}, (400, "invalid"), ["status"]),
        ({"status": "Perhaps"}, (400, "invalid"), ["status"]),
        ({"status": "Valid", "more": 1}, (400, "invalid"), ["more"]),
        ({"status": "Invalid", "errors": [{"code": "x"}]}, (400, "invalid"), ["errors.0.message"]),
        ({"status": "Invalid", "errors": [{**ERROR, "x": 1}]}, (400, "invalid"), ["errors.0.x"]),
        ({"status": "Invalid", "errors": [ERROR] * 101}, (400, "invalid"), ["errors"]),
        ({"status": "Invalid"}, (422, "errors-unusable"), []),
        ({"status": "Valid", "errors": [ERROR]}, (422, "errors-unusable"), []),
    ],
)
def test_what_is_no_answer(
    company: Company,
    version: SolutionTemplateVersion,
    body: dict[str, Any],
    expected: tuple[int, str],
    wrong: list[str],
) -> None:
    published(company, version)
    answer = validator(company).post(f"validations/{Validation.objects.get().uid}/", body)
    assert said(answer) == expected
    if wrong:
        assert keys(answer) == wrong
    assert Validation.objects.get().state == "Pending"


def test_rights_and_strangers(company: Company, version: SolutionTemplateVersion) -> None:
    revision = published(company, version)
    path = f"validations/{Validation.objects.get().uid}/"
    stranger = Api(company.person("ben", "external-validator", company.factories["beta"]))
    absent = said(stranger.post(f"validations/{uuid.uuid4()}/", {"status": "Valid"}))
    for answer in (
        stranger.get(path),
        stranger.post(path, {"status": "Valid"}),
        stranger.post(f"{path}cancel/"),
        stranger.post(f"revisions/{revision.pk}/validate/"),
    ):
        assert said(answer) == absent == (404, "not-found")
    assert stranger.get("validations/").json()["results"] == []
    viewer = Api(company.person("vera", "configuration-viewer"))
    assert said(viewer.post(path, {"status": "Valid"})) == (403, "right-missing")
    assert said(viewer.post(f"{path}cancel/")) == (403, "right-missing")
    assert said(validator(company).post(f"{path}cancel/")) == (403, "right-missing")
    assert Validation.objects.get().state == "Pending"


def test_a_solution_says_whether_it_is_validated(
    company: Company, version: SolutionTemplateVersion
) -> None:
    path = f"solutions/{version.template_id}/validation/"
    author = Api(company.person("sol", "solution-author"))
    assert author.get(path).json() == {"required": True, "hours": 1}
    assert author.put(path, {"required": False}).json() == {"required": False, "hours": 24}
    assert said(author.put(path, {"required": True, "hours": 0})) == (400, "invalid")
    viewer = Api(company.person("vera", "solution-viewer"))
    assert said(viewer.put(path, {"required": True})) == (403, "right-missing")
    assert published(company, version).state == "ReadyToDeploy"


def test_a_version_is_withdrawn_and_reinstated(company: Company) -> None:
    old, new = company.solution(), company.solution(version="1.1.0")
    revision = company.revision("alpha-1", old)
    revision.instance.current = revision
    revision.instance.save()
    author, path = Api(company.person("sol", "solution-author")), f"solution-versions/{old.pk}/"
    assert author.get(path).json()["withdrawn"] is None
    done = author.post(f"{path}withdraw/", {"reason": "It leaks.", "replacement": new.pk})
    told = done.json()["withdrawn"]
    assert (told["reason"], told["replacement"], told["by"]) == ("It leaks.", new.pk, "sol")
    root = Api(company.root_user)
    target = company.lines["alpha-1"].pk
    refused = root.post("publish/", {"version": old.pk, "targets": [target]})
    assert said(refused) == (409, "version-replaced")
    assert "Use 1.1.0 instead" in refused.json()["detail"]
    refused = root.post("rollouts/deploy/", {"revisions": [revision.pk]})
    assert said(refused) == (409, "version-replaced")
    (running,) = root.get(f"{path}running/").json()
    assert running["target"]["id"] == target
    viewer = Api(company.person("vera", "solution-viewer"))
    assert said(viewer.post(f"{path}reinstate/")) == (403, "right-missing")
    assert viewer.get(f"{path}running/").json() == []
    assert author.post(f"{path}reinstate/").json()["withdrawn"] is None
    assert said(author.post(f"{path}reinstate/")) == (409, "not-withdrawn")
    assert said(author.post(f"{path}withdraw/", {"reason": " "})) == (400, "invalid")
    assert root.post("publish/", {"version": old.pk, "targets": [target]}).status_code == 200
    stranger = Api(company.person("ben", "deployment-viewer"))
    assert said(stranger.post(f"{path}withdraw/", {"reason": "x"})) == (404, "not-found")
