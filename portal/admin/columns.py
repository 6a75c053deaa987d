"""How lists and pages of the admin site show things: words, places, ages, facts."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.contrib import admin
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from orchestration.models import Node
from orchestration.states import State, Word
from portal.admin.forms import Words
from portal.templatetags import ui
from portal.templatetags.moments import age, when
from rbac.models import User

NOTHING = "\N{EN DASH}"
BELOW = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "


def status(state: State | Word) -> SafeString:
    """A state as icon, word and colour, like everywhere in the portal."""
    return render_to_string("components/status.html", ui.status(state))


def link(label: object, url_name: str, *args: object, query: str = "") -> SafeString:
    """A link inside the admin site."""
    address = reverse(f"admin:{url_name}", args=args)
    return format_html('<a href="{}{}">{}</a>', address, query, label)


def moment(at: datetime | None) -> SafeString | str:
    """A moment with its zone, and how long ago it was."""
    return format_html("{} ({})", when(at), age(at)) if at else NOTHING


def by_whom(at: datetime, somebody: User | None) -> SafeString:
    """When something was done, and by whom."""
    return format_html("{} · {}", when(at), somebody or NOTHING)


def at(field: str, label: Words) -> Callable[[object, Model], SafeString | str]:
    """A column for a moment that a field of the row holds."""

    @admin.display(description=label, ordering=field)
    def column(_noun: object, obj: Model) -> SafeString | str:
        return when(getattr(obj, field)) or NOTHING

    return column


def way(node: Node) -> str:
    """The names of the places down to a node, as plain labels."""
    above = Node.objects.filter(pk__in=node.path_ids()).order_by("path")
    return BELOW.join(place.title for place in above)


def linked_templates(node: Node) -> SafeString | str:
    """The config templates linked to a place itself, each leading to its link."""
    rows = node.links.select_related("version__template__node")
    name = "orchestration_templatelink_change"
    return listed(link(row.version.reference, name, row.pk) for row in rows.order_by("pk"))


def listed(items: Iterable[object]) -> SafeString | str:
    """A short list."""
    rows = [(item,) for item in items]
    if not rows:
        return NOTHING
    return format_html('<ul class="facts">{}</ul>', format_html_join("", "<li>{}</li>", rows))


def facts(pairs: Mapping[str, object]) -> SafeString | str:
    """Names and values as a small table."""
    if not pairs:
        return NOTHING
    rows = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td>{}</td></tr>',
        ((name, _plain(value)) for name, value in pairs.items()),
    )
    return format_html('<table class="facts">{}</table>', rows)


def block(text: object) -> SafeString | str:
    """Text as it is: a template, a log tail."""
    return format_html('<pre class="block">{}</pre>', text) if text else NOTHING


def _plain(value: object) -> object:
    return ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else value
