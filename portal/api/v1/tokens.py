"""Tokens for programs: POST with user name and password, or as somebody signed in."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth import authenticate
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import ApiToken
from orchestration.queries import api_tokens
from orchestration.services import api_tokens as changes
from portal.api.resource import Asked
from portal.api.rights import Open, Rights
from portal.api.serializers.tokens import (
    ApiTokenShape,
    NewApiToken,
    NewApiTokenShape,
    SomebodysTokenShape,
)
from rbac.models import User
from rbac.permissions import Perm

TOO_MANY = OpenApiResponse(description="Too many wrong passwords.")


class ApiTokens(Asked):
    """One's own tokens."""

    rights: ClassVar[Rights] = {"get": Open.SIGNED_IN, "post": Open.ANYONE}
    shown_once: ClassVar[tuple[str, ...]] = ("post",)

    @extend_schema(responses=ApiTokenShape(many=True))
    def get(self, request: Request) -> Response:
        """One's own tokens, newest first, without their secrets."""
        return Response(self.listed(api_tokens.own(self.by), ApiTokenShape))

    @extend_schema(request=NewApiToken, responses={201: NewApiTokenShape, 429: TOO_MANY})
    def post(self, request: Request) -> Response:
        """Make a token. The answer holds it, this once."""
        user = self._who()
        wanted = self._wanted(user)
        rights = wanted.get("rights")
        token, secret = changes.create(
            user,
            valid_for=timedelta(days=wanted["valid_for_days"]),
            name=wanted.get("name", ""),
            rights=None if rights is None else [Perm(right) for right in rights],
            node=wanted.get("node"),
        )
        told = {"token": secret, "by": user}
        return Response(NewApiTokenShape(token, context=told).data, status=201)

    def _wanted(self, user: User) -> dict[str, Any]:
        """The body, as the person understands it who will own the token."""
        serializer = NewApiToken(data=self.request.data, context={"by": user})
        serializer.is_valid(raise_exception=True)
        wanted: dict[str, Any] = serializer.validated_data
        return wanted

    def _who(self) -> User:
        """The person who signs in here, or already has."""
        body = self.request.data if isinstance(self.request.data, dict) else {}
        names_somebody = "username" in body
        if isinstance(self.request.user, User):
            if names_somebody:
                # A call with a key is undone where it fails, and with it the count of wrong
                # passwords: whoever is signed in could guess those of others for ever.
                raise ValidationError({"username": ["Leave it out: you are signed in."]})
            return self.request.user
        if not names_somebody:
            raise NotAuthenticated
        given = {name: str(body.get(name, "")) for name in ("username", "password")}
        # Backends want Django's own request.
        user = authenticate(self.request._request, **given)  # noqa: SLF001
        if not isinstance(user, User):
            raise AuthenticationFailed("User name or password is wrong.")
        return user


class OneApiToken(Asked):
    """One of one's own tokens."""

    rights: ClassVar[Rights] = {"get": Open.SIGNED_IN, "delete": Open.SIGNED_IN}

    def held(self) -> Iterable[QuerySet[Any]]:
        """The token."""
        return (ApiToken.objects.filter(user=self.by.pk, key=self.kwargs["key"]),)

    @extend_schema(responses=ApiTokenShape)
    def get(self, request: Request, key: str) -> Response:
        """One token, without its secret; ``key`` is how it begins."""
        token = get_object_or_404(api_tokens.own(self.by), key=key)
        return Response(ApiTokenShape(token, context={"by": self.by}).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """End a token at once; ``key`` is how it begins."""
        changes.revoke(self.by, get_object_or_404(api_tokens.own(self.by), key=key))
        return Response(status=204)


class EverybodysTokens(Asked):
    """The tokens of all people."""

    rights: ClassVar[Rights] = {"get": Open.SUPERUSER}

    @extend_schema(responses=SomebodysTokenShape(many=True))
    def get(self, request: Request) -> Response:
        """Every token that opens something, newest first, and whose it is."""
        return Response(self.listed(api_tokens.all_of_them(self.by), SomebodysTokenShape))


class OneOfEverybodysTokens(Asked):
    """Somebody's token."""

    rights: ClassVar[Rights] = {"get": Open.SUPERUSER, "delete": Open.SUPERUSER}

    def held(self) -> Iterable[QuerySet[Any]]:
        """The token."""
        return (ApiToken.objects.filter(key=self.kwargs["key"]),)

    @extend_schema(responses=SomebodysTokenShape)
    def get(self, request: Request, key: str) -> Response:
        """One token and whose it is; ``key`` is how it begins."""
        token = get_object_or_404(api_tokens.all_of_them(self.by), key=key)
        return Response(SomebodysTokenShape(token, context={"by": self.by}).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """End somebody's token at once; ``key`` is how it begins."""
        token = get_object_or_404(api_tokens.all_of_them(self.by), key=key)
        changes.revoke(self.by, token)
        return Response(status=204)
