"""The signed document that tells an agent what should run."""

from pytest_django import Settings

from agent import signing, wire
from orchestration.models import SolutionVersion
from orchestration.services import agents, desired, dispatch, places, rollouts, server_keys
from orchestration.states import AgentState
from orchestration.states import DeploymentState as S
from tests.integration.conftest import Company
from tests.integration.services.site import REMOVAL, Clock, Site, W, mixer


def test_the_document_is_signed_by_a_key_agents_pin(site: Site, settings: Settings) -> None:
    site.offer(site.company.revision("alpha-1", site.company.solution()))
    site.agent.refresh_from_db()
    signed = desired.signed(site.agent)
    pinned = server_keys.public_keys(settings.SIGNING_KEY_FILE)
    assert signed.key == pinned[0]
    assert signing.verify(signed.key, signed.signature, signed.document)
    parsed = wire.parse(signed.document)
    assert signing.canonical(parsed) == signed.document
    document = wire.DesiredDocument.from_json(parsed)
    assert (document.agent, document.epoch, document.seq) == (site.agent.pk, 1, site.agent.seq)


def test_an_agent_reads_of_its_own_targets_only(site: Site) -> None:
    company = site.company
    other = Site(company, company.agent("beta"))
    version = company.solution()
    mine = company.revision("alpha-1", version, MaxTemp=80)
    theirs = company.revision("beta-1", version, MaxTemp=90)
    for revision in (mine, theirs):
        site.offer(revision)
    assert [w.revision_id for w in site.document().workloads] == [mine.pk]
    assert [w.revision_id for w in other.document().workloads] == [theirs.pk]
    content = desired.content(site.agent, mine.digest)
    assert content is not None
    assert signing.digest(content) == mine.digest
    assert wire.parse(content) == {"components": [], "configuration": {"MaxTemp": 80}}
    assert desired.content(site.agent, theirs.digest) is None
    assert desired.content(site.agent, "sha256:" + "0" * 64) is None


def test_nothing_is_wanted_before_it_is_offered(site: Site) -> None:
    revision = site.company.revision("alpha-1", site.company.solution())
    before = site.document()
    rollouts.deploy(site.company.root_user, [revision])
    assert site.document() == before
    assert before.workloads == ()


def test_every_change_of_what_is_wanted_has_a_higher_seq(site: Site) -> None:
    company = site.company
    version = company.solution()
    seqs = [site.document().seq]
    instance = site.install(company.revision("alpha-1", version))
    seqs.append(site.document().seq)
    deployment = site.offer(company.revision("alpha-1", version, a=1))
    seqs.append(site.document().seq)
    rollouts.cancel(company.root_user, deployment)
    seqs.append(site.document().seq)
    site.say(instance, W.RECEIVED, W.COMMITTED)
    site.offer_removal(instance)
    seqs.append(site.document().seq)
    assert seqs == sorted(set(seqs))


def test_the_line_of_a_workload(site: Site) -> None:
    first = site.install(site.company.revision("alpha-1", site.company.solution()))
    second = site.company.revision("alpha-1", site.company.solution(version="1.1.0"), a=1)
    deployment = site.offer(second)
    workload = site.workload(first)
    assert workload is not None
    assert (workload.instance_name, workload.target, workload.scope) == (
        "mixer",
        "alpha-1",
        "plant",
    )
    assert (workload.revision, workload.revision_id, workload.digest) == (
        "1.1.0.2",
        second.pk,
        second.digest,
    )
    assert (workload.generation, workload.action) == (2, wire.Action.RUN)
    assert workload.previous_revision_id == first.current_id
    assert workload.deadline == deployment.deadline_at


def test_a_removal_is_said_until_it_is_done(site: Site) -> None:
    instance = site.install(site.company.revision("alpha-1", site.company.solution()))
    site.offer_removal(instance)
    workload = site.workload(instance)
    assert workload is not None
    assert (workload.action, workload.revision_id, workload.digest, workload.generation) == (
        wire.Action.REMOVE,
        None,
        None,
        2,
    )
    site.say(instance, W.RECEIVED, W.REMOVING)
    assert site.workload(instance) == workload
    site.say(instance, W.REMOVED)
    instance.refresh_from_db()
    dispatch.advance_due()
    desired._signed.cache_clear()
    assert site.workload(instance) is None


