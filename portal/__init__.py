"""Everything that speaks HTTP or WebSocket, and the wiring."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]  # so that tasks sent from a page find their broker
