"""The server's entry: one process that serves people, sockets and agents.

People's pages and REST run as WSGI in a pool of threads, which costs a third of what Django's own
way from the event loop into threads does. Sockets and everything below /api/agent/ stay on the
loop: a few long polls must not use up the threads.
"""

import logging
import os
from typing import cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from asgiref.sync import sync_to_async
from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGISendCallable,
    LifespanShutdownCompleteEvent,
    LifespanStartupCompleteEvent,
    LifespanStartupFailedEvent,
    Scope,
)
from channels.routing import URLRouter
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.exception import convert_exception_to_response
from django.core.wsgi import get_wsgi_application

from portal import environment
from portal.api.agent.door import Door
from portal.api.streaming import ADDRESS, OperationStreams
from portal.celery import REDIS_URL, app
from portal.embedded import EmbeddedWorker
from portal.routing import sockets

log = logging.getLogger(__name__)
PEOPLE_THREADS = 8
AGENTS = "/api/agent/"


class AgentHandler(ASGIHandler):
    """Django for agents: no sessions, cookies, languages or static files.

    Not only to save time: one middleware that is not asynchronous would hold a thread, and the
    only one, for as long as a long poll lasts.
    """

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002  as Django has it
        """Put the view at the top of an empty stack."""
        self._view_middleware: list[object] = []
        self._template_response_middleware: list[object] = []
        self._exception_middleware: list[object] = []
        self._middleware_chain = convert_exception_to_response(self._get_response_async)  # type: ignore[attr-defined]  # missing in the stubs


if not environment.secret_key():
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Give the server a long random one, or SITEWRIGHT_DEMO=1 to try."
    )
if not environment.secret_value_keys():
    raise ImproperlyConfigured(
        "SITEWRIGHT_SECRET_KEYS is not set: secrets could neither be kept nor given to agents. "
        "docs/settings.md says how to make a key."
    )

django_views = get_wsgi_application()
people = cast(
    "ASGI3Application",
    WSGIMiddleware(cast("WSGIApp", django_views), workers=PEOPLE_THREADS),
)
operation_streams = OperationStreams(django_views)
agents = Door(cast("ASGI3Application", AgentHandler()))
browsers_and_agents = cast("ASGI3Application", URLRouter(sockets))


async def application(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Give each connection to the part that serves it best."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "websocket":
        await browsers_and_agents(scope, receive, send)
    elif scope["path"].startswith(AGENTS):
        await agents(scope, receive, send)
    elif scope["method"] == "GET" and ADDRESS.fullmatch(scope["path"]):
        await operation_streams(scope, receive, send)
    else:
        await people(scope, receive, send)


async def lifespan(receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Start the embedded worker with the server and stop it with it, unless Redis has workers."""
    worker = None if REDIS_URL else EmbeddedWorker(app)
    await receive()
    try:
        if worker is not None:
            await sync_to_async(worker.start)()
    except RuntimeError as error:
        log.exception("worker.failed")
        await send(LifespanStartupFailedEvent(type="lifespan.startup.failed", message=str(error)))
        return
    await send(LifespanStartupCompleteEvent(type="lifespan.startup.complete"))
    await receive()
    if worker is not None:
        await sync_to_async(worker.stop)()
    await send(LifespanShutdownCompleteEvent(type="lifespan.shutdown.complete"))
