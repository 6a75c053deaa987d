"""Small things the components are made of. Everything else they need comes as parameters."""

import json
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from django import template
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Page
from django.forms import BoundField
from django.forms.utils import flatatt
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.web import navigation, words
from portal.web.parts import Column
from portal.web.sentences import refusal
from rbac.access import Verdict, may_anywhere
from rbac.models import User

register = template.Library()
_numbers = count(1)

ICONS: Mapping[str, str] = {
    "quiet": "check",
    "progress": "progress",
    "warning": "warning",
    "danger": "danger",
    "info": "info",
}
# Quiet, but nothing was done: a tick would say otherwise.
OWN_ICONS: Mapping[str, str] = {
    "Cancelled": "none",
    "Deleted": "none",
    "Not needed": "none",
    "Replaced by a newer deployment": "none",
    "Waiting": "waiting",
}
SORT_ICONS: Mapping[str, str] = {"ascending": "sort-up", "descending": "sort-down", "none": "sort"}
SEVERITIES: Mapping[int, str] = {constants.WARNING: "warning", constants.ERROR: "danger"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """One icon of components/icons.html; hidden from screen readers: a word stands beside it."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
        '<use href="#i-{}"/></svg>',
        name,
    )


@register.filter
def finds_admin(user: User) -> bool:
    """Tell whether the admin site opens for somebody."""
    return may_anywhere(user, *navigation.IT_PERMS)


@register.filter
def severity_icon(severity: object) -> str:
    """Name of the icon for a severity."""
    return ICONS.get(str(severity), "none")


@register.inclusion_tag("components/status.html")
def status(
    state: words.Worded, *, url: str = "", pane: bool = False, icon: str = ""
) -> dict[str, object]:
    """A State or Word of orchestration.states as icon, word and colour."""
    return {
        "word": words.word(state),
        "severity": str(getattr(state, "severity", "quiet")),
        "url": url,
        "pane": pane,
        "icon": icon or OWN_ICONS.get(state.label, ""),
    }


@register.simple_tag(takes_context=True)
def live(context: RequestContext, region: str, *topics: str, url: str = "") -> SafeString:
    """Attributes of a part that follows hints: ``<section {% live "steps" "deployment:12" %}>``.

    ``region`` becomes its id; ``target:*`` follows every target. It is fetched anew from ``url``,
    by default the page itself, and only what has its id is taken from the answer.
    """
    request = context.get("request")
    attributes = {
        "id": region,
        "data-live": " ".join(topics),
        "hx-get": url or (request.get_full_path() if request is not None else ""),
        "hx-trigger": "live",
        "hx-select": f"#{region}",
        "hx-target": "this",
        "hx-swap": "outerHTML",
        "hx-disinherit": "*",
    }
    return format_html("{}", flatatt(attributes))


@register.simple_tag
def pane(url: str) -> SafeString:
    """Attributes of a link that opens in the pane; without scripts it is a plain link."""
    return format_html('href="{}" data-pane="{}"', url, url)


@register.filter
def step_icon(step: object) -> str:
    """Icon of a step: done is a tick, waiting a clock, not needed a dash."""
    chosen = getattr(step, "icon", "")
    return str(chosen or severity_icon(getattr(step, "severity", "")))


@register.filter
def reason(verdict: object) -> str:
    """Why a verdict is no, as one sentence; nothing when it is yes or missing."""
    return refusal(verdict) if isinstance(verdict, Verdict) else ""


@register.simple_tag
def unique_id(prefix: str) -> str:
    """An id that no other element on any page has."""
    return f"{prefix}-{next(_numbers)}"


@register.simple_tag
def sort_state(column: Column, sort: str | None = None) -> SafeString | str:
    """The ``aria-sort`` of a head that can be sorted by."""
    return format_html('aria-sort="{}"', column.direction(sort)) if column.sort else ""


@register.simple_tag(takes_context=True)
def sort_url(context: RequestContext, column: Column, sort: str | None = None) -> str:
    """This address, sorted by a column, from the first page on."""
    query = context["request"].GET.copy()
    query["sort"] = column.next_sort(sort)
    query.pop("page", None)
    return f"?{query.urlencode()}"


@register.filter
def sort_icon(column: Column, sort: str | None) -> str:
    """Icon of a head that can be sorted by."""
    return SORT_ICONS[column.direction(sort)]


@register.filter
def page_numbers(page: Page[Any]) -> Iterable[int | None]:
    """Numbers of the pages to offer; None where some are left out."""
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
        yield number if isinstance(number, int) else None


@register.filter
def message_severity(message: Message) -> str:
    """Severity of one of Django's messages."""
    return SEVERITIES.get(message.level, "quiet")


@register.filter
def is_text(value: object) -> bool:
    """Tell a text from a list of texts; lazy translations are texts too."""
    return not isinstance(value, list | tuple)


@register.filter
def as_text(value: object) -> str:
    """Text as it is, anything else as indented JSON."""
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


@register.filter
def as_value(value: object) -> str:
    """One value on one line, the way people write it: text bare, the rest as JSON."""
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


@register.filter
def indented(node: object) -> str:
    """Name of a place behind as many spaces as it lies deep, for a list of choices."""
    return "\u2003" * int(getattr(node, "depth", 0)) + str(getattr(node, "name", node))


@register.filter
def styled(field: BoundField) -> SafeString:
    """The control of a Django form's field with our look; Django ties help and errors to it."""
    return field.as_widget(attrs={"class": "input"})
