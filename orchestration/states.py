"""Every life in the product as a table: states, transitions, words, severity.

Pure data. ``orchestration.services.lives.move`` is the only writer of a state
and allows exactly the transitions listed here; documentation is drawn from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How loud a state is on a screen; colour never stands alone."""

    QUIET = "quiet"
    PROGRESS = "progress"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True)
class Word:
    """What a person reads for a state."""

    label: str
    severity: Severity


@dataclass(frozen=True)
class State:
    """One row of a life: the word, its severity, and where it may go next."""

    label: str
    severity: Severity
    to: frozenset[str] = frozenset()

    @property
    def final(self) -> bool:
        """Nothing follows."""
        return not self.to

    @property
    def word(self) -> Word:
        """Label and severity, as a screen wants them."""
        return Word(self.label, self.severity)


class AgentState(StrEnum):
    """The life of an agent."""

    PENDING = "Pending"
    APPROVED = "Approved"
    REVOKED = "Revoked"


class DeliveryState(StrEnum):
    """One event on its way to one webhook."""

    WAITING = "Waiting"
    DELIVERED = "Delivered"
    GIVEN_UP = "GivenUp"
    WITHHELD = "Withheld"


class PublicationState(StrEnum):
    """Whether an immutable solution version may be deployed."""

    PENDING_EXTERNAL_VALIDATION = "PendingExternalValidation"
    EXTERNAL_VALIDATION_FAILED = "ExternalValidationFailed"
    READY_TO_DEPLOY = "ReadyToDeploy"
    DELETED = "Deleted"


class ValidationState(StrEnum):
    """One question to another system whether a revision may be deployed."""

    PENDING = "Pending"
    VALID = "Valid"
    INVALID = "Invalid"
    TIMED_OUT = "TimedOut"
    CANCELLED = "Cancelled"


class InstanceState(StrEnum):
    """What an installed copy is doing."""

    NOT_DEPLOYED = "NotDeployed"
    DEPLOYING = "Deploying"
    DEPLOYED = "Deployed"
    FAILED = "Failed"
    UNINSTALLING = "Uninstalling"
    UNDEPLOYED = "Undeployed"
    UNINSTALL_FAILED = "UninstallFailed"


class DeploymentState(StrEnum):
    """One attempt to bring one instance on one target to a revision."""

    PENDING = "Pending"
    RELEASED = "Released"
    OFFERED = "Offered"
    DEFERRED = "Deferred"
    STAGING = "Staging"
    STAGED = "Staged"
    APPLYING = "Applying"
    VERIFYING = "Verifying"
    REVERTING = "Reverting"
    SUCCEEDED = "Succeeded"
    ALREADY_CURRENT = "AlreadyCurrent"
    FAILED = "Failed"
    REVERTED = "Reverted"
    REVERT_FAILED = "RevertFailed"
    REJECTED = "Rejected"
    TIMED_OUT = "TimedOut"
    CANCELLED = "Cancelled"
    SUPERSEDED = "Superseded"


class RolloutState(StrEnum):
    """A bulk operation over many targets."""

    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    SUCCEEDED_WITH_DEFERRED = "SucceededWithDeferred"
    FINISHED_WITH_FAILURES = "FinishedWithFailures"
    CANCELLED = "Cancelled"


class OperationState(StrEnum):
    """Work for many lines that workers do after the call that asked for it."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FINISHED_WITH_FAILURES = "FinishedWithFailures"
    CANCELLED = "Cancelled"


class StepStatus(StrEnum):
    """One step of a deployment, as the status pane lists it."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


def _to(*states: StrEnum) -> frozenset[str]:
    return frozenset(state.value for state in states)


_Q, _P, _W, _D = Severity.QUIET, Severity.PROGRESS, Severity.WARNING, Severity.DANGER
_A, _I, _R, _S = AgentState, InstanceState, RolloutState, DeploymentState
_O = OperationState

AGENT: Mapping[str, State] = {
    _A.PENDING: State("Waiting for approval", _W, _to(_A.APPROVED, _A.REVOKED)),
    _A.APPROVED: State("Approved", _Q, _to(_A.REVOKED)),
    _A.REVOKED: State("Revoked", _D),
}

DELIVERY: Mapping[str, State] = {
    DeliveryState.WAITING: State(
        "Waiting",
        _P,
        _to(DeliveryState.DELIVERED, DeliveryState.GIVEN_UP, DeliveryState.WITHHELD),
    ),
    DeliveryState.DELIVERED: State("Delivered", _Q),
    DeliveryState.GIVEN_UP: State("Given up", _D),
    # Whoever looks after the webhook may not see what happened there.
    DeliveryState.WITHHELD: State("Not told", _W),
}

_V = PublicationState

