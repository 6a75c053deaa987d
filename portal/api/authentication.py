"""Programs sign in by a token, which may leave less than the person may do."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from orchestration.models import ApiToken
from orchestration.queries import api_tokens as reading
from orchestration.services import api_tokens
from rbac.models import User
from rbac.scopes import narrow

WORD = "Token"
WRONG = "This token is unknown, revoked or too old."


class ApiTokenAuthentication(BaseAuthentication):
    """``Authorization: Token …``."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return who asks, narrowed to what the token is good for; None without such a header."""
        word, _, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if word.lower() != WORD.lower():
            return None
        token = reading.opened_by(api_tokens.digest_of(secret.strip()))
        if token is None or not token.user.is_active:
            raise AuthenticationFailed(WRONG)
        narrow(token.user, token.scope)
        api_tokens.used(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Say how to sign in to who did not."""
        return WORD


class ApiTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the header in the OpenAPI document."""

    target_class = ApiTokenAuthentication
    name = "ApiToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the header and the word before the token."""
        said = f"The word {WORD}, a space and the token."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": said}
