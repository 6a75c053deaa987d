"""The nouns of the product, one a file."""

from orchestration.models.agent import Agent, EnrolmentToken
from orchestration.models.applied import AppliedObject
from orchestration.models.config_template import (
    AnyTemplate,
    AnyVersion,
    ConfigTemplate,
    ConfigTemplateVersion,
    TemplateLink,
)
from orchestration.models.configuration import ConfigurationRevision
from orchestration.models.context import Capability, Context
from orchestration.models.dependency import InjectedSection, RevisionDependency, SharedCopy
from orchestration.models.deployment import Deployment, Rollout, Step
from orchestration.models.event import Event
from orchestration.models.heartbeat import WorkerHeartbeat
from orchestration.models.instance import SolutionInstance, SolutionVersion
from orchestration.models.kept_answer import KeptAnswer
from orchestration.models.node import Node
from orchestration.models.operation import Operation, OperationResult
from orchestration.models.outbox import Delivery, DeliveryAttempt
from orchestration.models.schema import Schema, SchemaVersion
from orchestration.models.secret import NamedSecret, NamedSecretVersion, SecretValue
from orchestration.models.sign_in import ApiToken, SignIn
from orchestration.models.solution import SolutionTemplate, SolutionTemplateVersion
from orchestration.models.target import Target
from orchestration.models.validation import Validation
from orchestration.models.webhook import Webhook

__all__ = [
    "Agent",
    "AnyTemplate",
    "AnyVersion",
    "ApiToken",
    "AppliedObject",
    "Capability",
    "ConfigTemplate",
    "ConfigTemplateVersion",
    "ConfigurationRevision",
    "Context",
    "Delivery",
    "DeliveryAttempt",
    "Deployment",
    "EnrolmentToken",
    "Event",
    "InjectedSection",
    "KeptAnswer",
    "NamedSecret",
    "NamedSecretVersion",
    "Node",
    "Operation",
    "OperationResult",
    "RevisionDependency",
    "Rollout",
    "Schema",
    "SchemaVersion",
    "SecretValue",
    "SharedCopy",
    "SignIn",
    "SolutionInstance",
    "SolutionTemplate",
    "SolutionTemplateVersion",
    "SolutionVersion",
    "Step",
    "Target",
    "TemplateLink",
    "Validation",
    "Webhook",
    "WorkerHeartbeat",
]
