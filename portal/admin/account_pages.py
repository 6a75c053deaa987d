"""What an administrator does for people who cannot get in: let them try again, or a link."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.queries.sign_ins import locked_until
from orchestration.services import accounts, sign_ins
from portal.admin.answers import person
from portal.admin.pages import Act, Question, act, submitted
from portal.admin.site import site
from portal.web.links import reset_address
from rbac.access import may_administer
from rbac.models import User


def allow(request: HttpRequest, user: User, back: str) -> HttpResponse:
    """Ask, then let somebody sign in again whose name is blocked after wrong passwords."""
    by = person(request)
    may_administer(by).require()
    until = locked_until(user.get_username())

    def allowed(_data: dict[str, Any]) -> str:
        sign_ins.unlock(by, user)
        return gettext("%(person)s may try again.") % {"person": user}

    chosen = Act(
        title=gettext("Let %(person)s sign in again") % {"person": user},
        button=_("Allow it"),
        do=allowed,
        then=back,
        back=back,
        note=_("Wrong passwords given so far are forgotten.")
        if until
        else _("Nothing is blocked."),
    )
    return act(request, Question(submitted(request)), chosen)


def reset(request: HttpRequest, user: User, back: str) -> HttpResponse:
    """Ask, then show a link to set a new password with; no redirect: it is written nowhere."""
    by = person(request)
    may_administer(by).require()
    if request.method == "POST":
        token = accounts.make_reset_token(by, user)
        messages.success(request, gettext("The link was made."))
        context = {
            **site.each_context(request),
            "title": gettext("New password for %(person)s") % {"person": user},
            "person": user,
            "link": request.build_absolute_uri(reset_address(user, token)),
            "back": back,
        }
        return TemplateResponse(request, "admin/reset_link.html", context)
    chosen = Act(
        title=gettext("New password for %(person)s") % {"person": user},
        button=_("Make a link"),
        do=lambda _data: "",
        then=back,
        back=back,
        note=_("The person sets a new password with it, once, within a day. Hand it over safely."),
    )
    return act(request, Question(None), chosen)
