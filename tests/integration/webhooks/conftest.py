"""A receiver on loopback that answers as a test tells it to, and keeps what it was told."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django import Settings

LOOPBACK = "127.0.0.1"


@dataclass
class Receiver:
    """The other side. ``answers`` are given one after the other, the last one for ever."""

    server: ThreadingHTTPServer
    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(200, b"thanks")])
    headers: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/hook"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.calls]

    @property
    def kinds(self) -> list[str]:
        return [str(body["kind"]) for body in self.bodies]


def receiving() -> Receiver:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.calls.append((dict(self.headers), body))
            status, said = made.answers.pop(0) if len(made.answers) > 1 else made.answers[0]
            self.send_response(status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the base has it
            """Nothing."""

    made = Receiver(ThreadingHTTPServer((LOOPBACK, 0), Handler))
    threading.Thread(target=made.server.serve_forever, daemon=True).start()
    return made


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOWED = [LOOPBACK]
    made = receiving()
    yield made
    made.server.shutdown()
    made.server.server_close()
