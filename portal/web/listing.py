"""What every list shares: pages, addresses that keep the other filters, tiles that filter."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import slugify

from orchestration.queries.solutions import words
from orchestration.states import Severity, Word
from portal.web.parts import Tile
from portal.web.words import word as said

SIZE = 50


def page_of(
    request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], size: int = SIZE
) -> Page[Any]:
    """Return the page that ``?page=`` asks for, the nearest one where there is none such."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def address(request: HttpRequest, **changes: str) -> str:
    """Return this address with other filters, from the first page on; empty ones are left out."""
    query = request.GET.copy()
    for name in ("page", "pane"):
        query.pop(name, None)
    for name, value in changes.items():
        query[name] = value
        if not value:
            del query[name]
    return f"?{query.urlencode()}"


def chosen_word(request: HttpRequest) -> Word | None:
    """Return the word of ``?word=``, None for all."""
    wanted = request.GET.get("word", "")
    return next((word for word in words() if slugify(word.label) == wanted), None)


def tiles(request: HttpRequest, counts: Mapping[Word, int]) -> list[Tile]:
    """Return a tile for each word that counts, and always for the loud ones."""
    chosen = chosen_word(request)
    return [
        Tile(
            said(word),
            counts.get(word, 0),
            word.severity,
            address(request, word="" if word == chosen else slugify(word.label)),
            current=word == chosen,
        )
        for word in words()
        if counts.get(word) or word == chosen or _always(word)
    ]


def _always(word: Word) -> bool:
    return word.label.startswith("Deployment") or word.severity is Severity.WARNING
