"""App registration."""

from django.apps import AppConfig


class OrchestrationConfig(AppConfig):
    """The product: hierarchy, configuration, publication, deployment."""

    name = "orchestration"
    verbose_name = "Orchestration"
    default_auto_field = "django.db.models.BigAutoField"
