"""Which copies wait for a review after a save."""

import pytest

from orchestration.models import SolutionInstance, SolutionTemplateVersion
from orchestration.services import dispatch, rollouts
from tests.integration.conftest import Company
from tests.integration.services.secretive import published, save, solution
from tests.integration.services.site import Site, W


@pytest.fixture
def pump(company: Company) -> SolutionTemplateVersion:
    return solution(company)


def waits(copy: SolutionInstance) -> bool:
    copy.refresh_from_db()
    return copy.configuration_pending


def test_what_was_uninstalled_waits_only_once_it_is_deployed_again(
    company: Company, pump: SolutionTemplateVersion
) -> None:
    site, node = Site(company, company.agent("alpha")), company.lines["alpha-1"].node
    save(company, pump, node, {"Speed": 5})
    revision = published(company, pump)
    copy = site.install(revision)
    save(company, pump, node, {"Speed": 6})
    assert waits(copy)
    rollouts.uninstall(company.root_user, [copy])
    dispatch.advance_due()
    site.say(copy, W.RECEIVED, W.REMOVING, W.REMOVED)
    assert not waits(copy)
    save(company, pump, node, {"Speed": 7})
    assert not waits(copy)
    revision.refresh_from_db()
    rollouts.deploy(company.root_user, [revision])
    assert waits(copy), "it is brought to what 5 was published for"
