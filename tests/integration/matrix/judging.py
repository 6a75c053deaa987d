"""Asking one row for one person, and comparing with what the oracle says."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse

from tests.integration.matrix.rows import Need, Row, absent_like
from tests.integration.matrix.things import WORD, Asker, World

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b(?!.*django_session)", re.IGNORECASE)
# What differs between two answers to the same question: the masks of a token against forgery.
NOISE = re.compile(r"\b[A-Za-z0-9]{64}\b")
WORDS = re.compile(WORD, re.IGNORECASE)


class Judge:
    """Asks, and keeps what is wrong; ``count`` is how many verdicts were compared."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.count = 0
        self.wrong: list[str] = []
        self._untouched = fingerprint()

    def judge(self, row: Row, asker: Asker) -> None:
        """Compare one answer with the oracle's."""
        missing = row.first_missing(self.world, asker.standing)
        with undone():
            answer, wrote = self._ask(row, asker)
            expected = self._expected(row, asker, missing)
            self.count += 1
            if answer.status_code not in expected:
                self._note(
                    row, asker, f"{answer.status_code} instead of {expected}: {text(answer)[:300]}"
                )
            if wrote and (missing or answer.status_code >= HTTPStatus.BAD_REQUEST):
                self._same_rows(row, asker, wrote)
            self._reads_nothing_hidden(row, asker, answer)
            if row.lists and answer.status_code == HTTPStatus.OK:
                self._lists_exactly(row, asker, answer)
        if missing and missing.hides and asker.known and row.names(missing.at):
            self._like_absent(row, asker, missing, answer)

    def _ask(self, row: Row, asker: Asker, absent: str = "") -> tuple[Any, list[str]]:
        body = row.filled(self.world, row.body, absent)
        query = row.filled(self.world, row.query, absent)
        more: dict[str, Any] = {"query_params": query} if query else {}
        if row.form:
            more["data"] = body or {}
        elif row.method != "GET":
            more |= {"data": json.dumps(body or {}), "content_type": "application/json"}
        asker.client.cookies = SimpleCookie(asker.cookies)  # an answer may have changed them
        call = getattr(asker.client, row.method.lower())
        with written() as wrote:
            answer = call(row.address(self.world, absent), **more)
        if answer.streaming:
            whole = b"".join(answer.streaming_content)
            answer = HttpResponse(whole, headers=answer.headers, status=answer.status_code)
        return answer, wrote

    def _expected(self, row: Row, asker: Asker, missing: Need | None) -> tuple[int, ...]:
        if not asker.known and not row.public:
            api = row.route.startswith("api/")
            return (HTTPStatus.UNAUTHORIZED if api else HTTPStatus.FOUND,)
        if missing:
            return (missing.missing,)
        return row.ok if isinstance(row.ok, tuple) else (row.ok,)

    def _like_absent(self, row: Row, asker: Asker, missing: Need, answer: Any) -> None:
        with undone():
            absent, _ = self._ask(row, asker, missing.at)
        thing = self.world.things[missing.at].id
        none = absent_like(thing)
        self.count += 1
        if (answer.status_code, text(answer)) != (
            absent.status_code,
            text(absent).replace(str(none), str(thing)),
        ):
            said = f"unlike an absent one: {text(answer)[:300]} / {text(absent)[:300]}"
            self._note(row, asker, said)

    def _reads_nothing_hidden(self, row: Row, asker: Asker, answer: Any) -> None:
        found = {word.casefold() for word in WORDS.findall(text(answer))}
        asked = {
            word.casefold()
            for word in WORDS.findall(
                str(row.filled(self.world, [dict(row.args), row.body, row.query]))
            )
        }
        told = tuple(f"zq{stem}" for stem in row.tells)
        for word in sorted(found - asked):
            if not self.world.lets(asker.standing, word) and not word.startswith(told):
                self._note(row, asker, f"reads {word}")

    def _lists_exactly(self, row: Row, asker: Asker, answer: Any) -> None:
        document = answer.json()
        got = set(ids(document))
        wanted = self.world.seen(asker.standing, row.lists, row.listed)
        more = isinstance(document, dict) and document["next"] is not None
        if got - wanted or (wanted - got and not more):
            said = f"lists {sorted(got - wanted)} too many, {sorted(wanted - got)} too few"
            self._note(row, asker, said)

    def _same_rows(self, row: Row, asker: Asker, wrote: list[str]) -> None:
        if fingerprint() != self._untouched:
            self._note(row, asker, f"was refused and changed rows: {wrote[:3]}")

    def _note(self, row: Row, asker: Asker, said: str) -> None:
        self.wrong.append(f"{row}: {asker.name}: {said}")


def ids(document: Any) -> Iterator[int | str]:
    """The ids of a list's rows, of all branches where it is a tree."""
    rows = document["results"] if isinstance(document, dict) else document
    for row in rows:
        yield row["id"]
        yield from ids(row.get("children", []))


def text(answer: Any) -> str:
    """What can be read in an answer, without what changes from call to call."""
    place = answer.headers.get("Location", "")
    return NOISE.sub("", f"{answer.content.decode(errors='replace')} {place}")


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def written() -> Iterator[list[str]]:
    """The statements inside that may change rows, apart from sessions."""
    found: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if WRITES.match(sql):
            found.append(sql[:120])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found


def fingerprint() -> str:
    """A digest of every row of every table, apart from sessions."""
    digest = hashlib.sha256()
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label == "sessions.Session":
            continue
        for row in model._default_manager.order_by("pk").values_list():
            digest.update(repr(row).encode())
    return digest.hexdigest()
