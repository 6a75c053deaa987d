"""One's own sessions; and what an administrator does for people who cannot get in."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import SignIn
from orchestration.queries import access, sign_ins
from orchestration.services import accounts
from orchestration.services import sign_ins as changes
from portal.api.resource import Asked
from portal.api.rights import Open, Rights
from portal.api.serializers.sign_ins import Preferences, PreferencesShape, ResetLink, SignInShape
from portal.web.links import reset_address
from rbac.models import User


class SignIns(Asked):
    """Browsers one is signed in at."""

    rights: ClassVar[Rights] = {"get": Open.SIGNED_IN}

    @extend_schema(responses=SignInShape(many=True))
    def get(self, request: Request) -> Response:
        """Where one is signed in, the latest first."""
        return Response(self.listed(sign_ins.own(self.by), SignInShape))


class OneSignIn(Asked):
    """One of them."""

    rights: ClassVar[Rights] = {"get": Open.SIGNED_IN, "delete": Open.SIGNED_IN}

    def held(self) -> Iterable[QuerySet[Any]]:
        """The session."""
        return (SignIn.objects.filter(user=self.by.pk, pk=self.kwargs["pk"]),)

    @extend_schema(responses=SignInShape)
    def get(self, request: Request, pk: int) -> Response:
        """Where, and since when."""
        row = get_object_or_404(sign_ins.own(self.by), pk=pk)
        return Response(SignInShape(row, context={"by": self.by}).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Sign out there, at once."""
        changes.end(self.by, [get_object_or_404(sign_ins.own(self.by), pk=pk)])
        return Response(status=204)


class OwnPreferences(Asked):
    """How one wants to read."""

    rights: ClassVar[Rights] = {"get": Open.SIGNED_IN, "put": Open.SIGNED_IN}

    def held(self) -> Iterable[QuerySet[Any]]:
        """The account."""
        return (User.objects.filter(pk=self.by.pk),)

    @extend_schema(responses=PreferencesShape)
    def get(self, request: Request) -> Response:
        """Time zone and language; empty is as the installation."""
        return Response(PreferencesShape(self.by, context={"by": self.by}).data)

    @extend_schema(request=Preferences, responses=PreferencesShape)
    def put(self, request: Request) -> Response:
        """Set time zone and language; empty is as the installation."""
        accounts.set_preferences(self.by, **self.given(Preferences))
        return Response(PreferencesShape(self.by, context={"by": self.by}).data)


class Unlock(Asked):
    """Somebody whose name is blocked after wrong passwords."""

    rights: ClassVar[Rights] = {"post": Open.SUPERUSER}

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """Let them try again at once."""
        changes.unlock(self.by, get_object_or_404(access.people(self.by), pk=pk))
        return Response(status=204)


class PasswordLink(Asked):
    """A link with which somebody sets a new password, once."""

    rights: ClassVar[Rights] = {"post": Open.SUPERUSER}
    shown_once: ClassVar[tuple[str, ...]] = ("post",)

    @extend_schema(request=None, responses={201: ResetLink})
    def post(self, request: Request, pk: int) -> Response:
        """Make a link; the answer holds it, this once."""
        user = get_object_or_404(access.people(self.by), pk=pk)
        path = reset_address(user, accounts.make_reset_token(self.by, user))
        return Response({"link": request.build_absolute_uri(path)}, status=201)
