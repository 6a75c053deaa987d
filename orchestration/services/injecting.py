"""Settling what dependents put into shared copies: one new revision for all that is due.

What a copy is to hold follows from what its dependents run or are about to run, and is compared
with what it does hold. So it does not matter who looks, how often, or where a worker was killed.
"""

import logging
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from orchestration import hints
from orchestration.models import (
    InjectedSection,
    SharedCopy,
    SolutionInstance,
    SolutionVersion,
)
from orchestration.queries.injections import NOTHING, held
from orchestration.queries.unsettled import unsettled
from orchestration.queries.wishes import Dependent, Key, Wish, dependents_of
from orchestration.queries.withdrawn import withdrawal
from orchestration.resolution import ResolutionProblem
from orchestration.services import events, publishing, rollouts, waiting
from orchestration.services.configuration import hold
from orchestration.services.errors import ServiceError
from orchestration.states import (
    ACTIVE_DEPLOYMENT,
    FAILED_DEPLOYMENT,
    UNUSABLE_PUBLICATION,
    DeploymentState,
    PublicationState,
)
from rbac.models import User

log = logging.getLogger(__name__)


class Unfit(Exception):
    """The shared copy cannot hold these sections; ``problems`` says why, without any value."""

    def __init__(self, found: Iterable[ResolutionProblem]) -> None:
        self.problems = [{"code": str(one.kind_or_rule), "key": one.key} for one in found]
        super().__init__("; ".join(f"{one['key']}: {one['code']}" for one in self.problems))


def settle_due() -> list[int]:
    """Settle every shared copy that is not as it should be; returns which were looked at."""
    found = unsettled()
    for pk in found:
        try:
            settle(pk)
        except ServiceError as error:
            # Somebody deploys it this moment: it is settled after that.
            log.info("shared copy %s: %s", pk, error)
        except Exception:
            # One that cannot be worked on must not hold up the others.
            log.exception("shared copy %s cannot be settled", pk)
    return found


@transaction.atomic
def settle(shared: int) -> None:
    """Bring one shared copy to what its dependents need, as far as they may ask for it."""
    instance = SolutionInstance.objects.select_related("template").get(pk=shared)
    # In this order, and before anything else: who publishes the copy holds its solution too.
    hold(instance.template)
    copy = _locked(shared)
    if copy.instance.deployments.filter(state__in=ACTIVE_DEPLOYMENT).exists():
        return
    known = dependents_of(copy.instance)
    asking = [one for one in known if one.asked is not None and _may_ask(copy, one)]
    copy.unfit = {}
    if _attempt(copy, known, asking):
        fitting = _fitting(copy, known, asking)
        if problem := _attempt(copy, known, fitting):
            log.warning("shared copy %s: %s", shared, problem)
    copy.save()


def _attempt(copy: SharedCopy, known: Sequence[Dependent], asking: Sequence[Dependent]) -> str:
    """Bring the copy there, or nowhere; returns why it cannot hold the sections."""
    before = copy.injections_digest, copy.settled
    try:
        with transaction.atomic():
            _bring(copy, known, asking)
    except Unfit as error:
        copy.injections_digest, copy.settled = before
        return str(error)
    return ""


def _locked(shared: int) -> SharedCopy:
    rows = SharedCopy.objects.select_for_update(no_key=True, of=("self",))
    copy = rows.get(pk=shared)
    copy.instance = SolutionInstance.objects.select_related(
        "template__node", "target__node__context", "target__node__parent", "current"
    ).get(pk=shared)
    return copy


def _may_ask(copy: SharedCopy, dependent: Dependent) -> bool:
    """Whether the copy may be changed for a dependent; what is in it already changes nothing."""
    rows = InjectedSection.objects.filter(shared=copy.instance, dependent=dependent.instance)
    there = {(row.source, row.to): row.digest for row in rows}
    same = there == {(one.source, one.to): one.digest for one in dependent.asked or ()}
    if same and copy.instance.current_id is not None:
        return True
    return bool(waiting.may_change(dependent.by, copy.instance))


def _fitting(
    copy: SharedCopy, known: Sequence[Dependent], asking: Sequence[Dependent]
) -> list[Dependent]:
    """Those who can be put in together, tried one after the other; of the others, why not."""
    fitting: list[Dependent] = []
    for one in asking:
        try:
            with transaction.atomic():
                _bring(copy, known, [*fitting, one], only_try=True)
                transaction.set_rollback(True)
        except Unfit as error:
            copy.unfit[str(one.instance)] = error.problems
        else:
            fitting.append(one)
    return fitting


