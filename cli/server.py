"""Calls of the REST interface, and what its refusals mean for the exit code."""

import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import httpx

from cli.credentials import load
from cli.failures import Exit, Failure

API = "/api/v1/"
PAGE = 500
_TRIES = 4
_PAUSE = 0.5  # seconds, doubled each time
# The first of two same calls is still at work: its answer is the one to wait for.
_BUSY = "idempotency-key-busy"
_TIMEOUT = httpx.Timeout(120, connect=10)
# Answers of a server or proxy that is just starting, or has too much to do.
_PASSING = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_EXITS = {
    HTTPStatus.UNAUTHORIZED: Exit.ABSENT,
    HTTPStatus.FORBIDDEN: Exit.ABSENT,
    HTTPStatus.NOT_FOUND: Exit.ABSENT,
    HTTPStatus.CONFLICT: Exit.CONFLICT,
    HTTPStatus.PRECONDITION_FAILED: Exit.CONFLICT,
}

Row = Mapping[str, Any]


class Server:
    """One server, signed in to. Every call raises Failure when it is refused."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, path: str, **query: object) -> Any:  # noqa: ANN401  JSON
        """Return what is at an address; parameters that are empty are left out."""
        return self._call("GET", path, params=_set(query))

    def rows(self, path: str, **query: object) -> Iterator[Row]:
        """Give every row of a list, page by page."""
        page = self.get(path, limit=PAGE, **query)
        while True:
            yield from page["results"]
            if not page["next"]:
                return
            # Of the address only what comes after the host: the token goes nowhere else.
            page = self._call("GET", httpx.URL(page["next"]).raw_path.decode())

    def post(self, path: str, body: object = None) -> Any:  # noqa: ANN401  JSON
        """Make something, or start work; repeated after a break it is still done once."""
        return self._call("POST", path, json=body or {}, key=str(uuid.uuid4()))

    def put(self, path: str, body: object) -> Any:  # noqa: ANN401  JSON
        """Replace what is at an address."""
        return self._call("PUT", path, json=body)

    def patch(self, path: str, body: object) -> Any:  # noqa: ANN401  JSON
        """Change some of what is at an address."""
        return self._call("PATCH", path, json=body)

    def delete(self, path: str) -> None:
        """Delete what is at an address."""
        self._call("DELETE", path)

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: object = None,
        key: str = "",
    ) -> Any:  # noqa: ANN401  JSON
        headers = {"Idempotency-Key": key} if key else {}
        url = path if path.startswith("/") else API + path
        request = self._client.build_request(method, url, params=params, json=json, headers=headers)
        answer = self._answer(request)
        if answer.is_success:
            return answer.json() if answer.content else None
        raise refusal(answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        """Send a request, again and again where that helps and can do no harm."""
        for attempt in range(_TRIES):
            last = attempt == _TRIES - 1
            try:
                answer = self._client.send(request)
            except httpx.ConnectError as error:
                failure: Exception = error
            except httpx.TransportError as error:
                failure = error
                last = last or not _harmless(request)
            else:
                busy = attempt > 0 and _problem(answer).get("code") == _BUSY
                if last or not (busy or answer.status_code in _PASSING):
                    return answer
                failure = httpx.TransportError(answer.reason_phrase)
            if last:
                raise _unreachable(self._client.base_url, failure)
            time.sleep(_PAUSE * 2**attempt)
        raise AssertionError  # the last attempt returns or raises


@contextmanager
def connect() -> Iterator[Server]:
    """Give the server that one is signed in to."""
    credentials = load()
    headers = {"Authorization": f"Token {credentials.token}"}
    with client(credentials.url, headers) as opened:
        yield Server(opened)


def client(url: str, headers: Mapping[str, str] | None = None) -> httpx.Client:
    """Return a client of a server; raises Failure for an address that is none."""
    agent = {"User-Agent": "sitewright-cli", "Accept": "application/json"}
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise Failure(f"{url} is no address: give one like https://sitewright.example.", Exit.USAGE)
    return httpx.Client(base_url=parsed, headers={**agent, **(headers or {})}, timeout=_TIMEOUT)


def refusal(answer: httpx.Response) -> Failure:
    """What a server's no means here: its own sentence, every problem, and our exit code."""
    problem = _problem(answer)
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        code = Exit.UNREACHABLE
    else:
        code = _EXITS.get(HTTPStatus(answer.status_code), Exit.USAGE)
    said = str(problem.get("detail") or f"The server answered {answer.status_code}.")
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        said = f"{said} Sign in again: `sitewright login URL`."
    details = tuple(map(_line, problem.get("problems", ())))
    return Failure(said, code, details)


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _line(problem: Mapping[str, Any]) -> str:
    """One reason on one line, with the file and line of it where they are known."""
    where = str(problem.get("file") or "")
    if problem.get("line"):
        where = f"{where or 'line'}:{problem['line']}"
    said = str(problem.get("message") or problem.get("code"))
    return ": ".join(part for part in (where, str(problem.get("key") or ""), said) if part)


def _harmless(request: httpx.Request) -> bool:
    """Whether sending it twice does what sending it once does."""
    return request.method in {"GET", "PUT", "PATCH"} or "Idempotency-Key" in request.headers


def _unreachable(url: httpx.URL, error: Exception) -> Failure:
    why = str(error) or type(error).__name__
    return Failure(f"{url} cannot be reached: {why}.", Exit.UNREACHABLE)


def _set(query: Mapping[str, object]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value not in {None, ""}}
