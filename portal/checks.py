"""Refuses set-ups that seem to work and silently lose hints."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004
from django.db import connection

from orchestration.services import vault
from portal.environment import env


@register(Tags.compatibility)
def one_process_without_redis(
    app_configs: Sequence[AppConfig] | None,
    **kwargs: Any,  # noqa: ANN401  as Django calls it
) -> list[CheckMessage]:
    """Several web processes share neither hints nor workers unless Redis carries them."""
    processes = env.int("WEB_CONCURRENCY", default=1)
    if settings.REDIS_URL or processes <= 1:
        return []
    return [
        Error(
            f"WEB_CONCURRENCY is {processes}, and REDIS_URL is not set: a hint would reach only "
            "the process that sent it, and every process would run workers of its own.",
            hint="Set REDIS_URL, or serve with one process.",
            id="portal.E001",
        )
    ]


@register(Tags.compatibility)
def one_host_with_sqlite(
    app_configs: Sequence[AppConfig] | None,
    **kwargs: Any,  # noqa: ANN401  as Django calls it
) -> list[CheckMessage]:
    """A SQLite file cannot be shared by the hosts that Redis joins."""
    if not settings.REDIS_URL or connection.vendor != "sqlite":
        return []
    return [
        Warning(
            "REDIS_URL is set while the database is a SQLite file.",
            hint="Right only as long as web, worker and beat run on one host; else use PostgreSQL.",
            id="portal.W001",
        )
    ]


@register(Tags.security)
def keys_of_secrets(
    app_configs: Sequence[AppConfig] | None,
    **kwargs: Any,  # noqa: ANN401  as Django calls it
) -> list[CheckMessage]:
    """Without a usable key no secret can be kept, nor given to an agent."""
    keys = settings.SITEWRIGHT_SECRET_KEYS
    if keys and len(vault.key_ids()) == len(set(keys)):
        return []
    what = "is not set" if not keys else "holds something that is not a key"
    return [
        Error(
            f"SITEWRIGHT_SECRET_KEYS {what}.",
            hint="docs/settings.md says how to make a key. Keep a copy apart from the database.",
            id="portal.E003",
        )
    ]


@register(Tags.security, deploy=True)
def no_demo_in_production(
    app_configs: Sequence[AppConfig] | None,
    **kwargs: Any,  # noqa: ANN401  as Django calls it
) -> list[CheckMessage]:
    """The demo has known passwords."""
    if not settings.SITEWRIGHT_DEMO:
        return []
    return [Error("SITEWRIGHT_DEMO is set.", hint="Unset it in production.", id="portal.E002")]
