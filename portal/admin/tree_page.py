"""The hierarchy as a tree that is fetched place by place, and searched."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from orchestration.models import Node
from orchestration.queries import branches, places
from orchestration.queries.branches import Branch
from portal.admin.answers import person
from portal.admin.columns import BELOW
from portal.admin.place_tools import Tool, tools_of
from portal.admin.site import site
from rbac.models import User

AT_ONCE = 50
MOST_FOUND = 50


@dataclass
class Row:
    """One place as the tree shows it; ``inside`` is what it holds, once that was read.

    ``way`` names the places above it where the tree around it is not shown.
    """

    branch: Branch
    way: str = ""
    inside: "Inside | None" = None


@dataclass
class Inside:
    """What is shown of an open place: what can be done there, and one page of what it holds.

    ``more`` is the number of the next page, 0 where there is none.
    """

    node: Node | None
    tools: Sequence[Tool]
    rows: list[Row] = field(default_factory=list)
    more: int = 0
    left: int = 0


def tree(request: HttpRequest) -> HttpResponse:
    """Show the top of the tree, the way down to one place, or what a search finds."""
    by = person(request)
    text = request.GET.get("q", "").strip()
    context = {
        **site.each_context(request),
        "title": gettext("Places and lines as a tree"),
        "q": text,
        "found": _found(by, text) if text else None,
        "most": MOST_FOUND,
        "top": None if text else _top(by, _way(by, request.GET.get("open", ""))),
    }
    return TemplateResponse(request, "admin/tree.html", context)


def branch(request: HttpRequest, object_id: str) -> HttpResponse:
    """One page of what a place holds, for htmx; without it, the tree opened there."""
    by = person(request)
    wanted = int(object_id) if object_id.isdecimal() else 0
    node = get_object_or_404(places.nodes(by), pk=wanted)
    number = request.GET.get("page", "")
    page = int(number) if number.isdecimal() else 1
    if not getattr(request, "htmx", False):
        address = reverse("admin:orchestration_node_tree")
        return redirect(f"{address}?open={node.pk}")
    inside = _inside(by, node, page)
    return TemplateResponse(request, "admin/branch.html", {"inside": inside, "page": page})


def _top(by: User, way: Sequence[int]) -> Inside:
    """The topmost places; those on the way are open."""
    top = _page_of(by, None, branches.tops(by), 1, ())
    level = top
    for pk in way:
        row = next((one for one in level.rows if one.branch.node.pk == pk), None)
        if row is None:
            continue
        row.inside = level = _inside(by, row.branch.node, 1, keep=way)
    return top


def _way(by: User, chosen: str) -> list[int]:
    node = places.nodes(by).filter(pk=int(chosen)).first() if chosen.isdecimal() else None
    return node.path_ids() if node else []


def _inside(by: User, node: Node, page: int, *, keep: Sequence[int] = ()) -> Inside:
    ids = [] if node.kind == Node.Kind.TARGET else branches.directly_below(by, node)
    return _page_of(by, node, ids, page, tools_of(by, node) if page == 1 else (), keep)


def _page_of(
    by: User,
    node: Node | None,
    ids: list[int],
    page: int,
    tools: Sequence[Tool],
    keep: Sequence[int] = (),
) -> Inside:
    first = (page - 1) * AT_ONCE
    shown = ids[first : first + AT_ONCE]
    # One that is on the way to what was asked for is shown, whatever page it is on.
    shown += [pk for pk in ids[first + AT_ONCE :] if pk in keep]
    left = max(len(ids) - first - AT_ONCE, 0)
    rows = [Row(one) for one in branches.branches(by, shown)]
    return Inside(node, tools, rows, page + 1 if left else 0, left)


def _found(by: User, text: str) -> Inside:
    nodes = list(branches.matching(by, text)[: MOST_FOUND + 1])
    ids = [node.pk for node in nodes[:MOST_FOUND]]
    ways = branches.names_above(nodes)
    rows = [Row(one, BELOW.join(ways[one.node.pk])) for one in branches.branches(by, ids)]
    return Inside(None, (), rows, left=len(nodes) - len(ids))
