"""The address without a page: on to the first part of the portal that the person may use."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.web import navigation
from portal.web.needs import needs
from portal.web.requests import PortalRequest
from rbac.access import may_anywhere


@needs()
@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """Go to the first part one may use; the admin site for IT; else say that a role is missing."""
    parts = navigation.rail(request.user, request.path)
    if parts:
        return HttpResponseRedirect(parts[0].url)
    if may_anywhere(request.user, *navigation.IT_PERMS):
        return HttpResponseRedirect(reverse("admin:index"))
    return render(request, "home.html")
