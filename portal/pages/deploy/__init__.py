"""Bringing published revisions to lines."""
