"""Dates and durations: always with the zone they are said in."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

register = template.Library()
Zone = str | tzinfo | None


@register.simple_tag
def when(moment: datetime | None, zone: Zone = None) -> SafeString | str:
    """A moment in the place's zone, named: ``23 Nov 14:02 CET``. Nothing for None.

    Without a zone it is the person's own. The tooltip says it to the second and in UTC.
    """
    if moment is None:
        return ""
    local = _local(moment, zone)
    now = timezone.now().astimezone(local.tzinfo)
    # Translators: day and month, hour and minute; https://docs.djangoproject.com, "date" filter
    shape = _("j M H:i") if local.year == now.year else _("j M Y H:i")
    return _time(moment, local, f"{date_format(local, shape)} {local.tzname()}")


@register.simple_tag
def clock(moment: datetime | None, zone: Zone = None) -> SafeString | str:
    """Hour, minute and second in the place's zone, for steps that follow each other."""
    if moment is None:
        return ""
    local = _local(moment, zone)
    return _time(moment, local, date_format(local, "H:i:s"))


@register.simple_tag
def age(moment: datetime | None) -> SafeString | str:
    """How long ago, kept current by ages.js."""
    if moment is None:
        return ""
    return format_html(
        '<time datetime="{}" data-age>{}</time>',
        moment.astimezone(UTC).isoformat(timespec="seconds"),
        _ago(timezone.now() - moment, moment),
    )


@register.simple_tag
def took(started: datetime, ended: datetime) -> str:
    """How long something took: ``0.4 s``, ``12 s``, ``3 min 5 s``, ``2 h 10 min``."""
    seconds = max((ended - started).total_seconds(), 0.0)
    if seconds < 10:  # noqa: PLR2004  below ten seconds the tenth still tells something
        return _("%(seconds)s s") % {"seconds": f"{seconds:.1f}"}
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return _("%(seconds)s s") % {"seconds": rest}
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}


@register.filter
def at(zones: Mapping[int, str], node: int | None) -> str:
    """The zone of one place out of those of several; the person's own where it is not there."""
    return zones.get(node, "") if node else ""


@register.filter
def is_moment(value: object) -> bool:
    """Tell whether a value is a point in time."""
    return isinstance(value, datetime)


def _local(moment: datetime, zone: Zone) -> datetime:
    if isinstance(zone, str):
        zone = ZoneInfo(zone) if zone else None
    return moment.astimezone(zone or timezone.get_current_timezone())


def _time(moment: datetime, local: datetime, text: str) -> SafeString:
    utc = moment.astimezone(UTC)
    exact = (
        f"{date_format(local, 'j F Y H:i:s')} {local.tzname()} · {date_format(utc, 'H:i:s')} UTC"
    )
    stamp = local.isoformat(timespec="seconds")
    return format_html('<time datetime="{}" title="{}">{}</time>', stamp, exact, text)


def _ago(passed: timedelta, moment: datetime) -> str:
    if passed < timedelta(minutes=1):
        return _("just now")
    return _("%(age)s ago") % {"age": timesince(moment, depth=1)}
