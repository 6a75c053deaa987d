"""The small service demo lines run: it serves the configuration it was given.

``python -m demo.service CONFIG`` reads a JSON file with the keys ``Port`` (listens on
127.0.0.1 only) and, optionally, ``FailHealth`` (true makes ``/health`` answer 500, so that
a deployment fails on purpose). Paths: ``/`` for people, ``/config`` as JSON, ``/health``.
Needs nothing but the standard library.
"""

from __future__ import annotations

import html
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PORT_KEY = "Port"
FAIL_KEY = "FailHealth"
_LARGEST_PORT = 65_535

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{line}</title>
<style>
:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }}
body {{ max-width: 42rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ margin-bottom: 0; }}
table {{ width: 100%; border-collapse: collapse; margin-top: 1.5rem; }}
th, td {{ text-align: left; padding: .4rem .5rem; border-bottom: 1px solid #8884; }}
td {{ font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<h1>{line}</h1>
<p>{solution}, revision <strong>{revision}</strong></p>
<table>
<caption hidden>Configuration</caption>
<thead><tr><th scope="col">Setting</th><th scope="col">Value</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""


class ConfigurationError(Exception):
    """The configuration cannot be served; the text says what to do."""


def read_configuration(path: Path) -> Mapping[str, Any]:
    """Return the configuration; raises ``ConfigurationError``."""
    try:
        configuration = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read as JSON: {error}") from error
    port = configuration.get(PORT_KEY) if isinstance(configuration, dict) else None
    if type(port) is not int or not 0 <= port <= _LARGEST_PORT:
        raise ConfigurationError(f"{path} needs {PORT_KEY}, a number up to {_LARGEST_PORT}")
    return dict(configuration)


def page(configuration: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Return the page for people; ``labels`` are the SITEWRIGHT_ variables the agent sets."""
    rows = "\n".join(
        f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(value)}</td></tr>'
        for name, value in _leaves(configuration)
    )
    return _PAGE.format(
        line=html.escape(labels.get("SITEWRIGHT_TARGET", "Demo line")),
        solution=html.escape(labels.get("SITEWRIGHT_SOLUTION", "Demo service")),
        revision=html.escape(labels.get("SITEWRIGHT_REVISION", "none")),
        rows=rows,
    )


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{name}.{key}" if name else str(key))
    else:
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Server(ThreadingHTTPServer):
    """Serves one configuration, which never changes while the program runs."""

    daemon_threads = True

    def __init__(self, configuration: Mapping[str, Any], labels: Mapping[str, str]) -> None:
        """Bind the port; raises OSError when somebody else has it."""
        self.configuration = configuration
        self.labels = labels
        super().__init__(("127.0.0.1", configuration[PORT_KEY]), Handler)


class Handler(BaseHTTPRequestHandler):
    """Answers the three paths."""

    server: Server

    def do_GET(self) -> None:
        """Answer one request."""
        served = self.server.configuration
        if self.path == "/":
            self._answer(HTTPStatus.OK, "text/html", page(served, self.server.labels))
        elif self.path == "/config":
            text = json.dumps(served, indent=2, ensure_ascii=False)
            self._answer(HTTPStatus.OK, "application/json", text)
        elif self.path == "/health":
            ill = served.get(FAIL_KEY) is True
            status = HTTPStatus.INTERNAL_SERVER_ERROR if ill else HTTPStatus.OK
            text = json.dumps({"status": "failing" if ill else "ok"})
            self._answer(status, "application/json", text)
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", "There is nothing here.\n")

    def _answer(self, status: HTTPStatus, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as inherited
        """Say nothing about each request: the agent asks every few seconds."""


def main(arguments: list[str]) -> int:
    """Serve until told to stop; returns the exit code."""
    if len(arguments) != 1:
        print("usage: python -m demo.service CONFIG", file=sys.stderr)  # noqa: T201
        return 2
    try:
        server = Server(read_configuration(Path(arguments[0])), os.environ)
    except (ConfigurationError, OSError) as error:
        print(f"cannot serve: {error}", file=sys.stderr)  # noqa: T201
        return 1
    # shutdown() waits for the loop it stops, so it must not run on that loop's thread.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"serving on http://127.0.0.1:{server.server_port}/", flush=True)  # noqa: T201
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
