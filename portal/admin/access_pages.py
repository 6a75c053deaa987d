"""Who may do what, explained: for one person, and for one place."""

from collections.abc import Iterable

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Node
from orchestration.queries import access, explaining
from portal.admin import columns
from portal.admin.answers import person
from portal.admin.forms import PlaceChoice, offer_rows
from portal.admin.site import site
from rbac.access import may
from rbac.models import RoleAssignment, User
from rbac.permissions import LABELS, Perm


class WhereForm(forms.Form):
    """At which place to look."""

    node = PlaceChoice(Node.objects.none(), label=_("At"), required=False)


class WhatForm(forms.Form):
    """Who may do what."""

    right = forms.ChoiceField(
        label=_("Who can"),
        required=False,
        choices=[("", _("choose")), *((perm.value, label) for perm, label in LABELS.items())],
    )


def what_may(request: HttpRequest, somebody: User) -> HttpResponse:
    """Show the roles somebody holds, and at a chosen place every right with its reason."""
    by = person(request)
    form = WhereForm(request.GET or None)
    offer_rows(form, "node", _offered(by, somebody, request.GET.get("node", "")))
    node = form.cleaned_data["node"] if form.is_valid() else None
    rights = explaining.rights_at(somebody, node) if node else []
    context = {
        **site.each_context(request),
        "title": gettext("What may %(person)s do?") % {"person": somebody},
        "somebody": somebody,
        "held": [_row(one) for one in access.held_by(by, somebody)],
        "form": form,
        "node": node,
        "rights": [
            {"right": right, "label": LABELS[right.perm], "why": _reasons(by, right.through)}
            for right in rights
        ],
        "back": reverse("admin:rbac_user_change", args=[somebody.pk]),
    }
    return TemplateResponse(request, "admin/what_may.html", context)


def who_can(request: HttpRequest, node: Node) -> HttpResponse:
    """Show everybody whose role reaches a place, and who has a chosen right there."""
    by = person(request)
    may(by, Perm.MANAGE_ACCESS, node).require()
    form = WhatForm(request.GET or None)
    chosen = form.cleaned_data["right"] if form.is_valid() else ""
    found = explaining.holders(node, Perm(chosen)) if chosen else []
    known = _pages_of(by, [one.person.pk for one in found], node)
    context = {
        **site.each_context(request),
        "title": gettext("Who can do what at %(place)s") % {"place": node.title},
        "node": node,
        "way": columns.way(node),
        "form": form,
        "chosen": LABELS[Perm(chosen)] if chosen else "",
        "holders": [
            {"holder": one, "why": _reasons(by, one.through), "link": known.get(one.person.pk, "")}
            for one in found
        ],
        "held": [_row(one) for one in access.reaching(node)],
        "give": f"{reverse('admin:rbac_roleassignment_add')}?node={node.pk}",
    }
    return TemplateResponse(request, "admin/who_can.html", context)


def _offered(by: User, somebody: User, chosen: str) -> QuerySet[Node]:
    """Places to look at. There may be thousands of lines: one comes from its own page."""
    one = Q(pk=chosen) if chosen.isdecimal() else Q(pk__in=())
    upper = ~Q(kind__in=[Node.Kind.TARGET, Node.Kind.CATALOG])
    return explaining.explainable(by, somebody).filter(one | upper).order_by("path")


def _pages_of(by: User, people: Iterable[int], node: Node) -> dict[int, str]:
    """The pages that say what each of some people may do at a place, as far as one sees them."""
    seen = access.people(by).filter(pk__in=people).values_list("pk", flat=True)
    return {pk: f"{reverse('admin:rbac_user_access', args=[pk])}?node={node.pk}" for pk in seen}


def _reasons(by: User, through: Iterable[RoleAssignment]) -> list[dict[str, object]]:
    """The roles behind a right; a place that the reader may not see is a name and no link."""
    rows = list(through)
    managed = {one.node_id for one in rows if may(by, Perm.MANAGE_ACCESS, one.node)}
    return [
        {
            "role": one.role.label,
            "place": one.node.title,
            "link": reverse("admin:orchestration_node_access", args=[one.node_id])
            if one.node_id in managed
            else "",
            "group": one.group,
            "ends": one.expires_at,
        }
        for one in rows
    ]


def _row(assignment: RoleAssignment) -> dict[str, object]:
    rights = assignment.role.perms
    return {
        "assignment": assignment,
        "holder": assignment.user or assignment.group,
        "place": columns.way(assignment.node),
        "rights": [LABELS[perm] for perm in Perm if perm in rights],
    }
