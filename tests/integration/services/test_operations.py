"""Workers and operations: killed ones, late ones, several at once, lines that kill them."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.db import OperationalError

from orchestration.models import (
    Event,
    Operation,
    SolutionTemplateVersion,
    SolutionVersion,
    Target,
)
from orchestration.queries import line_choice
from orchestration.services import operations, operations_lines, operations_running
from orchestration.services.errors import Refused
from orchestration.services.operations_running import BATCH, LEASE, claim_next, do_batch
from rbac import grants
from rbac.access import Denied
from rbac.models import User
from rbac.permissions import Perm
from rbac.scopes import Scope, narrow
from tests.integration.conftest import Company
from tests.integration.services.bulk import lines_of, outcomes, solution_of, started
from tests.integration.services.site import Clock


@pytest.fixture
def press(company: Company) -> SolutionTemplateVersion:
    return solution_of(company)


def codes(operation: Operation) -> list[str]:
    return list(operation.results.order_by("number").values_list("code", flat=True))


@pytest.fixture
def two_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations_running, "BATCH", 2)


@pytest.mark.usefixtures("two_a_batch")
def test_what_a_killed_worker_left_is_done_by_the_next(
    company: Company, press: SolutionTemplateVersion, clock: Clock
) -> None:
    operation = started(company, press)
    dead = claim_next()
    assert dead is not None
    assert do_batch(dead) == 2
    assert operations_running.advance_due() == 0, "it is still the first worker's"
    clock.forward(seconds=LEASE.total_seconds() + 1)
    assert operations_running.advance_due() == 4
    operation.refresh_from_db()
    assert (operation.state, operation.done, operation.total) == ("Succeeded", 6, 6)
    assert SolutionVersion.objects.count() == 6
    assert Event.objects.filter(kind="revision.published").count() == 6
    assert Event.objects.filter(kind="operation.succeeded").count() == 1


@pytest.mark.usefixtures("two_a_batch")
def test_a_worker_that_comes_back_too_late_does_nothing(
    company: Company, press: SolutionTemplateVersion, clock: Clock
) -> None:
    operation = started(company, press)
    late = claim_next()
    clock.forward(seconds=LEASE.total_seconds() + 1)
    other = claim_next()
    assert late is not None
    assert other is not None
    assert do_batch(other) == 2
    assert do_batch(late) == 0
    assert outcomes(operation).count("succeeded") == 2
    assert do_batch(other) == 2


def test_a_batch_that_does_not_end_leaves_nothing(
    company: Company, press: SolutionTemplateVersion, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    operation = started(company, press)

    def lost(*_: object) -> None:
        raise OperationalError("the connection is gone")

    with monkeypatch.context() as broken:
        broken.setattr(operations_running, "tell", lost)
        assert operations_running.advance_due() == 0
    assert set(outcomes(operation)) == {"waiting"}
    assert not SolutionVersion.objects.exists()
    clock.forward(seconds=LEASE.total_seconds() + 1)
    assert operations_running.advance_due() == 6
    assert set(outcomes(operation)) == {"succeeded"}


def dying_on(line: Target) -> Callable[..., operations_lines.Results]:
    """Work during which the whole process would end, as a kill ends it."""
    real = operations_lines.work

    def work(
        who: User, operation: Operation, targets: Sequence[Target]
    ) -> operations_lines.Results:
        if line in targets:
            raise KeyboardInterrupt
        return real(who, operation, targets)

    return work


def test_a_line_that_kills_workers_is_given_up_and_the_others_are_done(
    company: Company,
    press: SolutionTemplateVersion,
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
) -> None:
    operation = started(company, press)
    monkeypatch.setattr(operations_running, "work", dying_on(company.lines["alpha-3"]))
    killed = 0
    for _ in range(10):
        try:
            operations_running.advance_due()
        except KeyboardInterrupt:
            killed += 1
        clock.forward(seconds=LEASE.total_seconds() + 1)
    assert codes(operation) == ["", "", "unexpected", "", "", ""]
    assert outcomes(operation).count("succeeded") == 5
    assert killed == 4


def test_one_bad_line_fails_by_itself(
    company: Company, press: SolutionTemplateVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, bad = operations_lines._publish, company.lines["beta-1"]

    def publish(
        by: User, operation: Operation, targets: Sequence[Target]
    ) -> operations_lines.Results:
        if bad in targets:
            raise ZeroDivisionError
        return real(by, operation, targets)

    monkeypatch.setitem(operations_lines._WORK, "publish", publish)
    operation = started(company, press)
    operations_running.advance_due()
    assert codes(operation) == ["", "", "", "unexpected", "", ""]
    assert SolutionVersion.objects.count() == 5


def test_a_right_lost_meanwhile_counts(company: Company, press: SolutionTemplateVersion) -> None:
    ana = company.person("ana", "solution-viewer")
    for factory in company.factories.values():
        company.person("ana", "configuration-author", factory)
    operation = started(company, press, ana)
    beta = ana.role_assignments.get(node=company.factories["beta"])
    grants.take(beta)
    operations_running.advance_due()
    assert codes(operation) == [""] * 3 + ["not-found"] * 3
    assert not operation.results.filter(code="not-found").exclude(target=None).exists()


def test_what_a_token_left_counts_when_the_work_is_done(
    company: Company, press: SolutionTemplateVersion
) -> None:
    company.person("ana", "solution-viewer")
    ana = company.person("ana", "configuration-author")
    limited = User.objects.get(pk=ana.pk)
    alpha = company.factories["alpha"]
    narrow(limited, Scope(frozenset({Perm.PUBLISH, Perm.VIEW_HIERARCHY}), alpha.path))
    with pytest.raises(Denied):
        started(company, press, limited)  # the catalog is outside
    narrow(limited, Scope(None, company.lines["alpha-1"].node.path))
    company.revision("alpha-1", press)
    operation = operations.deploy(limited, press.template, lines_of(company))
    assert codes(operation) == ["right-missing"] * 6, "a configuration author deploys nothing"


def test_somebody_who_has_left_publishes_nothing(
    company: Company, press: SolutionTemplateVersion
) -> None:
    company.person("ana", "solution-viewer")
    ana = company.person("ana", "configuration-author")
    closed = started(company, press, ana)
    User.objects.filter(pk=ana.pk).update(is_active=False)
    operations_running.advance_due()
    assert set(codes(closed)) == {"not-found"}
    User.objects.filter(pk=ana.pk).update(is_active=True)
    gone = started(company, press, User.objects.get(pk=ana.pk))
    ana.delete()
    operations_running.advance_due()
    assert set(codes(gone)) == {"person-gone"}
    assert not SolutionVersion.objects.exists()


def test_long_work_takes_turns(
    company: Company, press: SolutionTemplateVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations_running, "BATCH", 1)
    monkeypatch.setattr(operations_running, "SLICE", 0.0)
    first, second = started(company, press), started(company, press)
    for _ in range(2):
        claim = claim_next()
        assert claim is not None
        operations_running._work_on(claim, 0.0)
    assert [outcomes(one).count("waiting") for one in (first, second)] == [5, 5]
    assert operations_running.advance_due() == 10
    assert Operation.objects.filter(state="Succeeded").count() == 2


def test_a_line_named_twice_is_done_once(company: Company, press: SolutionTemplateVersion) -> None:
    line = company.lines["alpha-1"]
    asked = [line.pk, "alpha-1", "alpha/alpha-1", line.pk, "nowhere", "nowhere"]
    chosen = line_choice.named(company.root_user, asked)
    assert [(one.asked, one.code) for one in chosen] == [
        (line.pk, ""),
        ("nowhere", "not-found"),
    ]


def test_only_whoever_asked_calls_it_off(company: Company, press: SolutionTemplateVersion) -> None:
    company.person("ana", "solution-viewer")
    operation = started(company, press, company.person("ana", "configuration-author"))
    with pytest.raises(Denied):
        operations.cancel(company.person("ada", "admin"), operation)
    with pytest.raises(Denied):
        operations.retry(company.person("ada", "admin"), operation)
    with pytest.raises(Refused, match="operation-active"):
        operations.retry(company.people["ana"], operation)
    operations.cancel(company.root_user, operation)
    assert set(outcomes(operation)) == {"cancelled"}


def test_batches_are_shorter_than_the_lease() -> None:
    assert timedelta(seconds=operations_running.TURN + operations_running.SLICE) < LEASE
    assert BATCH > 1
