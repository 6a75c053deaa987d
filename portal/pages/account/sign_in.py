"""The way in: user name and password, or single sign-on."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.pages.account.forms import SignInForm
from portal.web.sessions import enter, is_shared, people_here, remember_device, safe_next
from rbac.models import User


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask who somebody is; on the way to a page they may not open, let them be somebody else."""
    going_on = safe_next(request)
    if request.user.is_authenticated and "next" not in request.GET and request.method != "POST":
        return HttpResponseRedirect(going_on)
    form = SignInForm(request)
    if request.method == "POST" and settings.LOCAL_ACCOUNTS and form.is_valid():
        return _let_in(request, form.get_user(), going_on)
    context = {
        "form": form,
        "next": going_on,
        "shared": request.POST.get("shared") == "on" if request.POST else is_shared(request),
        "people": people_here(request) if is_shared(request) else [],
        "local": settings.LOCAL_ACCOUNTS,
    }
    return render(request, "account/sign_in.html", context)


def _let_in(request: HttpRequest, user: User, going_on: str) -> HttpResponse:
    enter(request, user, shared=request.POST.get("shared") == "on")
    response = HttpResponseRedirect(going_on)
    remember_device(request, response, user)
    return response