def _bring(
    copy: SharedCopy,
    known: Sequence[Dependent],
    asking: Sequence[Dependent],
    *,
    only_try: bool = False,
) -> None:
    """Write down what the copy is to hold, and start bringing it there if it does not.

    Raises:
        Unfit: with these sections the copy has no valid configuration.
    """
    instance = copy.instance
    changed = _write(instance, _plan(known, asking))
    holds = held([instance.pk]).get(instance.pk, NOTHING)
    copy.injections_digest, copy.settled = holds.digest, instance.current
    if not _is_due(copy, asking):
        return
    by, base = _actor(copy, known, asking, changed), _base(instance)
    if by is None:
        _leave(copy)
    if by is None or base is None:
        return
    made_for = [one.instance for one in known if one.instance in changed]
    made = publishing.reissue(by, base, holds, made_for)
    if made.revision is None:
        raise Unfit(made.problems)
    if not only_try and made.revision.state == PublicationState.READY_TO_DEPLOY:
        rollouts.deploy(by, [made.revision], made_for=made_for)
        copy.settled = made.revision


def _plan(known: Iterable[Dependent], asking: Iterable[Dependent]) -> dict[Key, Wish]:
    asks = {one.instance for one in asking}
    return {
        wish.key: wish
        for one in known
        for wish in (one.asked if one.instance in asks and one.asked is not None else one.standing)
    }


def _write(shared: SolutionInstance, plan: dict[Key, Wish]) -> set[int | None]:
    """Let the rows say what is planned; returns whose sections come out differently."""
    changed: set[int | None] = set()
    rows = list(InjectedSection.objects.filter(shared=shared).order_by("pk"))
    there = {(row.dependent_id or 0, row.source, row.to): row for row in rows}
    for key, row in there.items():
        wish = plan.get(key)
        if wish is None:
            row.delete()
        elif (row.revision_id, row.digest) != (wish.revision, wish.digest):
            row.revision_id, row.digest, same = wish.revision, wish.digest, row.digest
            row.save(update_fields=["revision", "digest"])
            if same == wish.digest:
                continue
        else:
            continue
        changed.add(row.dependent_id)
    new = [wish for key, wish in plan.items() if key not in there]
    InjectedSection.objects.bulk_create(
        InjectedSection(
            shared=shared,
            dependent_id=wish.dependent,
            revision_id=wish.revision,
            source=wish.source,
            to=wish.to,
            digest=wish.digest,
        )
        for wish in new
    )
    return changed | {wish.dependent for wish in new}


def _is_due(copy: SharedCopy, asking: Sequence[Dependent]) -> bool:
    """Whether the copy must be brought to something else than it runs."""
    instance = copy.instance
    if instance.current is None:
        due = bool(asking)
    else:
        due = instance.current.injections_digest != copy.injections_digest
    if due and _waits_for_others(copy):
        return False
    last = instance.deployments.select_related("revision").order_by("-pk").first()
    if not due or last is None or last.revision is None:
        return due
    # What failed, or was called off, with the same sections waits for a person.
    ended = (*FAILED_DEPLOYMENT, DeploymentState.CANCELLED)
    tried = last.revision.injections_digest == copy.injections_digest
    return not (tried and last.state in ended)


def _waits_for_others(copy: SharedCopy) -> bool:
    """Whether another system has yet to agree, or did not, or the version is withdrawn."""
    base = _base(copy.instance)
    if base is not None and not withdrawal(base.template_version):
        return True
    newest = copy.instance.revisions.exclude(state=PublicationState.DELETED).order_by("-pk").first()
    if newest is None or newest.injections_digest != copy.injections_digest:
        return False
    return newest.state in UNUSABLE_PUBLICATION


def _actor(
    copy: SharedCopy,
    known: Sequence[Dependent],
    asking: Sequence[Dependent],
    changed: set[int | None],
) -> User | None:
    """In whose name the copy is changed: of those it is changed for, the first who may."""
    people = [one.by for one in asking]
    people += [one.by for one in known if one.instance in changed]
    if not (asking or changed):
        # Somebody brought the copy to a revision that lacks what was put in since.
        last = copy.instance.deployments.select_related("rollout__started_by").order_by("-pk")
        people += [one.rollout.started_by for one in last[:1]]
    return next((by for by in people if waiting.may_change(by, copy.instance)), None)


def _base(instance: SolutionInstance) -> SolutionVersion | None:
    """What the new revision is made of: what runs, else what was published last."""
    rows = SolutionVersion.objects.select_related(
        "template_version__template__node",
        "template_version__schema",
        "instance__template__node",
        "instance__target__node__context",
        "instance__target__node__parent",
    )
    if instance.current_id is not None:
        return rows.get(pk=instance.current_id)
    ready = rows.filter(instance=instance, state=PublicationState.READY_TO_DEPLOY)
    return ready.order_by("-pk").first()


def _leave(copy: SharedCopy) -> None:
    """Nobody it is done for may change the copy: it waits for somebody who may publish it."""
    instance, node = copy.instance, copy.instance.target.node
    if instance.current_id is None:
        return
    SolutionInstance.objects.filter(pk=instance.pk).update(
        configuration_pending=True, updated_at=timezone.now()
    )
    events.record("instance.outdated", instance, node, None)
    hints.tell([f"target:{node.pk}", f"solution:{instance.template_id}"], node.path)
