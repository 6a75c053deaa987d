"""Locking a session, opening it again, and handing the device to somebody else."""

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from portal.pages.account.forms import SignInForm
from portal.web import locking
from portal.web.needs import needs
from portal.web.requests import PortalRequest, wants_part
from portal.web.responses import see
from portal.web.sessions import enter, is_shared, people_here, remember_device, safe_next

UNLOCKED = "sitewright:unlocked"


@needs()
@require_POST
def lock(request: PortalRequest) -> HttpResponse:
    """Lock this session now: by hand, or by the page when nobody touched it."""
    locking.lock(request)
    if wants_part(request):
        return HttpResponse(status=204)
    return locking.show_lock(request, going_on=safe_next(request))


@needs()
@require_POST
def here(request: PortalRequest) -> HttpResponse:
    """Somebody types or touches: the middleware has noted it."""
    return HttpResponse(status=204)


@sensitive_post_parameters("password")
@needs()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: PortalRequest) -> HttpResponse:
    """Ask the person for the password; then go on, with what was typed before, if anything."""
    going_on, kept = safe_next(request), request.POST.get("kept", "")
    if not locking.is_locked(request):
        return _unlocked(request, going_on, kept)
    if request.method != "POST":
        return locking.show_lock(request, going_on=going_on)
    name, given = request.user.get_username(), request.POST.get("password", "")
    if authenticate(request, username=name, password=given) == request.user:
        locking.unlock(request)
        return _unlocked(request, going_on, kept)
    error = gettext("The password is wrong.")
    if wants_part(request):
        context = {"error": error, "next": going_on}
        return render(request, "account/cover_form.html", context, status=422)
    return locking.show_lock(request, going_on=going_on, kept=kept, error=error)


def _unlocked(request: PortalRequest, going_on: str, kept: str) -> HttpResponse:
    if wants_part(request):
        return trigger_client_event(HttpResponse(status=204), UNLOCKED)
    form = locking.opened_form(request, kept) if kept else None
    if form is None:
        return see(request, going_on)
    return render(request, "account/resume.html", {"at": form["at"], "fields": form["fields"]})


@sensitive_post_parameters("password")
@never_cache
@needs()
@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: PortalRequest) -> HttpResponse:
    """Let somebody else take over at this device, on the same page; the session before ends."""
    going_on = safe_next(request)
    form = SignInForm(request)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        enter(request, user, shared=is_shared(request))
        locking.unlock(request)
        response = HttpResponseRedirect(going_on, status=303)
        remember_device(request, response, user)
        return response
    others = [name for name in people_here(request) if name != request.user.get_username()]
    local = settings.LOCAL_ACCOUNTS
    context = {"form": form, "next": going_on, "people": others, "local": local}
    return render(request, "account/switch.html", context)