PUBLICATION: Mapping[str, State] = {
    _V.PENDING_EXTERNAL_VALIDATION: State(
        "Publish in progress",
        _P,
        _to(_V.READY_TO_DEPLOY, _V.EXTERNAL_VALIDATION_FAILED, _V.DELETED),
    ),
    # It may be asked about again.
    _V.EXTERNAL_VALIDATION_FAILED: State(
        "Publish failed", _D, _to(_V.PENDING_EXTERNAL_VALIDATION, _V.DELETED)
    ),
    PublicationState.READY_TO_DEPLOY: State("Publish completed", _Q, _to(PublicationState.DELETED)),
    # The row stays: history names it, and its number is never given again.
    PublicationState.DELETED: State("Deleted", _Q),
}

_E = ValidationState

VALIDATION: Mapping[str, State] = {
    _E.PENDING: State(
        "Waiting for an answer", _P, _to(_E.VALID, _E.INVALID, _E.TIMED_OUT, _E.CANCELLED)
    ),
    _E.VALID: State("Valid", _Q),
    _E.INVALID: State("Not valid", _D),
    _E.TIMED_OUT: State("Not answered in time", _D),
    _E.CANCELLED: State("Called off", _Q),
}

INSTANCE: Mapping[str, State] = {
    _I.NOT_DEPLOYED: State("Publish completed", _Q, _to(_I.DEPLOYING)),
    _I.DEPLOYING: State(
        "Deployment in progress",
        _P,
        _to(_I.DEPLOYED, _I.FAILED, _I.NOT_DEPLOYED, _I.UNDEPLOYED, _I.UNINSTALL_FAILED),
    ),
    _I.DEPLOYED: State("Deployment completed", _Q, _to(_I.DEPLOYING, _I.UNINSTALLING)),
    _I.FAILED: State("Deployment failed", _D, _to(_I.DEPLOYING, _I.UNINSTALLING, _I.DEPLOYED)),
    _I.UNINSTALLING: State(
        "Uninstallation in progress",
        _P,
        _to(_I.UNDEPLOYED, _I.UNINSTALL_FAILED, _I.DEPLOYED, _I.FAILED),
    ),
    _I.UNDEPLOYED: State("Uninstallation completed", _Q, _to(_I.DEPLOYING)),
    _I.UNINSTALL_FAILED: State(
        "Uninstallation failed", _D, _to(_I.UNINSTALLING, _I.DEPLOYING, _I.UNDEPLOYED)
    ),
}

_ENDS = (_S.FAILED, _S.TIMED_OUT)

DEPLOYMENT: Mapping[str, State] = {
    _S.PENDING: State(
        "Waiting to start",
        _P,
        _to(_S.RELEASED, _S.ALREADY_CURRENT, _S.CANCELLED, _S.SUPERSEDED, *_ENDS),
    ),
    _S.RELEASED: State("Released", _P, _to(_S.OFFERED, _S.CANCELLED, _S.SUPERSEDED, _S.TIMED_OUT)),
    _S.OFFERED: State(
        "Waiting for the site",
        _P,
        _to(
            _S.STAGING,
            _S.STAGED,
            _S.APPLYING,
            _S.REJECTED,
            _S.DEFERRED,
            _S.CANCELLED,
            _S.SUPERSEDED,
            *_ENDS,
        ),
    ),
    _S.DEFERRED: State(
        "Waiting for contact", _W, _to(_S.OFFERED, _S.CANCELLED, _S.SUPERSEDED, _S.TIMED_OUT)
    ),
    _S.STAGING: State("Preparing", _P, _to(_S.STAGED, _S.CANCELLED, _S.SUPERSEDED, *_ENDS)),
    _S.STAGED: State("Prepared", _P, _to(_S.APPLYING, _S.CANCELLED, _S.SUPERSEDED, *_ENDS)),
    _S.APPLYING: State("Applying", _P, _to(_S.VERIFYING, _S.REVERTING, _S.SUCCEEDED, *_ENDS)),
    _S.VERIFYING: State("Checking", _P, _to(_S.SUCCEEDED, _S.REVERTING, *_ENDS)),
    _S.REVERTING: State("Going back", _W, _to(_S.REVERTED, _S.REVERT_FAILED, _S.TIMED_OUT)),
    _S.SUCCEEDED: State("Completed", _Q),
    _S.ALREADY_CURRENT: State("Already running this revision", _Q),
    _S.FAILED: State("Failed", _D),
    _S.REVERTED: State("Failed, previous revision put back", _D),
    _S.REVERT_FAILED: State("Failed, putting back failed too", _D),
    _S.REJECTED: State("Refused by the site", _D),
    _S.TIMED_OUT: State("Ran out of time", _D),
    _S.CANCELLED: State("Cancelled", _Q),
    _S.SUPERSEDED: State("Replaced by a newer deployment", _Q),
}

