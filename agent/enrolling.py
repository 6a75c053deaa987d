"""Knocking until somebody answers."""

from __future__ import annotations

import asyncio
import logging

from agent import client
from agent.assembly import Options, facts
from agent.backoff import Backoff
from agent.identity import Enrolment, IdentityStore
from agent.registry import Registry
from agent.unreachable import Unreachable

log = logging.getLogger(__name__)

_LONGEST_WAIT = 30.0


async def knock(
    options: Options, registry: Registry, *, server: str, token: str, name: str
) -> Enrolment:
    """Enrol, keep the answer and return it; raises ``Refused`` for a definite no."""
    store = IdentityStore(options.data)
    keys, backoff = store.keys(), Backoff(longest=_LONGEST_WAIT)
    transport = options.transport(server)
    try:
        while True:
            try:
                answer = await client.enrol(
                    transport, keys, token=token, name=name, facts=facts(registry)
                )
            except Unreachable as error:
                log.warning("cannot enrol yet: %s", error)
                await asyncio.sleep(backoff.failed(error.retry_after))
            else:
                return store.save(transport.server, name, answer)
    finally:
        await transport.close()
