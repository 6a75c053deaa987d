"""Where people are signed in, and the tokens their programs use; administrators end both."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orchestration.models import ApiToken, SignIn
from orchestration.queries import api_tokens as token_reading
from orchestration.queries import sign_ins as reading
from orchestration.services import api_tokens, sign_ins
from portal.admin import columns
from portal.admin.answers import each
from portal.admin.base import AdministratorsAdmin
from portal.admin.site import site
from portal.templatetags.moments import when
from rbac.models import User
from rbac.permissions import Perm


@admin.register(SignIn, site=site)
class SignInAdmin(AdministratorsAdmin[SignIn]):
    """Browsers in which somebody is signed in."""

    shown = ("user", "device", "shared", "address", "signed_in", "seen")
    list_display = ("user", "device", "shared", "address", "signed_in", "seen")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__first_name", "user__last_name", "address")
    actions = ("end_chosen",)
    signed_in = columns.at("at", _("Signed in"))
    seen = columns.at("last_seen_at", _("Last used"))

    def sees(self, by: User) -> QuerySet[SignIn]:
        return reading.everybodys(by)

    def remove(self, by: User, obj: SignIn) -> None:
        sign_ins.end(by, [obj])

    @admin.action(description=_("Sign the chosen people out there"), permissions=["delete"])
    def end_chosen(self, request: HttpRequest, queryset: QuerySet[SignIn]) -> None:
        """End sessions at once."""
        each(request, queryset, lambda by, row: sign_ins.end(by, [row]))


@admin.register(ApiToken, site=site)
class ApiTokenAdmin(AdministratorsAdmin[ApiToken]):
    """Tokens with which programs sign in as people."""

    shown = ("user", "name", "key", "may", "node", "made", "ends", "used", "last_used_from")
    list_display = ("__str__", "user", "may", "node", "ends", "used", "last_used_from")
    list_select_related = ("user", "node")
    search_fields = ("name", "key", "user__username")
    actions = ("revoke_chosen",)
    made = columns.at("created_at", _("Made"))
    ends = columns.at("expires_at", _("Ends"))

    def sees(self, by: User) -> QuerySet[ApiToken]:
        return token_reading.all_of_them(by)

    def remove(self, by: User, obj: ApiToken) -> None:
        api_tokens.revoke(by, obj)

    @admin.action(description=_("Revoke the chosen tokens"), permissions=["delete"])
    def revoke_chosen(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """End tokens at once."""
        each(request, queryset, api_tokens.revoke)

    @admin.display(description=_("May"))
    def may(self, obj: ApiToken) -> str:
        if obj.read_only:
            return str(_("Only read"))
        if obj.rights is None:
            return str(_("All that the person may"))
        known = {perm.value: perm.label for perm in Perm}
        return ", ".join(str(known.get(right, right)) for right in obj.rights)

    @admin.display(description=_("Last used"), ordering="last_used_at")
    def used(self, obj: ApiToken) -> str:
        return when(obj.last_used_at) if obj.last_used_at else str(_("never"))
