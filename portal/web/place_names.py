"""Places and people by the names that tell most in few words."""

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orchestration.models import ConfigurationRevision, Node, SecretValue
from rbac.models import User


def place_name(node: Node) -> str:
    """Return "Factory Chicago": level and name, the level left out where the name says it."""
    return named(node.level_name, node.title)


def named(level: str, title: str) -> str:
    """Return the same from the two words; kinds of nodes are no levels and are left out."""
    is_level = level and level not in Node.Kind.values
    return title if not is_level or level.casefold() in title.casefold() else f"{level} {title}"


def in_order(titles: Iterable[str]) -> list[str]:
    """Return names the way people count: Line 9 before Line 10."""
    return sorted(titles, key=lambda title: [*map(_counted, re.split(r"(\d+)", title))])


def _counted(part: str) -> tuple[int, str]:
    return (int(part), "") if part.isdecimal() else (0, part.casefold())


def person_name(user: User | None) -> str:
    """Return what a person is called; nothing for one who is gone."""
    return (user.get_full_name() or user.get_username()) if user else ""


def day(moment: datetime, zone: str = "") -> str:
    """Return the day of a moment at a place, with the year where it is not this one.

    Without the zone of a place it is the person's own day.
    """
    local = timezone.localtime(moment, ZoneInfo(zone) if zone else None)
    # Translators: day and month, then with the year; https://docs.djangoproject.com, "date" filter
    this_year = local.year == timezone.localtime().year
    return date_format(local, _("j M") if this_year else _("j M Y"))


def saved_by(save: ConfigurationRevision | SecretValue | None) -> str:
    """Return "by Ana Author, 4 May"; nothing for a save one may not see."""
    if save is None:
        return ""
    author = save.author if isinstance(save, ConfigurationRevision) else save.created_by
    names = {"person": person_name(author), "day": day(save.created_at)}
    return (_("by %(person)s, %(day)s") if names["person"] else "%(day)s") % names
