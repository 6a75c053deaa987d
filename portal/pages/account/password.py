"""One's own password, changed by who knows it or set by a link that an administrator made."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from orchestration.services import accounts, people
from orchestration.services.errors import Invalid, ServiceError
from portal.web.needs import needs
from portal.web.requests import PortalRequest
from portal.web.responses import invalid, see
from portal.web.sentences import sentence
from portal.web.sessions import stay_signed_in
from rbac.models import User


@sensitive_post_parameters()
@needs()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: PortalRequest) -> HttpResponse:
    """Change one's own password; sessions elsewhere end with the old one."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            people.set_password(request.user, request.user, form.cleaned_data["new_password1"])
        except ServiceError as error:
            tell(form, error)
        else:
            stay_signed_in(request, request.user)
            messages.success(request, gettext("Your password was changed."))
            return see(request, reverse("account"))
    context: dict[str, Any] = {"form": form}
    if request.method == "POST":
        return invalid(request, "account/password.html", context)
    return render(request, "account/password.html", context)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset_password(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Set a new password by a link; it counts once."""
    user = person_of(uid)
    if user is None or not accounts.reset_allowed(user, token):
        return render(request, "account/reset_over.html", status=410)
    form = SetPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.reset_password(user, token, form.cleaned_data["new_password1"])
        except ServiceError as error:
            tell(form, error)
        else:
            return HttpResponseRedirect(reverse("login"), status=303)
    return render(request, "account/reset.html", {"form": form, "person": user})


def person_of(uid: str) -> User | None:
    """Return the person a link is about."""
    try:
        pk = int(force_str(urlsafe_base64_decode(uid)))
    except (ValueError, OverflowError):
        return None
    return User.objects.filter(pk=pk).first()


def tell(form: forms.Form, error: ServiceError) -> None:
    """Say in a form what the service answered."""
    form.add_error(None, sentence(error.code, error.params))
    for problem in error.problems if isinstance(error, Invalid) else ():
        form.add_error(None, str(problem.get("message", "")))
