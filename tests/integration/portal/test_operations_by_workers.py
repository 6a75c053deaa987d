"""Operations are done by the workers of the web process, without anybody asking them to."""

import time
from collections.abc import Callable, Iterator

import pytest

from orchestration.models import Operation, SolutionVersion
from portal.celery import app
from portal.embedded import EmbeddedWorker
from tests.integration.conftest import Company
from tests.integration.services.bulk import solution_of, started

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN = 30.0  # seconds; a fraction of one on a machine that is not busy


@pytest.fixture
def worker() -> Iterator[None]:
    embedded = EmbeddedWorker(app)
    embedded.start()
    yield
    embedded.stop()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < deadline, "the workers did not get there"
        time.sleep(0.05)


def over() -> bool:
    return not Operation.objects.filter(finished_at=None).exists()


@pytest.mark.usefixtures("worker")
def test_an_operation_is_begun_as_soon_as_it_is_asked_for(company: Company) -> None:
    operation = started(company, solution_of(company))
    until(over)
    operation.refresh_from_db()
    assert (operation.state, operation.done) == ("Succeeded", 6)
    assert SolutionVersion.objects.count() == 6


def test_one_that_nobody_heard_of_is_found_by_the_sweep(
    company: Company, request: pytest.FixtureRequest
) -> None:
    started(company, solution_of(company))
    app.control.purge()  # the message is lost
    request.getfixturevalue("worker")
    until(over)
    assert Operation.objects.get().state == "Succeeded"
