"""Programs that outlive the agent, and are never mistaken for another.

A process id alone is worthless: ids are reused. What identifies a program here is
its id together with the moment it started (and, on Linux, the boot it started in).
A program killed between its start and the record of it is found again by a marker
in its environment.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent import files

MARKER = "SITEWRIGHT_COMPONENT_DIRECTORY"
_PROC = Path("/proc")
_POLL_SECONDS = 0.05
_KILL_SECONDS = 10.0
_ZOMBIE_STATES = ("Z", "X", "x")


@dataclass(frozen=True)
class ProgramId:
    """One run of one program; ``started`` means nothing outside this machine."""

    pid: int
    started: str


class Programs:
    """Starts, watches and stops programs; knows the exit codes of those it started itself."""

    def __init__(self) -> None:
        """Begin with no children: programs of an earlier agent are known by their ids."""
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def start(
        self, command: Sequence[str], *, directory: Path, environment: Mapping[str, str], log: Path
    ) -> ProgramId:
        """Start a program in a session of its own; raises OSError when it cannot be run."""
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
        with files.append(log) as output:
            child = subprocess.Popen(  # noqa: S603 - running programs is what this is for
                list(command),
                cwd=directory,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                creationflags=flags,
            )
        self._children[child.pid] = child
        return ProgramId(child.pid, _started(child.pid) or "ended")

    def alive(self, program: ProgramId) -> bool:
        """Tell whether exactly this run still goes on."""
        child = self._children.get(program.pid)
        if child is not None and child.poll() is not None:
            return False
        return _started(program.pid) == program.started

    def exit_code(self, program: ProgramId) -> int | None:
        """Return how a program of ours ended; None when it runs or was not our child."""
        child = self._children.get(program.pid)
        return None if child is None else child.poll()

    async def stop(self, program: ProgramId, grace: float) -> None:
        """Ask a program and its children to end, and end them after ``grace`` seconds."""
        if not self.alive(program):
            return
        _signal(program.pid, signal.SIGTERM)
        if not await self._ended_within(program, grace):
            _end(program.pid)
            if not await self._ended_within(program, _KILL_SECONDS):
                raise TimeoutError(f"process {program.pid} does not end")
        # Children that outlived their leader; ids are handed out in turn, so this one
        # cannot have been given to a stranger within the moment since the leader ended.
        _end(program.pid)
        self._children.pop(program.pid, None)

    async def _ended_within(self, program: ProgramId, seconds: float) -> bool:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while self.alive(program):
            if loop.time() >= until:
                return False
            await asyncio.sleep(_POLL_SECONDS)
        return True


def find_marked(directory: Path) -> ProgramId | None:
    """Find the program started for a component directory, whoever started it.

    Only the leader of the session counts: its children carry the same marker. Windows
    offers no such look at another process; there only the record file is used.
    """
    wanted = f"{MARKER}={directory}".encode()
    for pid in _pids():
        with contextlib.suppress(OSError):
            if wanted not in (_PROC / str(pid) / "environ").read_bytes().split(b"\0"):
                continue
            if os.getsid(pid) == pid and (started := _started(pid)):
                return ProgramId(pid, started)
    return None


def _pids() -> Iterator[int]:
    if _PROC.is_dir():
        yield from (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            os.kill(pid, signal.SIGTERM)
        else:
            os.killpg(pid, number)


def _end(pid: int) -> None:
    if sys.platform == "win32":
        _signal(pid, signal.SIGTERM)
    else:
        _signal(pid, signal.SIGKILL)


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _QUERY_LIMITED = 0x1000
    _STILL_ACTIVE = 259

    def _started(pid: int) -> str | None:
        """Return the creation time of a process that still runs."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        handle = kernel.OpenProcess(_QUERY_LIMITED, False, pid)
        if not handle:
            return None
        try:
            code = wintypes.DWORD()
            times = [wintypes.FILETIME() for _ in range(4)]
            kernel.GetExitCodeProcess(handle, ctypes.byref(code))
            kernel.GetProcessTimes(handle, *(ctypes.byref(time) for time in times))
        finally:
            kernel.CloseHandle(handle)
        if code.value != _STILL_ACTIVE:
            return None
        return f"{times[0].dwHighDateTime}-{times[0].dwLowDateTime}"

else:

    def _started(pid: int) -> str | None:
        """Return boot and start tick of a process that runs and is no zombie."""
        try:
            stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
            boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        except OSError:
            return None
        # The program's name stands in brackets and may itself hold spaces and brackets.
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] in _ZOMBIE_STATES else f"{boot}-{fields[19]}"
