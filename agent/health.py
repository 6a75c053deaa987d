"""Whether a component is well: it runs, it is the right one, and its address answers."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx

from agent.components import Components
from agent.drivers.base import Work
from agent.failures import WorkError
from agent.wire import HealthState

TIMEOUT_SECONDS = 30.0
INTERVAL_SECONDS = 1.0
# A program that cannot bind its port ends within this time; before, its port may be
# answered by the very program it collides with.
SETTLE_SECONDS = 0.5
_ANSWER_SECONDS = 5.0


@cache
def _trust() -> ssl.SSLContext:
    """Return the usual certificates, read once: it takes longer than asking does."""
    return ssl.create_default_context()


async def probe(url: str, seconds: float = _ANSWER_SECONDS) -> str | None:
    """Ask a health address; returns None when it is well, else what is wrong."""
    try:
        # Never through the site's proxy: health addresses are on this machine.
        async with httpx.AsyncClient(trust_env=False, timeout=seconds, verify=_trust()) as client:
            answer = await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"{url} does not answer: {str(error) or type(error).__name__}"
    return None if answer.is_success else f"{url} answers {answer.status_code}"


async def verify(components: Components, work: Work, settle: float = SETTLE_SECONDS) -> None:
    """Wait until a component is well for ``settle`` seconds; raises ``WorkError``."""
    health: Mapping[str, Any] = work.property("health") or {}
    interval = health.get("interval", INTERVAL_SECONDS)
    loop = asyncio.get_running_loop()
    started = loop.time()
    until = started + health.get("timeout", TIMEOUT_SECONDS)
    while True:
        wrong = await _look(components, work, health.get("http"))
        if wrong is None and loop.time() - started >= settle:
            return
        if wrong is not None and loop.time() + interval > until:
            raise await _with_log(components, work, WorkError("health", "unhealthy", wrong))
        await asyncio.sleep(interval if wrong else settle)


async def _look(components: Components, work: Work, url: str | None) -> str | None:
    observed = await components.observe(work)
    if observed.state is HealthState.UNKNOWN:
        return observed.detail or "its state is not known"
    if observed.state is not HealthState.RUNNING or not observed.current:
        # Waiting does not bring back what ended.
        text = observed.detail or f"is {observed.state.value}, not running as wanted"
        raise await _with_log(components, work, WorkError("health", "ended", text))
    return await probe(url) if url else None


async def _with_log(components: Components, work: Work, error: WorkError) -> WorkError:
    error.component = work.component.name
    error.retryable = True
    error.log_tail = await components.log_tail(work)
    return error
