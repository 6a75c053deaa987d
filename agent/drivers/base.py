"""The one interface of every driver; a new kind of workload is a new file beside this one.

A driver module holds a class ``Driver`` that derives from ``BaseDriver``. Each call must
be safe to repeat: the agent may die after any of them and ask again after its restart.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from agent import properties
from agent.properties import Problem, Schema
from agent.wire import Component, HealthState


@dataclass(frozen=True)
class Settings:
    """What the machine's owner allows drivers; ``file_roots`` may be written below."""

    file_roots: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Labels:
    """Which instance a component belongs to, in words a program may show."""

    instance: str
    target: str
    solution: str
    revision: str


@dataclass(frozen=True)
class Work:
    """One component of one revision, and the directory that is its alone.

    ``private`` says that there are secrets in it; ``recorded`` is the component without them, as
    it may be kept outside of the component's own files.
    """

    component: Component
    configuration: Mapping[str, Any]
    directory: Path
    labels: Labels
    recorded: Component | None = None
    private: bool = False

    def property(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - checked by schema
        """Return a property of the component."""
        return self.component.properties.get(name, default)


@dataclass(frozen=True)
class Observation:
    """What really runs; ``current`` tells whether it is what the work describes."""

    state: HealthState
    current: bool
    detail: str | None = None


class DriverError(Exception):
    """A driver could not do its work; the text is for a person, the code for a rule."""

    def __init__(
        self, code: str, message: str, *, element: str | None = None, retryable: bool = False
    ) -> None:
        """Name what went wrong, and where in the component."""
        super().__init__(message)
        self.code = code
        self.element = element
        self.retryable = retryable


class BaseDriver(ABC):
    """Stages, applies, observes and removes components of one ``type``."""

    type: ClassVar[str]
    properties: ClassVar[Schema]
    """Which properties a component may have: see ``agent.properties``."""
    restart_causing: ClassVar[frozenset[str]] = frozenset()
    """Properties whose change interrupts what runs."""
    visible: ClassVar[frozenset[str]] = frozenset()
    """Properties that others on the machine can see: no place for secrets."""

    def __init__(self, settings: Settings) -> None:
        """Keep what the machine's owner allows."""
        self.settings = settings

    def validate(self, component: Component) -> list[Problem]:
        """Return what is wrong with a component before anything is touched."""
        return list(properties.check(self.properties, component.properties))

    async def stage(self, work: Work) -> None:  # noqa: B027 - some kinds have nothing to prepare
        """Fetch and prepare; what runs is not touched."""

    @abstractmethod
    async def apply(self, work: Work) -> None:
        """Make the work run; does nothing when it already does. Raises ``DriverError``."""

    @abstractmethod
    async def observe(self, work: Work) -> Observation:
        """Look at what really runs."""

    async def stop(self, work: Work) -> None:  # noqa: B027 - some kinds have nothing to stop
        """Stop what runs and keep its files, so that ``apply`` can start it again."""

    @abstractmethod
    async def remove(self, work: Work) -> None:
        """Stop what runs and undo what was written outside the component's directory."""

    async def logs(self, work: Work, limit: int) -> str:
        """Return at most the last ``limit`` bytes of what the component said."""
        return ""
