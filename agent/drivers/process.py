"""Component type ``process``: supervises a program on this machine.

The command may hold three placeholders: ``{python}`` (the interpreter the agent runs on),
``{config}`` (the absolute path of the configuration file, JSON) and ``{workdir}`` (the
program's own directory, which stays when revisions change). Nothing else is replaced.

The program gets a small environment: what a program needs to start at all, the labels
``SITEWRIGHT_INSTANCE``, ``_TARGET``, ``_SOLUTION``, ``_REVISION``, and what the component
declares; the agent's own environment may hold proxy passwords and is not passed on.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from agent import failpoints, files, signing
from agent.drivers.base import BaseDriver, DriverError, Observation, Settings, Work
from agent.processes import MARKER, ProgramId, Programs, find_marked
from agent.properties import Problem, Schema
from agent.wire import Component, HealthState

_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "TEMP")
_CANNOT_RUN: Mapping[int | None, tuple[str, str]] = {
    errno.ENOENT: ("program-missing", "there is no such program here"),
    errno.EACCES: ("program-refused", "may not be run"),
    errno.EPERM: ("program-refused", "may not be run"),
    errno.ENOEXEC: ("program-refused", "is not a program for this machine"),
}
_LOG_BYTES = 10 * 1024 * 1024
_STOP_SECONDS = 10.0
_CONFIGURATION = "config"
_RECORD = "process.json"
_LOG = "output.log"


class Driver(BaseDriver):
    """Runs one program per component, through restarts of the agent."""

    type: ClassVar[str] = "process"
    properties: ClassVar[Schema] = {
        "type": "object",
        "required": ["command"],
        "additionalProperties": False,
        "properties": {
            "command": {"type": "array", "minItems": 1, "items": {"type": "string"}},
            "configFile": {"type": "string"},
            "environment": {"type": "object", "additionalProperties": {"type": "string"}},
            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            "health": {
                "type": "object",
                "required": ["http"],
                "additionalProperties": False,
                "properties": {
                    "http": {"type": "string"},
                    "timeout": {"type": "number", "minimum": 1, "maximum": 3600},
                    "interval": {"type": "number", "minimum": 0.1, "maximum": 600},
                },
            },
            "stopTimeout": {"type": "number", "minimum": 0, "maximum": 600},
        },
    }
    restart_causing: ClassVar[frozenset[str]] = frozenset(
        {"command", "configFile", "environment", "port"}
    )
    visible: ClassVar[frozenset[str]] = frozenset({"command", "configFile", "health"})

    def __init__(self, settings: Settings) -> None:
        """Begin without children; programs of an earlier agent are found by their records."""
        super().__init__(settings)
        self._programs = Programs()

    def validate(self, component: Component) -> list[Problem]:
        """Check the properties, and that the configuration file stays in its directory."""
        problems = super().validate(component)
        name = component.properties.get("configFile", "config.json")
        if isinstance(name, str) and (Path(name).name != name or name in ("", ".", "..")):
            problems.append(Problem("configFile", "not-a-name", "must be a plain file name"))
        return problems

    async def stage(self, work: Work) -> None:
        """Write the configuration beside the one in use."""
        self._write_configuration(work)

    async def apply(self, work: Work) -> None:
        """Start the program, in place of another run with other settings."""
        specification = _specification(work)
        recorded, running = self._recorded(work), self._running(work)
        if running and recorded and recorded[1] == specification and recorded[0] == running:
            return
        if running:
            await self._programs.stop(running, work.property("stopTimeout", _STOP_SECONDS))
            failpoints.reach(failpoints.PROGRAM_STOPPED)
        self._write_configuration(work)
        self._forget_other_configurations(work)
        program = self._start(work)
        failpoints.reach(failpoints.PROGRAM_STARTED)
        record = {"pid": program.pid, "started": program.started, "specification": specification}
        files.write_atomic(work.directory / _RECORD, json.dumps(record).encode())

    async def observe(self, work: Work) -> Observation:
        """Look whether the recorded run goes on, and whether its settings are these."""
        recorded = self._recorded(work)
        if recorded is None:
            return Observation(HealthState.STOPPED, current=False)
        program, specification = recorded
        current = specification == _specification(work)
        if self._programs.alive(program):
            files.keep_short(work.directory / _LOG, _LOG_BYTES)
            return Observation(HealthState.RUNNING, current)
        code = self._programs.exit_code(program)
        detail = "the program ended" if code is None else f"the program ended with code {code}"
        return Observation(HealthState.FAILED, current, detail)

    async def stop(self, work: Work) -> None:
        """End the program, and remember that nobody should miss it."""
        if program := self._running(work):
            await self._programs.stop(program, work.property("stopTimeout", _STOP_SECONDS))
        (work.directory / _RECORD).unlink(missing_ok=True)

    async def remove(self, work: Work) -> None:
        """End the program; its files go with the component's directory."""
        await self.stop(work)

    async def logs(self, work: Work, limit: int) -> str:
        """Return the end of what the program wrote."""
        return files.tail(work.directory / _LOG, limit)

    def _running(self, work: Work) -> ProgramId | None:
        recorded = self._recorded(work)
        if recorded and self._programs.alive(recorded[0]):
            return recorded[0]
        return find_marked(work.directory)

    def _recorded(self, work: Work) -> tuple[ProgramId, str] | None:
        try:
            record = json.loads((work.directory / _RECORD).read_bytes())
            return ProgramId(record["pid"], record["started"]), record["specification"]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def _start(self, work: Work) -> ProgramId:
        (work.directory / "work").mkdir(parents=True, exist_ok=True)
        command = _command(work)
        try:
            return self._programs.start(
                command,
                directory=work.directory / "work",
                environment=_environment(work, os.environ),
                log=work.directory / _LOG,
            )
        except OSError as error:
            if error.errno not in _CANNOT_RUN:
                raise
            code, text = _CANNOT_RUN[error.errno]
            raise DriverError(code, f"{command[0]}: {text}", element="command") from error

    def _write_configuration(self, work: Work) -> None:
        path = _configuration_path(work)
        data = json.dumps(work.configuration, indent=2, ensure_ascii=False).encode()
        if not path.exists() or path.read_bytes() != data:
            files.write_atomic(path, data)
        failpoints.reach(failpoints.CONFIGURATION_WRITTEN)

    def _forget_other_configurations(self, work: Work) -> None:
        used = _configuration_path(work).parent
        for directory in (work.directory / _CONFIGURATION).iterdir():
            if directory != used:
                shutil.rmtree(directory, ignore_errors=True)


