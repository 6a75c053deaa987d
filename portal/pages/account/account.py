"""One's own account: how one reads dates, where one is signed in, which programs act as oneself."""

from collections.abc import Mapping

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from orchestration.queries import api_tokens, sign_ins
from orchestration.queries.time_zones import time_zones
from orchestration.services import accounts
from orchestration.services import sign_ins as changes
from portal.web.needs import needs
from portal.web.parts import Column
from portal.web.requests import PortalRequest
from portal.web.responses import see
from portal.web.sessions import SHARED, is_shared, remember_device
from rbac.models import User

SIGN_IN_COLUMNS = (
    Column(_("Device")),
    Column(_("Signed in")),
    Column(_("Last used")),
    Column(_("Address")),
    Column(_("What to do"), hidden=True),
)
TOKEN_COLUMNS = (
    Column(_("Name")),
    Column(_("May")),
    Column(_("Ends")),
    Column(_("Last used")),
    Column(_("What to do"), hidden=True),
)


class Preferences(forms.Form):
    """In which language and time zone one wants to read."""

    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, user: User, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data, initial={"time_zone": user.time_zone, "language": user.language})
        zones, languages = self.fields["time_zone"], self.fields["language"]
        as_installed = ("", gettext("As the installation"))
        if isinstance(zones, forms.ChoiceField) and isinstance(languages, forms.ChoiceField):
            zones.choices = [as_installed, *((z, z) for z in sorted(time_zones()))]
            languages.choices = [as_installed, *settings.LANGUAGES]
        if len(settings.LANGUAGES) < 2:  # noqa: PLR2004  nothing to choose
            del self.fields["language"]


@needs()
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: PortalRequest) -> HttpResponse:
    """Show the account; on POST keep how one wants to read."""
    form = Preferences(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        accounts.set_preferences(
            request.user, time_zone=wanted["time_zone"], language=wanted.get("language", "")
        )
        messages.success(request, gettext("Saved."))
        return see(request, reverse("account"))
    return render(request, "account/account.html", _shown(request, form))


def _shown(request: PortalRequest, form: Preferences) -> dict[str, object]:
    return {
        "form": form,
        "sign_ins": sign_ins.own(request.user),
        "here": request.session.session_key,
        "shared": is_shared(request),
        "tokens": api_tokens.own(request.user),
        "sign_in_columns": SIGN_IN_COLUMNS,
        "token_columns": TOKEN_COLUMNS,
    }


@needs()
@require_POST
def end_sign_in(request: PortalRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions."""
    changes.end(request.user, [get_object_or_404(sign_ins.own(request.user), pk=pk)])
    messages.success(request, gettext("Signed out there."))
    return see(request, reverse("account"))


@needs()
@require_POST
def end_others(request: PortalRequest) -> HttpResponse:
    """End all of one's own sessions but this one."""
    others = sign_ins.own(request.user).exclude(session_key=request.session.session_key)
    changes.end(request.user, others)
    messages.success(request, gettext("Signed out everywhere else."))
    return see(request, reverse("account"))


@needs()
@require_POST
def set_device(request: PortalRequest) -> HttpResponse:
    """Say whether people share this device."""
    shared = request.POST.get("shared") == "on"
    changes.set_shared(request.user, str(request.session.session_key), shared=shared)
    request.session[SHARED] = shared
    messages.success(request, gettext("Saved for this device."))
    response = HttpResponseRedirect(reverse("account"), status=303)
    remember_device(request, response, request.user)
    return response
