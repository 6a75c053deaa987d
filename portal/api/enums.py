"""States as choices, for filters and for the names they have in the interface's description."""

from enum import StrEnum

from orchestration import states


def _choices(life: type[StrEnum]) -> list[tuple[str, str]]:
    return [(state.value, state.value) for state in life]


AGENT_STATES = _choices(states.AgentState)
DEPLOYMENT_STATES = _choices(states.DeploymentState)
INSTANCE_STATES = _choices(states.InstanceState)
DELIVERY_STATES = _choices(states.DeliveryState)
OPERATION_STATES = _choices(states.OperationState)
PUBLICATION_STATES = _choices(states.PublicationState)
ROLLOUT_STATES = _choices(states.RolloutState)
VALIDATION_STATES = _choices(states.ValidationState)
