"""App registration: checks, and the end of a session."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out


class PortalConfig(AppConfig):
    """Pages, REST, sockets and their wiring."""

    name = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        """Register the checks, and have open sockets looked at when somebody signs out."""
        from portal import checks  # noqa: F401  registers itself
        from portal.web.sessions import signed_out

        user_logged_out.connect(signed_out, dispatch_uid="portal.sessions")
