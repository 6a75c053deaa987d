"""Quiet logs: what changed and what is wrong, one line each, as text or as JSON."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from agent.masking import Mask

_CHATTY = ("httpx", "httpcore", "websockets", "asyncio")


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for whoever collects logs."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class MaskingFormatter(logging.Formatter):
    """Another formatter's lines, traces included, without the secrets the agent knows."""

    def __init__(self, inner: logging.Formatter, mask: Mask) -> None:
        """Format with ``inner``, then mask."""
        super().__init__()
        self._inner = inner
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return self._mask(self._inner.format(record))


def hide(mask: Mask) -> None:
    """Keep what the mask knows out of every line from now on."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(MaskingFormatter(handler.formatter or logging.Formatter(), mask))


def set_up(form: str, *, verbose: bool) -> None:
    """Log to standard error; ``form`` is "text" or "json"."""
    handler = logging.StreamHandler()
    text = logging.Formatter("%(asctime)s %(levelname)-7s %(message)s")
    handler.setFormatter(JsonFormatter() if form == "json" else text)
    logging.basicConfig(handlers=[handler], level=logging.DEBUG if verbose else logging.INFO)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
