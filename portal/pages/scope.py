"""Choosing the place that every screen is narrowed to."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from orchestration.queries import places
from portal.web.needs import needs
from portal.web.requests import PortalRequest
from portal.web.responses import see
from portal.web.scope import KEY
from rbac.permissions import Perm


@needs(Perm.VIEW_HIERARCHY)
@require_POST
def choose_scope(request: PortalRequest) -> HttpResponse:
    """Keep the chosen place in the session, or none, and go back to where one was."""
    chosen = request.POST.get("node", "")
    if chosen.isdecimal():
        request.session[KEY] = get_object_or_404(places.nodes(request.user), pk=chosen).pk
    else:
        request.session.pop(KEY, None)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    return see(request, back)
