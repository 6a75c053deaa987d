"""What expressions read, and the state of one evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from orchestration.expressions.errors import Problem, over_limit
from orchestration.expressions.limits import DEFAULT_LIMITS, Limits
from orchestration.expressions.values import Value


class State(Enum):
    """What stands in the place of a key's value before, while and after it is evaluated."""

    PENDING = "pending"
    RUNNING = "running"
    FAILED = "failed"


PENDING: Final = State.PENDING
RUNNING: Final = State.RUNNING
FAILED: Final = State.FAILED


@dataclass(slots=True)
class Context:
    """What expressions read. One context serves one evaluation at a time.

    `values` is what `$val` reads, merged from the hierarchy. `configuration` is what `$property`
    reads where there is no template: in rules and specifications. `configs` are resolved config
    templates by Name/Version, `sites` the places above by level, `registry` the address a staged
    target pulls from.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    configuration: Value = None
    configs: Mapping[str, Value] = field(default_factory=dict)
    target: Mapping[str, Value] = field(default_factory=dict)
    sites: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    instance: str | None = None
    registry: str | None = None
    limits: Limits = DEFAULT_LIMITS
    slots: list[Value] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    depth: int = 0
    room: int = 0
    work: int = 0


def spend(context: Context, work: int) -> None:
    """Take work off what a target may cost; when nothing is left, raise Fault."""
    context.work -= work
    if context.work < 0:
        raise over_limit("too much text is looked at for one target", "use large values less often")
