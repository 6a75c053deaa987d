"""PostgreSQL and Redis for the tests: on free ports, in a temporary folder, gone afterwards.

python -m tests.servers COMMAND...    runs the command with DATABASE_URL and REDIS_URL set
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.system import postgres_programs

START_WITHIN = 30.0  # seconds
OWNER = "postgres"  # PostgreSQL refuses to run as root


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder, owned by whoever will run PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="sitewright-servers-") as name:
        if os.geteuid() == 0:
            shutil.chown(name, OWNER)
        yield Path(name)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL server; yields its DATABASE_URL.

    Its collation is a natural one on purpose: code that needs bytewise order has to ask for it.
    """
    programs = postgres_programs()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed; run `make test-system`")
    data, port = folder / "postgres", free_port()
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    locale = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")
    access = ("--username=sitewright", "--auth=trust", "--encoding=UTF8")
    _as_owner(programs / "initdb", "--pgdata", data, *access, *locale)
    control = (programs / "pg_ctl", "--pgdata", data, "--wait")
    _as_owner(*control, "--log", folder / "postgres.log", "--options", options, "start")
    try:
        yield f"postgres://sitewright@127.0.0.1:{port}/postgres"
    finally:
        _as_owner(*control, "--mode", "immediate", "stop")


@contextmanager
def redis(folder: Path, port: int = 0) -> Iterator[str]:
    """A Redis server that keeps nothing, at a port or a free one; yields its REDIS_URL."""
    port = port or free_port()
    server = subprocess.Popen(
        ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", folder],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


@contextmanager
def servers() -> Iterator[Mapping[str, str]]:
    """Both servers; yields the environment that points to them."""
    with ExitStack() as stack:
        folder = stack.enter_context(scratch())
        yield {
            "DATABASE_URL": stack.enter_context(postgres(folder)),
            "REDIS_URL": stack.enter_context(redis(folder)),
        }


def _as_owner(*command: str | Path) -> None:
    prefix = ["runuser", "-u", OWNER, "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*prefix, *map(str, command)],
        # To a file, not a pipe: the server inherits it and would hold a pipe open for ever.
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        cwd="/",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed with code {done.returncode}")


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def main() -> int:
    """Run the command given on the command line; returns its exit code."""
    with servers() as environment:
        return subprocess.run(
            sys.argv[1:], env={**os.environ, **environment}, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
