"""App registration."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class RbacConfig(AppConfig):
    """Who may do what."""

    name = "rbac"
    verbose_name = "Access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the shipped roles written once their tables and Django's permissions are there."""
        from rbac.shipping import refresh_shipped

        # Django tells each app in turn and makes its permissions then. Its own come after ours, so
        # that by then those on the node model are there.
        last = apps.get_app_config("auth")
        post_migrate.connect(refresh_shipped, sender=last, dispatch_uid="rbac.shipped")
