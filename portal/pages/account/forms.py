"""The form that asks who somebody is."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """User name and password; the name may be known already."""

    username = UsernameField(
        label=_("User name"), widget=forms.TextInput(attrs={"autocomplete": "username"})
    )

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, request.POST or None)
        who = request.GET.get("who", "")
        self.fields["username"].initial = who
        first = self.fields["password" if who else "username"]
        first.widget.attrs["autofocus"] = True
