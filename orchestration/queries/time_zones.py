"""The time zones that people and places can have."""

from zoneinfo import available_timezones

_NO_PLACES = frozenset({"Factory", "localtime"})
"""Of the machine the server runs on: a zone not set, and whatever zone that machine has."""


def time_zones() -> frozenset[str]:
    """Return the names of all zones that mean the same on every machine."""
    return frozenset(available_timezones()) - _NO_PLACES
