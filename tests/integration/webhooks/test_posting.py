"""One call: to the number that was judged, within a time and a size, and no further."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from pytest_django import Settings

from orchestration.services import posting
from orchestration.services.addresses import Resolver
from orchestration.services.posting import Answer, Request
from tests.integration.webhooks.conftest import LOOPBACK, Receiver, receiving

NAME = "hooks.plant.example"


def send(url: str, resolve: Resolver | None = None) -> Answer:
    request = Request(url, b"{}", {"Content-Type": "application/json"})
    return posting.post(request, resolve) if resolve else posting.post(request)


def knows(*found: str) -> Resolver:
    def resolve(host: str, port: int) -> Sequence[str]:
        return found

    return resolve


def test_the_answer_and_how_long_it_took(receiver: Receiver) -> None:
    answer = send(receiver.url)
    assert (answer.ok, answer.status, answer.code, answer.excerpt) == (True, 200, "", "thanks")
    headers, body = receiver.calls[0]
    assert (headers["Content-Type"], body) == ("application/json", b"{}")
    assert headers["Host"] == f"{LOOPBACK}:{receiver.port}"


def test_loopback_is_refused_unless_it_is_allowed(receiver: Receiver, settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED = []
    for url in (receiver.url, f"http://localhost:{receiver.port}/", f"http://0:{receiver.port}/"):
        assert send(url).code == "address-refused"
    assert receiver.calls == []


def test_a_name_is_looked_up_once_and_its_number_pinned(
    receiver: Receiver, settings: Settings
) -> None:
    """A name that means a public machine when it is judged, and an inner one a moment later."""
    settings.WEBHOOK_ALLOWED = ["127.0.0.2"]
    other = receiving()
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else [LOOPBACK]

    answer = send(f"http://{NAME}:{other.port}/", rebinding)
    other.server.shutdown()
    other.server.server_close()
    # Nobody listens at the number that was judged; the one it means now was not called.
    assert (answer.code, asked, other.calls) == ("no-connection", [NAME], [])
    assert send(f"http://{NAME}:{receiver.port}/", rebinding).code == "address-refused"


def test_the_name_is_told_to_the_one_that_was_pinned(receiver: Receiver) -> None:
    answer = send(f"http://{NAME}:{receiver.port}/", knows(LOOPBACK))
    assert answer.ok
    assert receiver.calls[0][0]["Host"] == f"{NAME}:{receiver.port}"


def test_nothing_is_followed(receiver: Receiver) -> None:
    other = receiving()
    receiver.answers = [(307, b"")]
    receiver.headers = {"Location": other.url}
    answer = send(receiver.url)
    other.server.shutdown()
    other.server.server_close()
    assert (answer.ok, answer.status, answer.code) == (False, 307, "redirected")
    assert other.calls == []


def test_the_next_address_is_tried(receiver: Receiver, settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED = ["127.0.0.0/8"]
    assert send(f"http://{NAME}:{receiver.port}/", knows("127.0.0.9", LOOPBACK)).ok


def serve_once(speak: Callable[[socket.socket], None]) -> int:
    """A server of one connection that says what it likes, how it likes."""
    listening = socket.create_server((LOOPBACK, 0))

    def run() -> None:
        connection, _ = listening.accept()
        with connection, listening:
            try:
                connection.recv(65536)
                speak(connection)
            except OSError:
                return

    threading.Thread(target=run, daemon=True).start()
    return int(listening.getsockname()[1])


def dribble(connection: socket.socket) -> None:
    """One byte at a time, each well within any limit for a single read."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


def test_the_whole_call_has_one_limit(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "LIMIT", 0.4)
    answer = send(f"http://{LOOPBACK}:{serve_once(dribble)}/")
    assert (answer.status, answer.code) == (None, "too-slow")


def test_an_endless_answer_is_left_at_its_limit(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "MOST_BYTES", 10_000)
    sent: list[int] = []

    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            sent.append(connection.send(b"y" * 1000))

    answer = send(f"http://{LOOPBACK}:{serve_once(flood)}/")
    assert (answer.ok, answer.excerpt) == (True, "y" * posting.EXCERPT)


@pytest.mark.parametrize(
    ("said", "code"), [(b"", "broken-off"), (b"SSH-2.0-server\r\n\r\n", "broken-off")]
)
def test_what_is_no_answer(receiver: Receiver, said: bytes, code: str) -> None:
    answer = send(f"http://{LOOPBACK}:{serve_once(lambda to: to.sendall(said))}/")
    assert (answer.status, answer.code) == (None, code)


def certificate(folder: Path, name: str) -> Path:
    """A certificate of nobody's authority, for a name."""
    file = folder / "server.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
            "-keyout", str(folder / "key.pem"), "-out", str(file), "-days", "1",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return file


def over_tls(made: Receiver, folder: Path, name: str) -> Path:
    file = certificate(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, folder / "key.pem")
    made.server.socket = context.wrap_socket(made.server.socket, server_side=True)
    return file


@pytest.mark.parametrize(("name", "trusted"), [(NAME, True), ("other.example", False)])
def test_the_certificate_must_be_of_the_name(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, *, trusted: bool
) -> None:
    settings.WEBHOOK_ALLOWED = [LOOPBACK]
    made = receiving()
    file = over_tls(made, tmp_path, name)
    url = f"https://{NAME}:{made.port}/"
    assert send(url, knows(LOOPBACK)).code == "not-trusted"
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    posting._trust.cache_clear()
    answer = send(url, knows(LOOPBACK))
    made.server.shutdown()
    made.server.server_close()
    posting._trust.cache_clear()
    assert (answer.ok, answer.code) == ((True, "") if trusted else (False, "not-trusted"))
