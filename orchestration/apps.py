"""App registration."""

import gc

from django.apps import AppConfig
from django.conf import settings

from orchestration.expressions import limits


class OrchestrationConfig(AppConfig):
    """The product: hierarchy, configuration, publication, deployment."""

    name = "orchestration"
    verbose_name = "Orchestration"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hold the language to the limits of this installation, look for garbage less often."""
        limits.configure(settings.LANGUAGE_LIMITS)
        # Rows and resolutions are made by the thousand and go without the collector's help; as
        # often as Python does by itself, looking at them took a fifth of the time of a publish.
        gc.set_threshold(10_000, 20, 10)
