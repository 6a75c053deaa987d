"""Logs: one JSON line an entry, without the values of local variables; plain text in a demo."""

from typing import Any

import structlog
from structlog.typing import Processor

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,  # the request's id
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def for_machines() -> list[Processor]:
    """Return what makes one JSON object an entry, exceptions as data."""
    # Locals hold passwords, keys and values; they stay out of every log.
    traceback = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [
        structlog.processors.ExceptionRenderer(traceback),
        structlog.processors.JSONRenderer(default=str),
    ]


def for_people() -> list[Processor]:
    """Return what makes a readable line, exceptions as Python prints them."""
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]


def config(*, readable: bool, level: str) -> dict[str, Any]:
    """Return Django's LOGGING; everything goes to standard error."""
    render = for_people() if readable else for_machines()
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
    }
    own = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {**own, "level": level},
            "django.server": {**own, "level": level},
            "celery": {"level": "WARNING"},
            # A peer that goes away in the middle is no news.
            "uvicorn.access": {**own, "level": "WARNING"},
            "uvicorn.error": {**own, "level": level},
        },
    }
