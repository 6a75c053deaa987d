"""Which copies wait for a review after a save."""

import pytest

from orchestration.models import SolutionTemplateVersion
from orchestration.services import dispatch, rollouts
from tests.integration.conftest import Company
from tests.integration.services.secretive import published, save, solution
from tests.integration.services.site import Site, W


@pytest.fixture
def pump(company: Company) -> SolutionTemplateVersion:
    return solution(company)


def test_what_was_uninstalled_waits_only_once_it_is_deployed_again(
    company: Company, pump: SolutionTemplateVersion
) -> None:
    site, node = Site(company, company.agent("alpha")), company.lines["alpha-1"].node
    save(company, pump, node, {"Speed": 5})
    revision = published(company, pump)
    copy = site.install(revision)
    save(company, pump, node, {"Speed": 6})
    copy.refresh_from_db()
    assert copy.configuration_pending
    rollouts.uninstall(company.root_user, [copy])
    dispatch.advance_due()
    site.say(copy, W.RECEIVED, W.REMOVING, W.REMOVED)
    copy.refresh_from_db()
    assert not copy.configuration_pending
    save(company, pump, node, {"Speed": 7})
    copy.refresh_from_db()
    assert not copy.configuration_pending
    revision.refresh_from_db()
    rollouts.deploy(company.root_user, [revision])
    copy.refresh_from_db()
    assert copy.configuration_pending, "it is brought to what 5 was published for"
