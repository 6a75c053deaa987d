"""A withdrawn version is neither published nor deployed; what runs goes on and is listed."""

from collections.abc import Callable

import pytest

from orchestration.models import Event, SolutionInstance, SolutionTemplateVersion
from orchestration.queries import possible
from orchestration.queries.withdrawn import still_running, withdrawal
from orchestration.services import contexts, publishing, rollouts, withdrawing
from orchestration.services.errors import Invalid, Refused, ServiceError
from rbac.access import Denied
from tests.integration.conftest import Company


def refused(call: Callable[[], object]) -> ServiceError:
    with pytest.raises(Refused) as raised:
        call()
    return raised.value


@pytest.fixture
def versions(company: Company) -> tuple[SolutionTemplateVersion, SolutionTemplateVersion]:
    return company.solution(), company.solution(version="1.1.0")


Versions = tuple[SolutionTemplateVersion, SolutionTemplateVersion]


def test_nothing_new_is_published_or_deployed_of_it(company: Company, versions: Versions) -> None:
    old, new = versions
    by, line = company.root_user, company.lines["alpha-1"]
    revision = company.revision("alpha-1", old)
    withdrawing.withdraw(by, old, reason=" It leaks. ", replacement=new)
    words = {"version": "1.0.0", "reason": "It leaks.", "replacement": "1.1.0"}
    stale = SolutionTemplateVersion(pk=old.pk, template=old.template, version="1.0.0")
    for call in (
        lambda: publishing.publish(by, old, [line]),
        lambda: publishing.publish(by, stale, [line]),
        lambda: rollouts.deploy(by, [revision]),
        lambda: rollouts.roll_back(by, [revision]),
    ):
        error = refused(call)
        assert (error.code, error.params) == ("version-replaced", words)
    verdict = possible.deploy(by, revision.instance, revision)
    assert (verdict.code, verdict.params) == ("version-replaced", words)
    assert not withdrawal(old)
    publishing.publish(by, new, [line])
    event = Event.objects.get(kind="solution.version-withdrawn")
    assert event.params == {"reason": "It leaks.", "replacement": "1.1.0"}


def test_a_deploy_that_looked_before_is_refused_as_well(
    company: Company, versions: Versions
) -> None:
    revision = company.revision("alpha-1", versions[0])
    assert revision.template_version.withdrawn_at is None  # as it was read
    SolutionTemplateVersion.objects.filter(pk=versions[0].pk).update(
        withdrawn_at="2026-01-01T00:00Z", withdrawn_because="no"
    )
    error = refused(lambda: rollouts.deploy(company.root_user, [revision]))
    assert error.code == "version-withdrawn"


def test_it_can_be_used_again(company: Company, versions: Versions) -> None:
    old, _ = versions
    by = company.root_user
    withdrawing.withdraw(by, old, reason="a mistake")
    first = SolutionTemplateVersion.objects.get(pk=old.pk).withdrawn_at
    withdrawing.withdraw(by, old, reason="in other words")
    assert SolutionTemplateVersion.objects.get(pk=old.pk).withdrawn_at == first
    withdrawing.reinstate(by, old)
    assert withdrawal(SolutionTemplateVersion.objects.get(pk=old.pk))
    publishing.publish(by, old, [company.lines["alpha-1"]])
    assert refused(lambda: withdrawing.reinstate(by, old)).code == "not-withdrawn"


def test_lines_that_run_it_are_listed_as_far_as_one_sees_them(
    company: Company, versions: Versions
) -> None:
    old, new = versions
    for line, version in (("alpha-1", old), ("beta-1", old), ("alpha-2", new)):
        revision = company.revision(line, version)
        SolutionInstance.objects.filter(pk=revision.instance_id).update(current=revision)
    withdrawing.withdraw(company.root_user, old, reason="It leaks.")
    alpha = company.person("vera", "deployment-viewer", company.factories["alpha"])
    names = [
        [str(one.target) for one in still_running(by, old)] for by in (company.root_user, alpha)
    ]
    assert names == [["alpha-1", "beta-1"], ["alpha-1"]]


def test_what_cannot_be_used_is_refused(company: Company, versions: Versions) -> None:
    old, new = versions
    other = company.solution("other")
    by = company.root_user
    with pytest.raises(Invalid, match="reason-missing"):
        withdrawing.withdraw(by, old, reason=" ")
    withdrawing.withdraw(by, new, reason="gone")
    for unfit in (old, new, other):
        with pytest.raises(Invalid, match="replacement-unfit"):
            withdrawing.withdraw(by, old, reason="no", replacement=unfit)
    assert withdrawal(SolutionTemplateVersion.objects.get(pk=old.pk))


def test_rights(company: Company, versions: Versions) -> None:
    viewer = company.person("vera", "solution-viewer", contexts.catalog_of(company.context))
    with pytest.raises(Denied):
        withdrawing.withdraw(viewer, versions[0], reason="no")
    with pytest.raises(Denied):
        withdrawing.reinstate(viewer, versions[0])
    author = company.person("sol", "solution-author")
    withdrawing.withdraw(author, versions[0], reason="yes")
