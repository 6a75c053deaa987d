"""What was saved while somebody had a form open: by whom, when, and what it is now."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orchestration.models import ConfigurationRevision
from orchestration.queries.values import Field, Sheet
from portal.web.forms_writing import say
from portal.web.place_names import person_name
from rbac.models import User


def who_saved(by: User, save: ConfigurationRevision | None) -> str:
    """Return who it was; oneself where one has the same form open twice."""
    author = save.author if save else None
    if author == by:
        return _("You, in another window,")
    return person_name(author) or _("Somebody")


def theirs(by: User, field: Field, sheet: Sheet, zone: str) -> str:
    """Return "Ana set this to 82 °C on 4 May 14:02 CET. What you typed is kept."."""
    names = {
        "person": who_saved(by, sheet.revision),
        "moment": _moment(sheet.revision.created_at, zone) if sheet.revision else "",
        "value": say(field.rule, field.own) if field.is_set else "",
    }
    if not field.is_set:
        return _("%(person)s took this value away on %(moment)s. What you typed is kept.") % names
    return _("%(person)s set this to %(value)s on %(moment)s. What you typed is kept.") % names


def saved_here(by: User, sheet: Sheet, zone: str) -> str:
    """Return "Line 3: Ana, 4 May 14:02 CET"."""
    names = {
        "line": sheet.node.title,
        "person": who_saved(by, sheet.revision).rstrip(","),
        "moment": _moment(sheet.revision.created_at, zone) if sheet.revision else "",
    }
    return _("%(line)s: %(person)s, %(moment)s") % names


def _moment(moment: datetime, zone: str) -> str:
    local = timezone.localtime(moment, ZoneInfo(zone) if zone else None)
    return f"{date_format(local, _('j M H:i'))} {local.tzname()}"
