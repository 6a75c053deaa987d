"""Checking one value while somebody types it, by the rules that a save is held to."""

from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from orchestration.models import AnyVersion, ConfigTemplateVersion, SolutionTemplateVersion
from orchestration.queries import config_templates, configuring
from orchestration.queries.values import Field as Value
from orchestration.rules import Rule
from portal.pages.configure import base
from portal.web.forms_fields import CELL, VALUE
from portal.web.forms_sheet import checked
from portal.web.needs import needs
from portal.web.parts import Field
from portal.web.requests import PortalRequest
from rbac.access import YES
from rbac.permissions import Perm


@needs(Perm.VIEW_VALUES)
@require_POST
def check(request: PortalRequest, version: int) -> HttpResponse:
    """Say what is wrong with the one value that is posted; nothing is saved."""
    rows = SolutionTemplateVersion.objects.filter(template__in=configuring.solutions(request.user))
    return _checked(request, get_object_or_404(rows.select_related("template__node"), pk=version))


@needs(Perm.VIEW_VALUES)
@require_POST
def check_config(request: PortalRequest, node: int, version: int) -> HttpResponse:
    """Say the same of a value of a config template that may be looked at at a place."""
    known = config_templates.at_place(request.user, base.place(request.user, node))
    rows = ConfigTemplateVersion.objects.filter(template__in=known)
    return _checked(request, get_object_or_404(rows.select_related("template__node"), pk=version))


def _checked(request: PortalRequest, version: AnyVersion) -> HttpResponse:
    name = next((name for name in request.POST if name.startswith((VALUE, CELL))), "")
    if not name:  # a box that is not ticked posts nothing, and cannot be wrong
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    rules = base.rules(version)
    key = _key(name)
    rule = next((one for one in rules.rules if one.key == key), None)
    typed = checked(_value(rule), rules, request.POST[name])
    field = Field(name, "", errors=typed.errors, understood=typed.understood)
    return render(request, "components/field_error.html", {"field": field})


def _key(name: str) -> str:
    """The key in the name of a field: ``v.Key`` of a place, ``c.12.Key`` of line 12."""
    if name.startswith(CELL):
        return name.removeprefix(CELL).partition(".")[2]
    return name.removeprefix(VALUE)


def _value(rule: Rule | None) -> Value:
    if rule is None:
        raise Http404
    return Value(rule, own=None, inherited=None, inherited_from=None, verdict=YES)
