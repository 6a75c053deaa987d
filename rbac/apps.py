"""App registration."""

from django.apps import AppConfig


class RbacConfig(AppConfig):
    """Who may do what."""

    name = "rbac"
    verbose_name = "Access"
    default_auto_field = "django.db.models.BigAutoField"
