"""What an operation does for some lines: exactly what the service for a few of them does."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from orchestration.models import (
    Deployment,
    Operation,
    OperationResult,
    SolutionTemplateVersion,
    SolutionVersion,
    Target,
)
from orchestration.queries.dependencies import Choice
from orchestration.queries.resolving import LineReview
from orchestration.queries.reviewing import review
from orchestration.queries.revisions import revisions
from orchestration.services import publishing, rollouts
from orchestration.services.errors import ServiceError
from orchestration.services.publishing import Published
from orchestration.states import InstanceState, PublicationState
from rbac.access import Denied
from rbac.models import User

_OUTCOME = OperationResult.Outcome
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LineResult:
    """How it ended for one line."""

    outcome: str
    code: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    revision: SolutionVersion | None = None
    deployment: Deployment | None = None


Results = dict[int, LineResult]  # by the target's id
Work = Callable[[User, Operation, Sequence[Target]], Results]


def work(who: User, operation: Operation, targets: Sequence[Target]) -> Results:
    """Do it for some lines together, in the caller's transaction, by services that ask for rights.

    What one line is refused for would refuse them all: then each half is tried by itself, down to
    the line. A database that is away is no line's fault and is passed on.
    """
    try:
        with transaction.atomic():
            return _WORK[operation.kind](who, operation, targets)
    except Denied as error:
        why = failed(error.verdict.code, error.verdict.params)
    except ServiceError as error:
        why = failed(error.code, error.params)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("operation %s: cannot work on %d lines", operation.uuid, len(targets))
        why = failed("unexpected")
    if len(targets) == 1:
        return {targets[0].pk: why}
    half = len(targets) // 2
    return work(who, operation, targets[:half]) | work(who, operation, targets[half:])


def failed(code: str, params: Mapping[str, Any] | None = None) -> LineResult:
    """A line for which nothing was done, and why."""
    return LineResult(_OUTCOME.FAILED, code, dict(params or {}))


def _review(by: User, operation: Operation, targets: Sequence[Target]) -> Results:
    asked = operation.asked
    name = asked.get("instance", "")
    found = review(by, _version(operation), targets, name, _choice(asked))
    return {one.target.pk: _reviewed(one) for one in found}


def _reviewed(one: LineReview) -> LineResult:
    if not one.ok:
        return _incomplete(one.target, one.problems, one.missing)
    current = one.instance.current if one.instance else None
    digest = one.resolution.digest
    same = current is not None and current.digest == digest
    told = {
        "digest": digest,
        "changes": len(one.changes),
        "warnings": [str(warning) for warning in one.resolution.warnings],
    }
    return LineResult(_OUTCOME.UNCHANGED if same else _OUTCOME.SUCCEEDED, params=told)


def _publish(by: User, operation: Operation, targets: Sequence[Target]) -> Results:
    asked = operation.asked
    seen = _digests(by, asked["reviewed"], targets) if asked.get("reviewed") else None
    chosen = [one for one in targets if seen is None or one.pk in seen]
    unseen = [one for one in targets if one not in chosen]
    results = {one.pk: failed("not-reviewed", {"line": str(one)}) for one in unseen}
    if chosen:
        found = publishing.publish(
            by,
            _version(operation),
            chosen,
            instance_name=asked.get("instance", ""),
            comment=asked.get("comment", ""),
            reviewed=seen,
            choice=_choice(asked),
        )
        results |= {one.target.pk: _published(one) for one in found}
    return results


def _published(one: Published) -> LineResult:
    if one.outcome == publishing.Outcome.FAILED:
        return _incomplete(one.target, one.problems, one.missing)
    new = one.outcome == publishing.Outcome.PUBLISHED
    return LineResult(_OUTCOME.SUCCEEDED if new else _OUTCOME.UNCHANGED, revision=one.revision)


def _incomplete(target: Target, problems: Sequence[Any], missing: Sequence[str]) -> LineResult:
    told = {"line": str(target), "problems": [problem.to_json() for problem in problems]}
    if missing:
        return failed("capabilities-missing", told | {"missing": list(missing)})
    return failed("configuration-incomplete", told)


def _deploy(by: User, operation: Operation, targets: Sequence[Target]) -> Results:
    newest = _newest(by, operation, targets)
    results: Results = {}
    due = []
    for target in targets:
        revision = newest.get(target.pk)
        if revision is None:
            results[target.pk] = failed("nothing-published", {"line": str(target)})
        elif _runs(revision):
            results[target.pk] = LineResult(_OUTCOME.UNCHANGED, revision=revision)
        else:
            due.append(revision)
    if due:
        rollout = rollouts.deploy(by, due, comment=operation.asked.get("comment", ""))
        results |= {
            one.target_id: LineResult(
                _OUTCOME.SUCCEEDED, revision=newest[one.target_id], deployment=one
            )
            for one in rollout.deployments.all()
        }
    return results


def _newest(
    by: User, operation: Operation, targets: Sequence[Target]
) -> dict[int, SolutionVersion]:
    """The newest deployable revision on each line that the person sees, by the target's id."""
    asked = operation.asked
    rows = revisions(by).filter(
        instance__target__in=targets,
        instance__template=asked["solution_id"],
        instance__name=asked.get("instance") or asked["solution"],
        state=PublicationState.READY_TO_DEPLOY,
    )
    if asked.get("version"):
        rows = rows.filter(template_version__version=asked["version"])
    rows = rows.select_related("instance__target__node__context").defer("content", "provenance")
    return {row.instance.target_id: row for row in rows.order_by("pk")}


def _runs(revision: SolutionVersion) -> bool:
    instance = revision.instance
    return instance.current_id == revision.pk and instance.state == InstanceState.DEPLOYED


def _version(operation: Operation) -> SolutionTemplateVersion:
    rows = SolutionTemplateVersion.objects.select_related("template__node", "schema__schema")
    return rows.get(pk=operation.asked["version_id"])


def _choice(asked: Mapping[str, Any]) -> Choice:
    choice = asked.get("choice", {})
    lines = {int(pk): chosen for pk, chosen in choice.get("lines", {}).items()}
    return Choice(choice.get("everywhere", {}), lines)


def _digests(by: User, review_id: int, targets: Sequence[Target]) -> dict[int, str]:
    """What a review of their own saw for each of the lines where all was well."""
    rows = OperationResult.objects.filter(
        operation=review_id, operation__started_by=by, target__in=targets
    ).exclude(outcome=_OUTCOME.FAILED)
    told = rows.values_list("target", "params__digest")
    return {pk: digest for pk, digest in told if digest}


_WORK: Mapping[str, Work] = {
    Operation.Kind.REVIEW: _review,
    Operation.Kind.PUBLISH: _publish,
    Operation.Kind.DEPLOY: _deploy,
}
