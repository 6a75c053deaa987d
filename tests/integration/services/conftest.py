"""A clock the tests set, and an agent that says what they tell it to."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import signing
from django.utils import timezone

from orchestration.services import desired
from tests.integration.conftest import Company
from tests.integration.services.sharing import Sharing
from tests.integration.services.site import Clock, Site


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    """Ids come back after a rollback, so a document kept by id would be another test's."""
    desired._signed.cache_clear()
    yield
    desired._signed.cache_clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time that only passes when a test says so."""
    # Ahead of the real time: a model's own default still reads that.
    clock = Clock(timezone.now() + timedelta(hours=1))
    monkeypatch.setattr(timezone, "now", clock.now)
    monkeypatch.setattr(signing, "time", SimpleNamespace(time=clock.seconds))
    return clock


@pytest.fixture
def site(company: Company) -> Site:
    """Factory alpha with its agent."""
    return Site(company, company.agent("alpha"))


@pytest.fixture
def sharing(site: Site) -> Sharing:
    """A shared program at factory alpha and a solution that uses it."""
    return Sharing(site.company, site, site.company.root_user)