ROLLOUT: Mapping[str, State] = {
    _R.RUNNING: State(
        "In progress",
        _P,
        _to(_R.SUCCEEDED, _R.SUCCEEDED_WITH_DEFERRED, _R.FINISHED_WITH_FAILURES, _R.CANCELLED),
    ),
    _R.SUCCEEDED: State("Completed", _Q),
    # Catching up later never reopens a success; only its word gets quieter.
    _R.SUCCEEDED_WITH_DEFERRED: State(
        "Completed, some waiting for contact",
        _W,
        _to(_R.SUCCEEDED, _R.FINISHED_WITH_FAILURES, _R.CANCELLED),
    ),
    _R.FINISHED_WITH_FAILURES: State("Finished with failures", _D),
    # On every line: where one line got there, the rollout did something.
    _R.CANCELLED: State("Cancelled", _Q),
}

_OPERATION_ENDS = (_O.SUCCEEDED, _O.FINISHED_WITH_FAILURES, _O.CANCELLED)

OPERATION: Mapping[str, State] = {
    # Without a line that could be worked on it is over before a worker sees it.
    _O.PENDING: State("Waiting to start", _P, _to(_O.RUNNING, *_OPERATION_ENDS)),
    _O.RUNNING: State("In progress", _P, _to(*_OPERATION_ENDS)),
    _O.SUCCEEDED: State("Completed", _Q),
    _O.FINISHED_WITH_FAILURES: State("Finished with failures", _D),
    # What was done before somebody cancelled the rest stays done.
    _O.CANCELLED: State("Cancelled", _Q),
}

STEP: Mapping[str, State] = {
    StepStatus.WAITING: State("Waiting", _Q, _to(StepStatus.RUNNING)),
    StepStatus.RUNNING: State("In progress", _P, _to(StepStatus.SUCCEEDED, StepStatus.FAILED)),
    StepStatus.SUCCEEDED: State("Completed", _Q),
    StepStatus.FAILED: State("Failed", _D),
    StepStatus.SKIPPED: State("Not needed", _Q),
}

LIVES: Mapping[type[StrEnum], Mapping[str, State]] = {
    AgentState: AGENT,
    DeliveryState: DELIVERY,
    PublicationState: PUBLICATION,
    ValidationState: VALIDATION,
    InstanceState: INSTANCE,
    DeploymentState: DEPLOYMENT,
    RolloutState: ROLLOUT,
    OperationState: OPERATION,
    StepStatus: STEP,
}


def way(life: Mapping[str, State], at: str, to: str) -> list[str]:
    """The states a row passes from one to another, the first left out.

    The shortest way over what is not final; empty when it is there already or
    no way leads there.
    """
    ways: list[list[str]] = [[at]]
    seen = {at}
    for walked in ways:
        if walked[-1] == to:
            return walked[1:]
        for following in sorted(life[walked[-1]].to - seen):
            if following == to or not life[following].final:
                seen.add(following)
                ways.append([*walked, following])
    return []


ACTIVE_DEPLOYMENT: tuple[str, ...] = tuple(
    state for state, row in DEPLOYMENT.items() if not row.final
)
FAILED_DEPLOYMENT: tuple[str, ...] = (
    _S.FAILED,
    _S.REVERTED,
    _S.REVERT_FAILED,
    _S.REJECTED,
    _S.TIMED_OUT,
)
CANCELLABLE_DEPLOYMENT: tuple[str, ...] = tuple(
    state for state, row in DEPLOYMENT.items() if _S.CANCELLED in row.to
)

CONFIGURATION_PENDING = Word("Configuration pending", _W)
CONFIGURATION_COMPLETED = Word("Configuration completed", _Q)
CONFIGURATION_UP_TO_DATE = Word("Configuration up to date", _Q)


UNUSABLE_PUBLICATION: Mapping[str, Word] = {
    state: PUBLICATION[state].word
    for state in (_V.PENDING_EXTERNAL_VALIDATION, _V.EXTERNAL_VALIDATION_FAILED)
}


def instance_word(
    state: str, *, configuration_pending: bool, publication: str = _V.READY_TO_DEPLOY
) -> Word:
    """The portal's one word for a solution on a line.

    What is happening, or went wrong, is said before what is waiting to be
    reviewed: a person looks for trouble first. ``publication`` is how
    publishing the newest revision stands.
    """
    row = INSTANCE[state]
    if row.severity is not Severity.QUIET:
        return row.word
    if publication in UNUSABLE_PUBLICATION:
        return UNUSABLE_PUBLICATION[publication]
    return CONFIGURATION_PENDING if configuration_pending else row.word


def place_word(*, pending: bool) -> Word:
    """The portal's word for the configuration of a site or a line."""
    return CONFIGURATION_PENDING if pending else CONFIGURATION_UP_TO_DATE
