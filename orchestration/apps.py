"""App registration."""

from django.apps import AppConfig
from django.conf import settings

from orchestration.expressions import limits


class OrchestrationConfig(AppConfig):
    """The product: hierarchy, configuration, publication, deployment."""

    name = "orchestration"
    verbose_name = "Orchestration"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hold the language to the limits of this installation."""
        limits.configure(settings.LANGUAGE_LIMITS)
