"""What the pages of Configure share: the things that an address names."""

from collections.abc import Sequence
from typing import TypeVar

from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse

from orchestration.models import (
    AnyTemplate,
    AnyVersion,
    ConfigTemplate,
    Node,
    SolutionInstance,
    SolutionTemplateVersion,
    Target,
)
from orchestration.queries import config_templates, configuring, places
from orchestration.queries.resolving import LineReview
from orchestration.queries.reviewing import review
from orchestration.queries.templates import rules_of
from orchestration.rules import Schema
from portal.web.journey import Journey, unpack
from portal.web.requests import text_of
from portal.web.shared_copies import FIELD, choice_of
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

NO_RULES = Schema("", (), (), ())
V = TypeVar("V", SolutionTemplateVersion, AnyVersion)


def journey(request: HttpRequest, by: User) -> Journey:
    """Return the way that an address describes; what the person may not see is not in it."""
    asked = request.GET
    version = asked.get("version", "")
    rows = SolutionTemplateVersion.objects.filter(template__in=configuring.solutions(by))
    found = get_object_or_404(
        rows.select_related("template__node__context", "schema__schema").prefetch_related(
            "template__capabilities"
        ),
        pk=version if version.isdecimal() else 0,
    )
    named = configuring.has_copies(by, found.template, copy := text_of(asked, "copy"))
    lines, uses = unpack(asked.get("lines", "")), _uses(asked)
    return Journey(found, lines, copy if named else "", uses)


def _uses(asked: QueryDict) -> tuple[tuple[str, int], ...]:
    """The shared copies that an address names; what was just chosen counts before the rest."""
    before = unpack(asked.get("shared", ""))
    now = [text_of(asked, key) for key in asked if key.startswith(FIELD)]
    ids = [*before, *unpack(".".join(now))]
    if not ids:
        return ()
    rows = SolutionInstance.objects.filter(pk__in=ids).values_list("pk", "template__node__name")
    names = dict(rows)
    return tuple({names[pk]: pk for pk in ids if pk in names}.items())


def lines_of(by: User, way: Journey) -> list[Target]:
    """Return the chosen lines, in the order of the hierarchy."""
    rows = configuring.lines(by, way.template.node.context_id)
    return list(rows.filter(pk__in=way.lines))


def reviews(by: User, way: Journey, lines: Sequence[Target]) -> list[LineReview]:
    """Return what each of the lines would get."""
    return review(by, way.version, lines, way.instance, choice_of(dict(way.uses)))


def place(by: User, pk: int) -> Node:
    """Return a place whose values the person may see."""
    return get_object_or_404(configuring.nodes(by), pk=pk)


def template(by: User, node: Node, pk: int) -> AnyTemplate:
    """Return a solution of the place's context, or a config template, that the person knows."""
    known = configuring.solutions(by).filter(node__context=node.context_id)
    if found := known.filter(pk=pk).first():
        return found
    return get_object_or_404(config_templates.at_place(by, node), pk=pk)


def versions(by: User, node: Node, known: AnyTemplate) -> list[AnyVersion]:
    """Return the versions of a template whose rules may be used at a place, the usual one first."""
    if isinstance(known, ConfigTemplate):
        return [*config_templates.versions_at(by, node, known)]
    return [*configuring.versions(by, known)]


def crumbs(by: User, node: Node, *, last: bool = True) -> list[tuple[str, str]]:
    """Return the way to a place; one above the person's own is a plain name."""
    way = places.way_to(by, node)
    return [
        (
            step.node.title,
            reverse("configure-place", args=[step.node.pk])
            if may(by, Perm.VIEW_VALUES, step.node)
            else "",
        )
        for step in (way if last else way[:-1])
    ]


def version_of(rows: Sequence[V], wanted: str) -> V:
    """Return the wanted one of a template's versions, the first where none is named."""
    if not rows:
        raise Http404
    if not wanted:
        return rows[0]
    found = next((row for row in rows if str(row.pk) == wanted), None)
    if found is None:
        raise Http404
    return found


def rules(version: AnyVersion) -> Schema:
    """Return the rules of a version; none where it has none."""
    return rules_of(version) or NO_RULES
