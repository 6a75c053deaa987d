"""One call to an address outside: to the number that was judged, within a time and a size.

Nothing is followed and nothing is believed but the answer's status. Built on the lower half of
httpx, which lets the socket be ours: the name is looked up once, and the whole call has one limit.
"""

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import httpcore

from orchestration.services.addresses import (
    Destination,
    Resolver,
    Unreachable,
    destination,
    look_up,
)

LIMIT = 5.0  # seconds for the whole call
MOST_BYTES = 1024 * 1024  # of an answer; more is not read
EXCERPT = 300  # characters of an answer that are kept
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_SUCCESS = range(200, 300)
_REDIRECT = range(300, 400)


@dataclass(frozen=True)
class Request:
    """What to send where."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """How a call went: ``status`` is None where no answer came, and ``code`` says why.

    Codes: ``address-unusable``, ``host-unknown``, ``address-refused``, ``no-connection``,
    ``not-trusted`` (TLS), ``too-slow``, ``broken-off``, ``redirected``, ``answer-refuses``.
    """

    status: int | None
    code: str
    milliseconds: int
    excerpt: str = ""

    @property
    def ok(self) -> bool:
        """Whether the other side took it."""
        return self.status is not None and self.status in _SUCCESS


def post(request: Request, resolve: Resolver = look_up) -> Answer:
    """Call an address; whatever happens is the answer."""
    started = time.monotonic()
    try:
        status, excerpt = _call(request, destination(request.url, resolve), started + LIMIT)
        code = _code(status)
    except Unreachable as error:
        status, excerpt, code = None, "", error.code
    except httpcore.TimeoutException:
        status, excerpt, code = None, "", "too-slow"
    except httpcore.ConnectError as error:
        trust = isinstance(error.__cause__ or error.__context__, ssl.SSLError)
        status, excerpt, code = None, "", "not-trusted" if trust else "no-connection"
    except (httpcore.NetworkError, httpcore.ProtocolError):
        status, excerpt, code = None, "", "broken-off"
    return Answer(status, code, int((time.monotonic() - started) * 1000), excerpt)


@cache
def _trust() -> ssl.SSLContext:
    """Whom certificates are believed from. Reading that takes longer than most calls."""
    return ssl.create_default_context()


def _code(status: int) -> str:
    if status in _SUCCESS:
        return ""
    return "redirected" if status in _REDIRECT else "answer-refuses"


def _call(request: Request, to: Destination, deadline: float) -> tuple[int, str]:
    timeout = {"connect": LIMIT, "read": LIMIT, "write": LIMIT, "pool": LIMIT}
    with (
        httpcore.ConnectionPool(
            ssl_context=_trust(), network_backend=_Pinned(to, deadline)
        ) as pool,
        pool.stream(
            "POST",
            request.url,
            headers=list(request.headers.items()),
            content=request.body,
            extensions={"timeout": timeout},
        ) as response,
    ):
        return response.status, _beginning(response.iter_stream())


def _beginning(chunks: Iterable[bytes]) -> str:
    """The first characters of an answer, readable; the rest is only read to its limit."""
    kept, read = b"", 0
    for chunk in chunks:
        kept += chunk[: EXCERPT * 4 - len(kept)]
        read += len(chunk)
        if read > MOST_BYTES:
            break
    text = kept.decode("utf-8", "replace")[:EXCERPT]
    return "".join(
        one if one.isprintable() or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in text
    )


class _Timed(httpcore.NetworkStream):
    """A connection whose every step ends at one moment."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _Pinned(httpcore.NetworkBackend):
    """Connects to the addresses that were judged, whatever the name means by now."""

    def __init__(self, to: Destination, deadline: float) -> None:
        self._to = to
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failed: httpcore.ConnectError | None = None
        for address in self._to.addresses:
            try:
                stream = httpcore.SyncBackend().connect_tcp(
                    address, self._to.port, _left(self._deadline)
                )
            except httpcore.ConnectError as error:
                failed = error
            else:
                return _Timed(stream, self._deadline)
        raise failed or httpcore.ConnectError


def _left(deadline: float) -> float:
    """The seconds that are left.

    Raises:
        httpcore.ReadTimeout: there are none.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
