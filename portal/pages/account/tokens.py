"""One's own API tokens: making one, seeing its secret once, ending it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from orchestration.models import Node
from orchestration.queries import api_tokens, places
from orchestration.services import api_tokens as changes
from orchestration.services.errors import ServiceError
from portal.web.needs import needs
from portal.web.parts import Choice
from portal.web.requests import PortalRequest
from portal.web.responses import invalid, see
from portal.web.sentences import sentence
from rbac.models import User
from rbac.permissions import LABELS, Perm
from rbac.scopes import READING

ALL, READ, SOME = "all", "read", "some"
MAY = ((READ, _("Only read")), (SOME, _("Only what is ticked below")), (ALL, _("All that I may")))
DAYS = 90


class NewToken(forms.Form):
    """What a new token is good for."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What the program does, to tell tokens apart.")
    )
    days = forms.IntegerField(label=_("Valid for (days)"), initial=DAYS, min_value=1)
    may = forms.ChoiceField(
        label=_("What it may do"), choices=MAY, initial=READ, widget=forms.RadioSelect
    )
    rights = forms.MultipleChoiceField(
        label=_("Rights"),
        required=False,
        choices=[(perm.value, LABELS[perm]) for perm in Perm],
        widget=forms.CheckboxSelectMultiple,
    )
    node = forms.ModelChoiceField(
        Node.objects.none(), label=_("Place"), required=False, empty_label=_("Everywhere I may")
    )

    def __init__(self, by: User, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  Django's own
        super().__init__(*args, **kwargs)
        days, node = self.fields["days"], self.fields["node"]
        days.help_text = gettext("%(most)s at most.") % {"most": settings.API_TOKEN_MOST_DAYS}
        if isinstance(node, forms.ModelChoiceField):
            node.queryset = places.nodes(by)

    def clean(self) -> dict[str, Any]:
        """Want at least one right where only some shall be left."""
        given = super().clean() or {}
        if given.get("may") == SOME and not given.get("rights"):
            self.add_error("rights", gettext("Tick at least one right."))
        return given

    def limits(self) -> dict[str, Any]:
        """Return what the service is asked for."""
        given = self.cleaned_data
        chosen = {
            ALL: None,
            READ: sorted(READING),
            SOME: [Perm(name) for name in given["rights"]],
        }
        return {
            "name": given["name"],
            "valid_for": timedelta(days=given["days"]),
            "rights": chosen[given["may"]],
            "node": given["node"],
        }


@needs()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: PortalRequest) -> HttpResponse:
    """Make a token and show it, here and never again: no redirect, so it is written nowhere."""
    form = NewToken(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = changes.create(request.user, **form.limits())
        except ServiceError as error:
            form.add_error(None, sentence(error.code, error.params))
        else:
            return render(request, "account/token.html", {"token": token, "secret": secret})
    if request.method == "POST":
        return invalid(request, "account/new_token.html", shown(form))
    return render(request, "account/new_token.html", shown(form))


def shown(form: NewToken) -> dict[str, object]:
    """Return what the page shows: the form, and its two lists of choices."""
    may, rights = form["may"].value(), form["rights"].value() or []
    return {
        "form": form,
        "may": [Choice(key, label, chosen=key == may) for key, label in MAY],
        "rights": [Choice(p.value, LABELS[p], chosen=p.value in rights) for p in Perm],
    }


@needs()
@require_POST
def revoke_token(request: PortalRequest, pk: int) -> HttpResponse:
    """End one of one's own tokens."""
    token = get_object_or_404(api_tokens.own(request.user), pk=pk)
    changes.revoke(request.user, token)
    messages.success(request, gettext("The token %(token)s ended.") % {"token": token})
    return see(request, reverse("account"))
