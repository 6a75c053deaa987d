"""Component type ``file``: writes one file atomically, and says so to who reads it.

A relative ``path`` lies in the component's own directory. An absolute one must lie below
a directory the machine's owner opened to the agent (``--file-root``). Without ``content``
the resolved configuration is written, as JSON. What stood at the path before the first
write is put back when the component is removed.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from agent import files, signing
from agent.drivers.base import BaseDriver, DriverError, Observation, Work
from agent.properties import Problem, Schema
from agent.wire import Component, HealthState

_RELOAD_SECONDS = 30.0
_ORIGINAL = "original"
_RECORD = "file.json"
_LOG = "reload.log"


@dataclass(frozen=True)
class _Record:
    """Which file is ours, and as what it was last written completely."""

    path: Path
    specification: str


class Driver(BaseDriver):
    """Keeps one file as the configuration says."""

    type: ClassVar[str] = "file"
    properties: ClassVar[Schema] = {
        "type": "object",
        "required": ["path"],
        "additionalProperties": False,
        "properties": {
            "path": {"type": "string"},
            "content": {"type": "string"},
            "mode": {"type": "string"},
            "owner": {"type": "string"},
            "reload": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        },
    }

    visible: ClassVar[frozenset[str]] = frozenset({"path", "reload"})

    def validate(self, component: Component) -> list[Problem]:
        """Check the properties, the mode, and that the path may be written."""
        problems = super().validate(component)
        if problems:
            return problems
        mode = component.properties.get("mode", "0644")
        if not (mode.isdigit() and set(mode) <= set("01234567") and int(mode, 8) <= 0o777):  # noqa: PLR2004 - all permission bits
            problems.append(Problem("mode", "not-a-mode", 'must be permissions such as "0644"'))
        if not self._allowed(Path(component.properties["path"])):
            problems.append(
                Problem("path", "outside", "lies outside what this machine opened to the agent")
            )
        return problems

    async def apply(self, work: Work) -> None:
        """Write the file when it differs, then run ``reload``."""
        path, recorded = self._path(work), _recorded(work)
        if recorded == _Record(path, _specification(work)) and _written(path, work):
            return
        if recorded and recorded.path != path:
            await asyncio.to_thread(_put_back, recorded.path, work)
            recorded = None
        if recorded is None:
            await asyncio.to_thread(_take_over, path, work)
        await asyncio.to_thread(files.write_atomic, path, _content(work), _mode(work))
        self._give_to_owner(path, work)
        if "reload" in work.component.properties:
            await self._reload(work)
        _record(work, _Record(path, _specification(work)))

    async def observe(self, work: Work) -> Observation:
        """Compare the file with what it should hold."""
        path = self._path(work)
        if not path.exists():
            return Observation(HealthState.STOPPED, current=False, detail="the file is missing")
        if _written(path, work):
            return Observation(HealthState.RUNNING, current=True)
        return Observation(HealthState.FAILED, current=False, detail="the file was changed")

    async def remove(self, work: Work) -> None:
        """Put back what was there before, or delete the file."""
        if recorded := _recorded(work):
            await asyncio.to_thread(_put_back, recorded.path, work)

    async def logs(self, work: Work, limit: int) -> str:
        """Return the end of what the reload command said."""
        return files.tail(work.directory / _LOG, limit)

    def _allowed(self, path: Path) -> bool:
        if ".." in path.parts:
            return False
        if not path.is_absolute():
            return True
        return any(path.resolve().is_relative_to(root) for root in self.settings.file_roots)

    def _path(self, work: Work) -> Path:
        path = Path(work.property("path"))
        # Looked at again at the last moment: a link may have been put there since.
        if not self._allowed(path):
            raise DriverError("outside", f"{path} may not be written", element="path")
        return path if path.is_absolute() else work.directory / "files" / path

    def _give_to_owner(self, path: Path, work: Work) -> None:
        owner = work.property("owner")
        if owner is None or sys.platform == "win32":
            return
        try:
            shutil.chown(path, user=owner)
        except (LookupError, PermissionError) as error:
            raise DriverError(
                "owner", f"cannot give the file to {owner}", element="owner"
            ) from error

    async def _reload(self, work: Work) -> None:
        command = work.property("reload")
        with files.append(work.directory / _LOG) as log:
            try:
                child = await asyncio.create_subprocess_exec(
                    *command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
                )
            except OSError as error:
                raise DriverError("reload-missing", str(error), element="reload") from error
        try:
            code = await asyncio.wait_for(child.wait(), _RELOAD_SECONDS)
        except TimeoutError as error:
            child.kill()
            raise DriverError(
                "reload-timeout", "the command does not end", element="reload"
            ) from error
        if code != 0:
            raise DriverError("reload-failed", f"the command ended with {code}", element="reload")


def _take_over(path: Path, work: Work) -> None:
    """Keep what stands there; from now on the file is ours, even if we die writing it."""
    if path.exists():
        files.write_atomic(work.directory / _ORIGINAL, path.read_bytes())
        shutil.copystat(path, work.directory / _ORIGINAL)
    _record(work, _Record(path, ""))


def _put_back(path: Path, work: Work) -> None:
    original = work.directory / _ORIGINAL
    if original.exists():
        files.write_atomic(path, original.read_bytes())
        shutil.copystat(original, path)
    else:
        path.unlink(missing_ok=True)
    (work.directory / _RECORD).unlink()
    original.unlink(missing_ok=True)


def _recorded(work: Work) -> _Record | None:
    try:
        record = json.loads((work.directory / _RECORD).read_bytes())
        return _Record(Path(record["path"]), record["specification"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _record(work: Work, record: _Record) -> None:
    data = {"path": str(record.path), "specification": record.specification}
    files.write_atomic(work.directory / _RECORD, json.dumps(data).encode())


def _written(path: Path, work: Work) -> bool:
    try:
        return path.read_bytes() == _content(work)
    except FileNotFoundError:
        return False


def _content(work: Work) -> bytes:
    content = work.property("content")
    if content is None:
        content = json.dumps(work.configuration, indent=2, ensure_ascii=False) + "\n"
    return str(content).encode()


def _mode(work: Work) -> int:
    mode = int(work.property("mode", "0644"), 8)
    # What holds secrets is nobody's but the owner's, whatever the component says.
    return mode & 0o700 if work.private else mode


def _specification(work: Work) -> str:
    return signing.digest(signing.canonical([work.component.to_json(), _content(work).decode()]))