def _configuration_path(work: Work) -> Path:
    digest = signing.digest(signing.canonical(work.configuration))
    short = digest.removeprefix(signing.DIGEST_PREFIX)[:16]
    name: str = work.property("configFile", "config.json")
    return work.directory / _CONFIGURATION / short / name


def _command(work: Work) -> list[str]:
    values = {
        "{python}": sys.executable,
        "{config}": str(_configuration_path(work)),
        "{workdir}": str(work.directory / "work"),
    }
    return [_fill(part, values) for part in work.property("command")]


def _fill(text: str, values: Mapping[str, str]) -> str:
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text


def _environment(work: Work, around: Mapping[str, str]) -> dict[str, str]:
    return {
        **{name: around[name] for name in _PASSED_ON if name in around},
        **work.property("environment", {}),
        "SITEWRIGHT_INSTANCE": work.labels.instance,
        "SITEWRIGHT_TARGET": work.labels.target,
        "SITEWRIGHT_SOLUTION": work.labels.solution,
        "SITEWRIGHT_REVISION": work.labels.revision,
        MARKER: str(work.directory),
    }


def _specification(work: Work) -> str:
    """Return what tells one run's settings from another's: a change of it restarts."""
    return signing.digest(
        signing.canonical(
            {
                "command": _command(work),
                "configuration": work.configuration,
                "environment": _environment(work, {}),
                "port": work.property("port"),
            }
        )
    )
