"""Who may do what, explained: for one person, and for one place."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Node
from orchestration.queries import access
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


def what_may(request: HttpRequest, somebody: User) -> HttpResponse:
    """Show the roles somebody holds, and at a chosen place every right with its reason."""
    by = person(request)
    form = WhereForm(request.GET or None)
    offer_rows(form, "node", access.places(by).order_by("path"))
    node = form.cleaned_data["node"] if form.is_valid() else None
    context = {
        **site.each_context(request),
        "title": gettext("What may %(person)s do?") % {"person": somebody},
        "somebody": somebody,
        "held": [_row(one) for one in access.held_by(by, somebody)],
        "form": form,
        "node": node,
        "rights": access.rights_at(somebody, node) if node else [],
        "labels": LABELS,
        "back": reverse("admin:rbac_user_change", args=[somebody.pk]),
    }
    return TemplateResponse(request, "admin/what_may.html", context)


def who_can(request: HttpRequest, node: Node) -> HttpResponse:
    """Show everybody whose role reaches a place, and what it lets them do."""
    may(person(request), Perm.MANAGE_ACCESS, node).require()
    context = {
        **site.each_context(request),
        "title": gettext("Who can do what at %(place)s") % {"place": node.title},
        "node": node,
        "way": columns.way(node),
        "held": [_row(one) for one in access.reaching(node)],
        "give": f"{reverse('admin:rbac_roleassignment_add')}?node={node.pk}",
    }
    return TemplateResponse(request, "admin/who_can.html", context)


def _row(assignment: RoleAssignment) -> dict[str, object]:
    rights = assignment.role.perms
    return {
        "assignment": assignment,
        "holder": assignment.user or assignment.group,
        "place": columns.way(assignment.node),
        "rights": [LABELS[perm] for perm in Perm if perm in rights],
    }
