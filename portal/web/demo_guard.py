"""The demo's password opens the demo, on this machine, and nothing else.

First of the backends that know passwords: refusing here ends the sign-in, whatever the others
would say. People with that very password in a real installation are refused as well.
"""

from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

DEMO_PASSWORD = "demo"  # noqa: S105  known to everybody, by intention


class DemoPasswordGuard(BaseBackend):
    """Knows nobody; only refuses."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: object,
    ) -> None:
        """Raise PermissionDenied for the demo's password outside a demo or from elsewhere."""
        if password == DEMO_PASSWORD and not (settings.SITEWRIGHT_DEMO and _from_here(request)):
            raise PermissionDenied


def _from_here(request: HttpRequest | None) -> bool:
    """Whether a request comes from this machine; without a request, it is a command of ours."""
    if request is None:
        return True
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