def test_a_failed_removal_is_still_wanted(site: Site) -> None:
    instance = site.install(site.company.revision("alpha-1", site.company.solution()))
    deployment = site.offer_removal(instance)
    site.say(instance, W.RECEIVED, W.REMOVING)
    site.fail(instance)
    deployment.refresh_from_db()
    assert deployment.state == S.FAILED
    workload = site.workload(instance)
    assert workload is not None
    assert workload.action is wire.Action.REMOVE


def test_a_cancelled_first_offer_is_withdrawn_by_a_removal(site: Site) -> None:
    revision = site.company.revision("alpha-1", site.company.solution())
    deployment = site.offer(revision)
    rollouts.cancel(site.company.root_user, deployment)
    workload = site.workload(revision.instance)
    assert workload is not None
    assert (workload.action, workload.generation) == (wire.Action.REMOVE, 2)
    site.say(revision.instance, W.RECEIVED, W.REMOVING, W.REMOVED)
    desired._signed.cache_clear()
    assert site.workload(revision.instance) is None


def test_a_cancelled_upgrade_gives_back_what_ran(site: Site) -> None:
    version = site.company.solution()
    instance = site.install(site.company.revision("alpha-1", version))
    deployment = site.offer(site.company.revision("alpha-1", version, a=1))
    site.say(instance, W.RECEIVED, W.STAGING)
    deployment.refresh_from_db()
    rollouts.cancel(site.company.root_user, deployment)
    workload = site.workload(instance)
    assert workload is not None
    assert (workload.action, workload.revision_id, workload.generation) == (
        wire.Action.RUN,
        instance.current_id,
        3,
    )


def test_after_a_failure_what_ran_before_is_wanted_again(site: Site) -> None:
    version = site.company.solution()
    instance = site.install(site.company.revision("alpha-1", version))
    site.offer(site.company.revision("alpha-1", version, a=1))
    site.say(instance, W.RECEIVED, W.STAGING)
    seq = site.document().seq
    site.fail(instance)
    document = site.document()
    assert document.seq > seq, "another content under the same number would be no order at all"
    assert [w.revision_id for w in document.workloads] == [instance.current_id]


def test_a_quiet_agent_gets_a_fresh_document_every_day(site: Site, clock: Clock) -> None:
    first = site.document()
    assert site.document() == first
    clock.forward(days=1)
    second = site.document()
    assert (second.seq, second.epoch) == (first.seq, first.epoch)
    assert second.not_after > first.not_after


def test_no_agent_gets_what_a_lost_target_runs(site: Site) -> None:
    company = site.company
    instance = site.install(company.revision("alpha-1", company.solution()))
    target = instance.target
    places.change_target(
        company.root_user,
        target,
        scope=target.scope,
        capabilities=["soap"],
        specification={},
        agent=None,
    )
    assert site.document().workloads == ()
    digest = SolutionVersion.objects.get().digest
    assert desired.content(site.agent, digest) is None


def test_keys_are_kept_and_read_by_their_owner_only(company: Company, settings: Settings) -> None:
    file = settings.SIGNING_KEY_FILE
    first = server_keys.public_keys(file)
    server_keys.public_keys.cache_clear()
    server_keys.signing_key.cache_clear()
    assert server_keys.public_keys(file) == first
    assert file.stat().st_mode & 0o077 == 0


def test_a_new_agent_takes_over_only_what_is_wanted(site: Site) -> None:
    company = site.company
    version = mixer(company)
    gone, kept = (site.install(company.revision(line, version)) for line in ("alpha-1", "alpha-2"))
    site.offer_removal(gone)
    site.say(gone, *REMOVAL)
    agents.revoke(company.root_user, site.agent)
    newcomer = company.agent("alpha", serves=False)
    newcomer.state = AgentState.PENDING
    newcomer.save()
    agents.approve(company.root_user, newcomer)
    document = Site(company, newcomer).document()
    assert [(w.instance, w.generation, w.action) for w in document.workloads] == [
        (kept.pk, 2, wire.Action.RUN)
    ]
