"""Hierarchy, template and rules become one configuration. Pure."""
