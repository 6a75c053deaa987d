"""Tokens for programs: POST with user name and password, or as somebody signed in."""

from datetime import timedelta
from typing import ClassVar

from django.contrib.auth import authenticate
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.queries import api_tokens
from orchestration.services import api_tokens as changes
from portal.api.resource import Asked
from portal.api.rights import Open, Rights
from portal.api.serializers.access import ApiTokenShape, NewApiToken, NewApiTokenShape
from rbac.models import User


class ApiTokens(Asked):
    """One's own tokens."""

    rights: ClassVar[Rights] = {"get": Open.SIGNED_IN, "post": Open.ANYONE}

    @extend_schema(responses=ApiTokenShape(many=True))
    def get(self, request: Request) -> Response:
        """One's own tokens, newest first, without their secrets."""
        return Response(ApiTokenShape(api_tokens.own(self.by), many=True).data)

    @extend_schema(request=NewApiToken, responses={201: NewApiTokenShape})
    def post(self, request: Request) -> Response:
        """Make a token. The answer holds it, this once."""
        wanted = self.given(NewApiToken)
        user = self._who(wanted)
        valid_for = timedelta(days=wanted["valid_for_days"])
        token, secret = changes.create(user, valid_for=valid_for)
        return Response(NewApiTokenShape(token, context={"token": secret}).data, status=201)

    def _who(self, wanted: dict[str, str]) -> User:
        """The person who signs in here, or already has."""
        if "username" not in wanted:
            if not isinstance(self.request.user, User):
                raise NotAuthenticated
            return self.request.user
        user = authenticate(
            self.request._request,  # noqa: SLF001  backends want Django's own request
            username=wanted["username"],
            password=wanted.get("password", ""),
        )
        if not isinstance(user, User):
            raise AuthenticationFailed("User name or password is wrong.")
        return user


class ApiToken(Asked):
    """One of one's own tokens."""

    rights: ClassVar[Rights] = {"delete": Open.SIGNED_IN}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """End a token at once; ``key`` is how it begins."""
        token = get_object_or_404(api_tokens.own(self.by), token_key=key)
        changes.revoke(self.by, token)
        return Response(status=204)
