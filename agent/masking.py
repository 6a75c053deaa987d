"""Keeping secrets out of logs, reports and health: known texts are replaced where they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

MASK = "••••••"
SHORTEST = 4
"""Shorter texts stand everywhere by chance; to replace them would only tell them."""


class Mask:
    """Replaces every secret text it has learned. Learns as long as the agent runs."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._texts: tuple[str, ...] = ()

    def learn(self, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """Remember the texts and numbers in a secret value, also as logs may write them."""
        found = {form for text in _texts(value) for form in _forms(text) if len(form) >= SHORTEST}
        self._texts = tuple(sorted(found.union(self._texts), key=len, reverse=True))

    def __call__(self, text: str) -> str:
        """Return the text without the secrets in it, nor a part of one where it was cut."""
        for secret in self._texts:
            text = text.replace(secret, MASK)
        for secret in self._texts:
            text = _without_cut(text, secret)
        return text


def _without_cut(text: str, secret: str) -> str:
    """Replace the end of a secret at the start of a text, and the start of one at its end."""
    for length in range(min(len(secret) - 1, len(text)), SHORTEST - 1, -1):
        if text.startswith(secret[-length:]):
            text = MASK + text[length:]
            break
    for length in range(min(len(secret) - 1, len(text)), SHORTEST - 1, -1):
        if text.endswith(secret[:length]):
            return text[:-length] + MASK
    return text


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


def _forms(text: str) -> Iterator[str]:
    yield text
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield quote(text, safe="")
    if "\n" in text.strip():
        yield from (line.strip() for line in text.splitlines())  # a key file, printed in parts
