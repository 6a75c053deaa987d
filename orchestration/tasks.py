"""Thin Celery wrappers around services. Nothing imports this."""
