"""App registration: checks, and what is noted of people who sign in and out."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed


class PortalConfig(AppConfig):
    """Pages, REST, sockets and their wiring."""

    name = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        """Register the checks, and listen to those who sign in and out."""
        from axes.signals import user_locked_out

        from portal import checks  # noqa: F401  registers itself
        from portal.web import sessions

        user_logged_in.connect(sessions.signed_in, dispatch_uid="portal.signed_in")
        user_logged_out.connect(sessions.signed_out, dispatch_uid="portal.signed_out")
        user_login_failed.connect(sessions.sign_in_failed, dispatch_uid="portal.failed")
        user_locked_out.connect(sessions.locked_out, dispatch_uid="portal.locked_out")
