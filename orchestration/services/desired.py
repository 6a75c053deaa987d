"""The signed document that tells an agent what should run, and its contents.

Built from rows and signed when somebody asks; kept until (epoch, seq) changes.
"""

from collections.abc import Container, Iterable
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from agent import signing, wire
from orchestration import hints
from orchestration.models import Agent, Deployment, SolutionInstance, SolutionVersion
from orchestration.services import server_keys
from orchestration.services.sealed_secrets import sealed_for
from orchestration.states import ACTIVE_DEPLOYMENT, InstanceState

VALID_FOR = timedelta(days=30)
_REMOVING = (InstanceState.UNINSTALLING, InstanceState.UNINSTALL_FAILED)


def bump(agents: Iterable[int]) -> None:
    """Note that what these agents should run has changed, and wake them up."""
    ids = set(agents)
    Agent.objects.filter(pk__in=ids).update(seq=F("seq") + 1)
    for pk, seq in Agent.objects.filter(pk__in=ids).values_list("pk", "seq"):
        hints.tell_agent(pk, seq)


def hand_over(targets: Iterable[int]) -> None:
    """Let another agent take over what these targets run, as it is.

    Under a new generation: the new agent counts its reports from one, and those of
    the old one, should it come back, must not count any more.
    """
    ids = list(targets)
    # In the order in which everybody locks: the attempt before its instance.
    Deployment.objects.filter(target__in=ids, generation__gt=0, state__in=ACTIVE_DEPLOYMENT).update(
        generation=F("generation") + 1
    )
    # What is wanted nowhere any more is nothing to take over.
    taken = SolutionInstance.objects.filter(
        Q(desired__isnull=False) | Q(state__in=_REMOVING), target__in=ids, generation__gt=0
    )
    held = taken.select_for_update(no_key=True, of=("self",)).order_by("pk")
    SolutionInstance.objects.filter(pk__in=list(held.values_list("pk", flat=True))).update(
        generation=F("generation") + 1
    )


def signed(agent: Agent) -> wire.SignedDocument:
    """The newest desired state of an agent, signed.

    Signing anew near the end of its life keeps a quiet agent from running on
    an expired document.
    """
    day = timezone.now().date().isoformat()
    return _signed(agent.pk, agent.epoch, agent.seq, day)


@lru_cache(maxsize=4096)
def _signed(agent: int, epoch: int, seq: int, _day: str) -> wire.SignedDocument:
    now = timezone.now()
    workloads = tuple(_workloads(agent))
    secret = any(workload.secrets for workload in workloads)
    document = wire.DesiredDocument(
        version=wire.SECRETS_VERSION if secret else wire.WIRE_VERSION,
        agent=agent,
        epoch=epoch,
        seq=seq,
        issued_at=now,
        not_after=now + VALID_FOR,
        workloads=workloads,
    )
    return signing.sign_document(server_keys.signing_key(settings.SIGNING_KEY_FILE), document)


def _is_new(instance: SolutionInstance, attempts: Container[int]) -> bool:
    """Whether an order can be held back: the site has not taken it in hand.

    What is left out of a document goes on as it is; the attempt says why it waits. To an order
    that was taken the site has the secrets.
    """
    return instance.pk in attempts and instance.generation > instance.observed_generation


def content(agent: Agent, digest: str) -> bytes | None:
    """The bytes behind a digest, if one of the agent's instances has it."""
    text = (
        SolutionVersion.objects.filter(digest=digest, instance__target__agent=agent)
        .values_list("content", flat=True)
        .first()
    )
    return None if text is None else text.encode()


def _workloads(agent: int) -> Iterable[wire.Workload]:
    wanted = (
        Q(desired__isnull=False)
        | Q(state__in=_REMOVING)
        | Q(generation__gt=F("observed_generation"))
    )
    instances = (
        SolutionInstance.objects.filter(wanted, target__agent=agent, generation__gt=0)
        .select_related("target__node", "template__node", "desired__template_version")
        .order_by("pk")
    )
    deadlines = dict(
        Deployment.objects.filter(target__agent=agent, state__in=ACTIVE_DEPLOYMENT).values_list(
            "instance_id", "deadline_at"
        )
    )
    sealed = sealed_for(agent, instances)
    for instance in instances:
        if instance.pk in sealed.unreadable and _is_new(instance, deadlines):
            continue
        run = instance.desired
        yield wire.Workload(
            instance=instance.pk,
            instance_name=instance.name,
            target=instance.target.node.name,
            target_id=instance.target_id,
            scope=instance.target.scope,
            solution=instance.template.node.name,
            revision=run.label if run else None,
            revision_id=run.pk if run else None,
            generation=instance.generation,
            action=wire.Action.RUN if run else wire.Action.REMOVE,
            digest=run.digest if run else None,
            deadline=deadlines.get(instance.pk),
            previous_revision_id=instance.current_id,
            secrets=sealed.secrets.get(instance.pk, ()),
        )
