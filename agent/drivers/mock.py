"""Component type ``mock``: nothing real, with failures and delays on demand.

``delays`` gives seconds per call; ``fail`` names calls that fail, each with how many
``times`` (always, when unset); ``state`` is what ``observe`` then sees.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from agent import signing
from agent.drivers.base import BaseDriver, DriverError, Observation, Settings, Work
from agent.properties import Schema
from agent.wire import HealthState

_CALLS = ("stage", "apply", "remove")


class Driver(BaseDriver):
    """Remembers in memory what it was told to run."""

    type: ClassVar[str] = "mock"
    properties: ClassVar[Schema] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "delays": {
                "type": "object",
                "additionalProperties": False,
                "properties": {call: {"type": "number", "minimum": 0} for call in _CALLS},
            },
            "fail": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    call: {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {
                            "code": {"type": "string"},
                            "message": {"type": "string"},
                            "times": {"type": "integer", "minimum": 1},
                            "retryable": {"type": "boolean"},
                        },
                    }
                    for call in _CALLS
                },
            },
            "state": {"type": "string", "enum": [state.value for state in HealthState]},
        },
    }

    def __init__(self, settings: Settings) -> None:
        """Begin with nothing running and nothing failed."""
        super().__init__(settings)
        self._running: dict[Path, str] = {}
        self._failed: dict[tuple[Path, str], int] = {}

    async def stage(self, work: Work) -> None:
        """Wait or fail as told."""
        await self._act("stage", work)

    async def apply(self, work: Work) -> None:
        """Wait or fail as told, else run."""
        await self._act("apply", work)
        self._running[work.directory] = _specification(work)

    async def observe(self, work: Work) -> Observation:
        """Answer the state the component asks for."""
        running = self._running.get(work.directory)
        if running is None:
            return Observation(HealthState.STOPPED, current=False)
        state = HealthState(work.property("state", HealthState.RUNNING.value))
        return Observation(state, running == _specification(work))

    async def stop(self, work: Work) -> None:
        """Run no longer."""
        self._running.pop(work.directory, None)

    async def remove(self, work: Work) -> None:
        """Wait or fail as told, else run no longer."""
        await self._act("remove", work)
        self._running.pop(work.directory, None)

    async def _act(self, call: str, work: Work) -> None:
        await asyncio.sleep(work.property("delays", {}).get(call, 0))
        failure = work.property("fail", {}).get(call)
        if failure is None:
            return
        done = self._failed.get((work.directory, call), 0)
        if done >= failure.get("times", done + 1):
            return
        self._failed[work.directory, call] = done + 1
        raise DriverError(
            failure.get("code", "asked-to-fail"),
            failure.get("message", "the component asked for this failure"),
            element=call,
            retryable=failure.get("retryable", False),
        )


def _specification(work: Work) -> str:
    return signing.digest(
        signing.canonical(
            [work.component.to_json(), dict(work.configuration), work.labels.revision]
        )
    )
