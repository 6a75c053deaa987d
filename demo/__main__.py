"""Runs the demo: database, portal with its workers, and one real agent a factory.

    python -m demo [--port 8000] [--line-ports 9100]
    python -m demo --reset

Ctrl-C stops everything that was started here, the lines' services included.
Starting again goes on where it was.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from demo.fleet import Fleet, forget
from demo.program import DemoError

DATA = Path(__file__).resolve().parent.parent / "var" / "demo"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until told to stop; returns the exit code."""
    parser = argparse.ArgumentParser(prog="demo", description="A plant to try.")
    parser.add_argument("--port", type=int, default=8000, help="the portal's port")
    parser.add_argument("--line-ports", type=int, default=9100, help="first port of the lines")
    parser.add_argument("--data", type=Path, default=DATA, help="where everything is kept")
    parser.add_argument("--reset", action="store_true", help="forget everything, then stop")
    chosen = parser.parse_args(arguments)
    os.environ["SITEWRIGHT_DEMO"] = "1"
    os.environ["SITEWRIGHT_DATA_DIR"] = str(chosen.data)
    try:
        if chosen.reset:
            forget(chosen.data)
            sys.stdout.write("Everything of the demo is removed; `make demo` begins anew.\n")
        else:
            Fleet(chosen.data, chosen.port, chosen.line_ports).run()
    except DemoError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
