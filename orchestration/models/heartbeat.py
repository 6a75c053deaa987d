"""Signs of life of the product's own workers."""

from django.db import models


class WorkerHeartbeat(models.Model):
    """When a recurring job last ran; ``/healthz`` reads it."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
