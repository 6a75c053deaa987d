"""Another system has to agree before a revision may be deployed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from orchestration.models import (
    Deployment,
    Event,
    SolutionInstance,
    SolutionTemplateVersion,
    SolutionVersion,
    Validation,
)
from orchestration.queries import possible
from orchestration.queries.solutions import having, word_of
from orchestration.services import (
    contexts,
    dispatch,
    publishing,
    rollouts,
    validations,
    withdrawing,
)
from orchestration.services.errors import Invalid, Refused
from orchestration.services.publishing import Outcome
from orchestration.states import DeploymentState
from rbac.access import Denied
from tests.integration.conftest import Company
from tests.integration.services.sharing import Sharing

ERRORS = [{"code": "too-hot", "message": "85 is above 80", "target": "Temperature"}]


@pytest.fixture
def version(company: Company) -> SolutionTemplateVersion:
    made = company.solution()
    validations.configure(company.root_user, made.template, required=True, hours=2)
    return made


def published(company: Company, version: SolutionTemplateVersion) -> SolutionVersion:
    line = company.lines["alpha-1"]
    (one,) = publishing.publish(company.root_user, version, [line])
    assert one.revision is not None
    return SolutionVersion.objects.get(pk=one.revision.pk)


def state_of(revision: SolutionVersion) -> tuple[str, str]:
    revision.refresh_from_db()
    return revision.state, word_of(SolutionInstance.objects.get()).label


def test_a_revision_waits_until_it_is_found_valid(
    company: Company, version: SolutionTemplateVersion
) -> None:
    revision = published(company, version)
    assert state_of(revision) == ("PendingExternalValidation", "Publish in progress")
    with pytest.raises(Refused, match="not-deployable"):
        rollouts.deploy(company.root_user, [revision])
    verdict = possible.deploy(company.root_user, revision.instance, revision)
    assert (verdict.code, verdict.params) == ("validation-pending", {"revision": "1.0.0.1"})
    asked = Validation.objects.get()
    assert asked.due_at - asked.requested_at == pytest.approx(
        timedelta(hours=2), abs=timedelta(minutes=1)
    )
    eve = company.person("eve", "external-validator", company.factories["alpha"])
    validations.answer(eve, asked, valid=True)
    assert state_of(revision) == ("ReadyToDeploy", "Publish completed")
    assert possible.deploy(company.root_user, revision.instance, revision)
    rollouts.deploy(company.root_user, [revision])
    kinds = list(Event.objects.filter(kind__startswith="validation.").values_list("kind", "actor"))
    assert kinds == [("validation.passed", "eve"), ("validation.requested", "root")]


def test_what_is_not_valid_keeps_its_errors_and_cannot_be_deployed(
    company: Company, version: SolutionTemplateVersion
) -> None:
    revision = published(company, version)
    asked = validations.answer(
        company.root_user, Validation.objects.get(), valid=False, errors=ERRORS
    )
    asked.refresh_from_db()
    assert (asked.state, asked.errors) == ("Invalid", ERRORS)
    assert state_of(revision) == ("ExternalValidationFailed", "Publish failed")
    with pytest.raises(Refused, match="not-deployable"):
        rollouts.deploy(company.root_user, [revision])
    again = validations.ask_again(company.root_user, revision)
    assert again.uid != asked.uid
    assert state_of(revision) == ("PendingExternalValidation", "Publish in progress")
    validations.answer(company.root_user, again, valid=True)
    assert state_of(revision) == ("ReadyToDeploy", "Publish completed")


def test_an_answer_counts_once(company: Company, version: SolutionTemplateVersion) -> None:
    revision = published(company, version)
    one, two = Validation.objects.get(), Validation.objects.get()
    validations.answer(company.root_user, one, valid=False, errors=ERRORS)
    for late in (
        lambda: validations.answer(company.root_user, two, valid=True),
        lambda: validations.cancel(company.root_user, two),
    ):
        with pytest.raises(Refused, match="validation-over"):
            late()
    assert state_of(revision)[0] == "ExternalValidationFailed"
    validations.ask_again(company.root_user, revision)
    with pytest.raises(Refused, match="validation-over"):
        validations.answer(company.root_user, two, valid=True)
    with pytest.raises(Refused, match="not-from-here"):
        validations.ask_again(company.root_user, revision)


@pytest.mark.parametrize(("valid", "errors"), [(True, ERRORS), (False, []), (False, ERRORS * 101)])
def test_an_answer_says_why_and_only_then(
    company: Company,
    version: SolutionTemplateVersion,
    errors: list[dict[str, Any]],
    *,
    valid: bool,
) -> None:
    published(company, version)
    asked = Validation.objects.get()
    with pytest.raises(Invalid, match="errors-unusable"):
        validations.answer(company.root_user, asked, valid=valid, errors=errors)
    assert Validation.objects.get().state == "Pending"


def test_without_an_answer_it_fails_in_time(
    company: Company, version: SolutionTemplateVersion
) -> None:
    revision = published(company, version)
    assert validations.time_out_due() == 0
    Validation.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert validations.time_out_due() == 1
    assert Validation.objects.get().state == "TimedOut"
    assert state_of(revision) == ("ExternalValidationFailed", "Publish failed")
    assert Event.objects.filter(kind="validation.timed-out", actor="Sitewright").exists()


def test_it_can_be_called_off(company: Company, version: SolutionTemplateVersion) -> None:
    revision = published(company, version)
    validations.cancel(company.root_user, Validation.objects.get())
    assert Validation.objects.get().state == "Cancelled"
    assert state_of(revision) == ("ExternalValidationFailed", "Publish failed")
    publishing.delete(company.root_user, revision)
    assert state_of(revision) == ("Deleted", "Publish completed")


def test_deleting_a_revision_closes_its_question(
    company: Company, version: SolutionTemplateVersion
) -> None:
    revision = published(company, version)
    publishing.delete(company.root_user, revision)
    assert Validation.objects.get().state == "Cancelled"
    with pytest.raises(Refused, match="validation-over"):
        validations.answer(company.root_user, Validation.objects.get(), valid=True)
    assert state_of(revision)[0] == "Deleted"


def test_publishing_the_same_again_asks_nothing_new(
    company: Company, version: SolutionTemplateVersion
) -> None:
    published(company, version)
    (again,) = publishing.publish(company.root_user, version, [company.lines["alpha-1"]])
    assert (again.outcome, Validation.objects.count()) == (Outcome.UNCHANGED, 1)
    validations.answer(company.root_user, Validation.objects.get(), valid=False, errors=ERRORS)
    (next_one,) = publishing.publish(company.root_user, version, [company.lines["alpha-1"]])
    assert next_one.outcome is Outcome.PUBLISHED
    assert str(next_one.revision) == "1.0.0.2"
    assert Validation.objects.filter(state="Pending").count() == 1


def test_lists_find_copies_by_these_words(
    company: Company, version: SolutionTemplateVersion
) -> None:
    published(company, version)
    word = word_of(SolutionInstance.objects.get())
    assert SolutionInstance.objects.filter(having(word)).count() == 1
    validations.cancel(company.root_user, Validation.objects.get())
    assert SolutionInstance.objects.filter(having(word)).count() == 0
    failed = word_of(SolutionInstance.objects.get())
    assert (failed.severity, SolutionInstance.objects.filter(having(failed)).count()) == (
        "danger",
        1,
    )


def test_a_publish_without_validation_overtakes_what_failed(
    company: Company, version: SolutionTemplateVersion
) -> None:
    published(company, version)
    validations.cancel(company.root_user, Validation.objects.get())
    validations.configure(company.root_user, version.template, required=False, hours=2)
    second = published(company, version)
    assert state_of(second) == ("ReadyToDeploy", "Publish completed")


def test_rights(company: Company, version: SolutionTemplateVersion) -> None:
    revision = published(company, version)
    asked = Validation.objects.get()
    beta = company.person("eve", "external-validator", company.factories["beta"])
    author = company.person("anna", "configuration-author", company.factories["alpha"])
    catalog = company.person("vera", "solution-viewer", contexts.catalog_of(company.context))
    for forbidden in (
        lambda: validations.answer(beta, asked, valid=True),
        lambda: validations.answer(author, asked, valid=True),
        lambda: validations.cancel(beta, asked),
        lambda: validations.configure(catalog, version.template, required=False, hours=2),
    ):
        with pytest.raises(Denied):
            forbidden()
    validations.cancel(author, asked)
    with pytest.raises(Denied):
        validations.ask_again(beta, revision)
    assert validations.ask_again(author, revision).requested_by == author


@pytest.mark.parametrize("hours", [0, 721])
def test_the_time_has_limits(
    company: Company, version: SolutionTemplateVersion, hours: int
) -> None:
    with pytest.raises(Invalid, match="hours-out-of-range"):
        validations.configure(company.root_user, version.template, required=True, hours=hours)


def hub_revision(sharing: Sharing, number: int) -> SolutionVersion:
    return SolutionVersion.objects.get(instance=sharing.hub_copy, number=number)


def validated_hub(sharing: Sharing) -> Deployment:
    """A shared copy that runs, and from now on needs to be validated; a line that waits for it."""
    sharing.run(sharing.publish_hub())
    root = sharing.company.root_user
    validations.configure(root, sharing.collector.template, required=True, hours=1)
    return sharing.start(sharing.publish_line()).deployments.get()


def test_a_shared_copy_is_brought_on_once_it_is_found_valid(sharing: Sharing) -> None:
    waiting = validated_hub(sharing)
    for _ in range(3):  # however often workers look
        dispatch.advance_due()
    assert Validation.objects.count() == 1
    assert sharing.hub_copy.revisions.count() == 2
    assert hub_revision(sharing, 2).state == "PendingExternalValidation"
    assert sharing.senders == []
    validations.answer(sharing.company.root_user, Validation.objects.get(), valid=True)
    dispatch.advance_due()
    sharing.work()
    assert sharing.senders == [{"Line": "alpha-1", "Rate": 5}]
    waiting.refresh_from_db()
    assert waiting.state == DeploymentState.SUCCEEDED
    assert sharing.hub_copy.revisions.count() == 2


def test_a_shared_copy_that_is_not_valid_waits_for_a_person(sharing: Sharing) -> None:
    waiting = validated_hub(sharing)
    root = sharing.company.root_user
    validations.answer(root, Validation.objects.get(), valid=False, errors=ERRORS)
    for _ in range(3):
        dispatch.advance_due()
    assert (Validation.objects.count(), sharing.hub_copy.revisions.count()) == (1, 2)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.hold["code"]) == (DeploymentState.RELEASED, "dependency")


def test_a_shared_copy_of_a_withdrawn_version_stays_as_it_is(sharing: Sharing) -> None:
    sharing.run(sharing.publish_hub())
    withdrawing.withdraw(sharing.company.root_user, sharing.collector, reason="It leaks.")
    waiting = sharing.start(sharing.publish_line()).deployments.get()
    for _ in range(3):
        dispatch.advance_due()
    assert sharing.hub_copy.revisions.count() == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.hold["code"]) == (DeploymentState.RELEASED, "dependency")
    withdrawing.reinstate(sharing.company.root_user, sharing.collector)
    dispatch.advance_due()
    sharing.work()
    assert sharing.senders == [{"Line": "alpha-1", "Rate": 5}]
