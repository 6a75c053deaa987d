"""Several workers and people at one operation at the same moment."""

from functools import partial

import pytest

from orchestration.models import OperationResult, SolutionVersion
from orchestration.services import operations, operations_running
from tests.integration.conftest import Company
from tests.integration.services.bulk import outcomes, solution_of, started
from tests.integration.services.moments import at_once


@pytest.fixture
def db(transactional_db: None) -> None:
    """Really committed: threads must see each other's rows."""


@pytest.fixture(autouse=True)
def _one_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations_running, "BATCH", 1)


def test_several_workers_do_each_line_once(company: Company) -> None:
    press = solution_of(company)
    made = [started(company, press), started(company, press)]
    at_once([operations_running.advance_due] * 4)
    operations_running.advance_due()
    assert {end for one in made for end in outcomes(one)} == {"succeeded", "unchanged"}
    assert SolutionVersion.objects.count() == 6
    assert OperationResult.objects.filter(outcome="succeeded").count() == 6


def test_cancelling_while_a_worker_is_at_it_leaves_every_line_one_end(company: Company) -> None:
    operation = started(company, solution_of(company))
    cancel = partial(operations.cancel, company.root_user, operation)
    at_once([operations_running.advance_due, cancel])
    operation.refresh_from_db()
    ends = outcomes(operation)
    assert "waiting" not in ends
    assert operation.state in {"Cancelled", "Succeeded"}
    assert (operation.done, operation.failed) == (ends.count("succeeded"), 0)
    assert SolutionVersion.objects.count() == ends.count("succeeded")
