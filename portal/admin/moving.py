"""The page that hangs a place or a line below another place."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Node
from orchestration.services import moving
from portal.admin import columns
from portal.admin.answers import person
from portal.admin.forms import PlaceChoice, offer_rows
from portal.admin.pages import Act, ActForm, act, submitted
from rbac.access import may, visible
from rbac.models import User
from rbac.permissions import Perm

NOTE = _(
    "All that is below goes along: lines, values, rights and history. What is inherited from above "
    "may differ at the new place, so the solutions below have to be reviewed again."
)


class MoveForm(ActForm):
    """Where to hang it."""

    parent = PlaceChoice(
        Node.objects.none(),
        label=_("Move to"),
        help_text=_("Offered are places of the same context on the level that fits."),
    )


def move(request: HttpRequest, node: Node) -> HttpResponse:
    """Ask where to; on POST move, and show the place in the tree."""
    by = person(request)
    perm = Perm.EDIT_TARGETS if node.kind == Node.Kind.TARGET else Perm.EDIT_HIERARCHY
    may(by, perm, node).require()
    form = MoveForm(submitted(request))
    _offer(form, by, perm, node)
    tree = f"{reverse('admin:orchestration_node_tree')}?open={node.pk}"

    def go(data: dict[str, Any]) -> str:
        moving.move(by, node, data["parent"])
        words = gettext("%(place)s was moved to %(parent)s.")
        return words % {"place": node.title, "parent": data["parent"].title}

    chosen = Act(
        title=gettext("Move %(place)s") % {"place": node.title},
        button=_("Move"),
        do=go,
        then=tree,
        back=tree,
        note=NOTE,
        facts=[(_("Now at"), columns.way(node))],
    )
    return act(request, form, chosen)


def _offer(form: MoveForm, by: User, perm: Perm, node: Node) -> None:
    """Offer where the person may do it, on a level that the service takes."""
    level = node.level or 0
    same = Q(context=node.context, kind__in=(Node.Kind.CONTEXT, Node.Kind.SITE))
    if node.kind == Node.Kind.TARGET:
        fits = Q(level__lte=level) | Q(level=None)
    else:
        fits = Q(level=level - 1) if level else Q(level=None)
    rows = Node.objects.filter(same & fits).exclude(pk=node.pk).exclude(children=node)
    offer_rows(form, "parent", visible(by, perm, rows.select_related("context")).order_by("path"))
