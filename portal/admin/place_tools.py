"""What can be done with a place or a line: links, as far as the person may."""

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orchestration.models import Node
from portal.admin.forms import Words
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

Tool = tuple[Words, str]
_Offer = tuple[Perm, Words, str]


def tools_of(by: User, node: Node) -> Sequence[Tool]:
    """Return the links, the most common first."""
    line = node.kind == Node.Kind.TARGET
    offers = [*(_of_line(node) if line else _of_place(node)), *_of_both(node)]
    return [(label, url) for perm, label, url in offers if may(by, perm, node)]


def _of_place(node: Node) -> Iterator[_Offer]:
    if _holds_places(node):
        yield Perm.EDIT_HIERARCHY, _("Add place inside"), f"{_add('node')}?parent={node.pk}"
        factory = reverse("admin:orchestration_node_add_factory")
        yield Perm.EDIT_HIERARCHY, _("Add a factory with its lines"), f"{factory}?parent={node.pk}"
    yield Perm.EDIT_TARGETS, _("Add line"), f"{_add('target')}?parent={node.pk}"
    yield Perm.MANAGE_AGENTS, _("Enrol an agent"), f"{_add('enrolmenttoken')}?node={node.pk}"
    if node.kind == Node.Kind.SITE:
        yield Perm.EDIT_HIERARCHY, _("Rename or change"), _page("node_change", node)
        yield Perm.EDIT_HIERARCHY, _("Move"), _page("node_move", node)


def _of_line(node: Node) -> Iterator[_Offer]:
    yield Perm.EDIT_TARGETS, _("Rename or change"), _page("target_change", node)
    yield Perm.EDIT_TARGETS, _("Move"), _page("node_move", node)


def _of_both(node: Node) -> Iterator[_Offer]:
    yield Perm.VIEW_VALUES, _("Values"), reverse("configure-place", args=[node.pk])
    yield Perm.EDIT_IT_VALUES, _("Link a config template"), f"{_add('templatelink')}?at={node.pk}"
    yield Perm.EDIT_IT_VALUES, _("Add a secret"), f"{_add('namedsecret')}?node={node.pk}"
    yield Perm.MANAGE_ACCESS, _("Who can do what here"), _page("node_access", node)


def _holds_places(node: Node) -> bool:
    """Whether there is a level for places between this one and the lines."""
    level = -1 if node.level is None else node.level
    return level + 1 < len(node.context.levels) - 1


def _add(noun: str) -> str:
    return reverse(f"admin:orchestration_{noun}_add")


def _page(name: str, node: Node) -> str:
    return reverse(f"admin:orchestration_{name}", args=[node.pk])
