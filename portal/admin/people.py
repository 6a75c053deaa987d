"""Accounts of people and pipelines."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.queries import access
from orchestration.queries.sign_ins import locked_until
from orchestration.services import people
from portal.admin import access_pages, account_pages, columns
from portal.admin.answers import person
from portal.admin.base import InstallationAdmin, Tool
from portal.admin.forms import ServiceForm, text
from portal.admin.pages import Act, ActForm, act, submitted
from portal.admin.site import site
from rbac.access import may_administer
from rbac.models import User
from rbac.permissions import Perm

STAFF_HELP = _("A mark for other programs. It opens nothing here: that is a matter of roles.")


class PasswordForm(ActForm):
    """A password, typed twice."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, not a common word, not only numbers."),
    )
    again = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password", again):
            raise forms.ValidationError(_("The two passwords are not the same."))
        return again


class UserForm(ServiceForm[User]):
    """Whether somebody is let in, and the groups they are in."""

    is_active = forms.BooleanField(label=_("May sign in"), required=False, initial=True)
    is_staff = forms.BooleanField(label=_("Staff"), required=False, help_text=STAFF_HELP)
    groups = forms.ModelMultipleChoiceField(
        Group.objects.all(),
        label=_("Groups"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class NewUserForm(PasswordForm, UserForm):
    """A new account."""

    name = text(_("User name"), most=150)
    full_name = text(_("Full name"), most=200, required=False)
    email = forms.EmailField(label=_("Mail address"), required=False)
    field_order = ("name", "full_name", "email", "password", "again")


@admin.register(User, site=site)
class UserAdmin(InstallationAdmin[User]):
    """People. Who manages access at a place sees those who hold roles there."""

    form = UserForm
    add_form = NewUserForm
    view_perms = (Perm.MANAGE_ACCESS,)
    shown = ("username", "full_name", "email", "seen")
    row_pages = ("password", "access", "allow", "reset")
    list_display = ("username", "full_name", "email", "is_active", "is_superuser", "seen")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    seen = columns.at("last_login", _("Last signed in"))

    def sees(self, by: User) -> QuerySet[User]:
        return access.people(by)

    def create(self, request: HttpRequest, data: dict[str, Any]) -> User:
        by = person(request)
        names = {"full_name": data["full_name"], "email": data["email"]}
        user = people.create(by, data["name"], data["password"], **names)
        if data["is_staff"] or data["groups"] or not data["is_active"]:
            self._set(by, user, data)
        return user

    def change(self, request: HttpRequest, obj: User, form: ServiceForm[User]) -> None:
        self._set(person(request), obj, form.cleaned_data)

    def tools(self, request: HttpRequest, obj: User) -> Sequence[Tool]:
        tools: list[Tool] = [(_("What may this person do?"), self.address("access", obj.pk))]
        if may_administer(request.user):
            tools.append((_("Set password"), self.address("password", obj.pk)))
            tools.append((_("Link for a new password"), self.address("reset", obj.pk)))
            if locked_until(obj.get_username()):
                tools.append((_("Let them sign in again"), self.address("allow", obj.pk)))
        return tools

    def password(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Set somebody's password."""
        user, by = self.get_object(request, object_id), person(request)
        may_administer(by).require()

        def set_it(data: dict[str, Any]) -> str:
            people.set_password(by, user, data["password"])
            return gettext("The password of %(person)s was set.") % {"person": user}

        back = self.address("change", user.pk)
        chosen = Act(
            title=gettext("Set the password of %(person)s") % {"person": user},
            button=_("Set password"),
            do=set_it,
            then=back,
            back=back,
        )
        return act(request, PasswordForm(submitted(request)), chosen)

    def access(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What somebody may do, and why."""
        return access_pages.what_may(request, self.get_object(request, object_id))

    def allow(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let somebody sign in again whose name is blocked."""
        user = self.get_object(request, object_id)
        return account_pages.allow(request, user, self.address("change", user.pk))

    def reset(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make a link for a new password."""
        user = self.get_object(request, object_id)
        return account_pages.reset(request, user, self.address("change", user.pk))

    @admin.display(description=_("Full name"), ordering="first_name")
    def full_name(self, obj: User) -> str:
        return obj.get_full_name()

    def _set(self, by: User, user: User, data: dict[str, Any]) -> None:
        wanted = {name: data[name] for name in ("is_active", "is_staff", "groups")}
        people.change(by, user, **wanted)
