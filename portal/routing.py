"""The sockets: /live for browsers, and the agents' below their prefix."""

from typing import Any, cast

from channels.auth import AuthMiddlewareStack
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from portal.api.agent.hints import HintsConsumer
from portal.live import LiveConsumer

sockets: list[Any] = [  # Channels' own routes: Django's paths to ASGI applications
    # Browsers send cookies to any socket address, so the page's own address is checked.
    path("live", AllowedHostsOriginValidator(AuthMiddlewareStack(LiveConsumer.as_asgi()))),
    # Agents send no cookies and no origin, but their session's token.
    path("api/agent/v1/hints", cast("Any", HintsConsumer.as_asgi())),
]
