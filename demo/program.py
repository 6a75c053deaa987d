"""One program of the demo as a child process that is started again when it falls."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

QUICK = 5.0  # seconds: a program that falls sooner than this did not really start
TRIES = 3


class DemoError(Exception):
    """The demo cannot go on; the text says why and what to do."""


class Program:
    """A child process of ours, in a session of its own.

    So Ctrl-C reaches only the demo itself, which then stops its programs in
    order: agents first, while the portal can still hear what they say.
    """

    def __init__(self, name: str, arguments: Sequence[str], data: Path) -> None:
        """Start ``python`` with the arguments; what it prints goes to a file in ``data``."""
        self.name = name
        self.log = data / f"{name}.log"
        self._arguments = [sys.executable, *arguments]
        self._quick_falls = 0
        self._process = self._start()

    def running(self) -> bool:
        """Whether the program is still there."""
        return self._process.poll() is None

    def restart_if_fallen(self) -> None:
        """Start the program again if it ended.

        Raises:
            DemoError: it ended again and again right after its start.
        """
        if self.running():
            return
        quick = time.monotonic() - self._started < QUICK
        self._quick_falls = self._quick_falls + 1 if quick else 0
        if self._quick_falls >= TRIES:
            raise DemoError(f"{self.name} does not stay up; its log: {self.log}")
        sys.stdout.write(f"{self.name} ended with code {self._process.returncode}; starting it\n")
        sys.stdout.flush()
        self._process = self._start()

    def ask_to_stop(self) -> None:
        """Send the signal to end."""
        self._process.terminate()

    def wait(self, until: float) -> None:
        """Wait for the end until a time of the monotonic clock, then insist."""
        try:
            self._process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> "subprocess.Popen[bytes]":
        self._started = time.monotonic()
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603  our own program
                self._arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
