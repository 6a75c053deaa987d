"""Installs the programs that the suite needs from Debian, or says which are missing.

Run by ``make test`` as ``python -m tests.system``.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def postgres_programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs: Debian keeps them out of the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def missing() -> list[str]:
    """Return the Debian packages of the programs that are not there."""
    have = {
        "chromium": shutil.which("chromium") is not None,
        "postgresql": postgres_programs() is not None,
        "redis-server": shutil.which("redis-server") is not None,
    }
    return [package for package, there in have.items() if not there]


def install(packages: list[str]) -> None:
    """Install Debian packages; raises CalledProcessError."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages],
    ):
        subprocess.run(command, check=True, env=quiet, stdin=subprocess.DEVNULL)


def main() -> int:
    """Make sure of the programs; 1 when a person has to install them."""
    packages = missing()
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        install(packages)
        packages = missing()
    if packages:
        sys.stderr.write(
            "The tests need programs that are not installed. As root:\n"
            f"    apt-get update && apt-get install --yes {' '.join(packages)}\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
