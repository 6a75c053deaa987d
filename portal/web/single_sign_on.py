"""Single sign-on by OpenID Connect: what is asked of the provider, and what is believed.

allauth speaks the protocol (state, code, proof of the code). Stricter than it is by itself: the
identity token's signature is always checked, it must answer the very question that was asked
(nonce), and nothing of the question comes from the browser. Accounts are the business of a service.
"""

import hmac
import secrets
import time
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from orchestration.services import single_sign_on
from orchestration.services.errors import Refused
from orchestration.services.single_sign_on import Identity
from portal.web import locking
from portal.web.identity_tokens import Untrusted, claims_of
from portal.web.sentences import sentence
from portal.web.sessions import SINGLE_SIGN_ON, enter, is_shared, remember_device

BACKEND = "portal.web.single_sign_on.SignOnBackend"
FRESH = 300  # seconds since the password was given at the provider, where it must be given anew
SIGNED_ONLY = ("nonce", "auth_time")  # these count from the signed token, never from beside it
LONGEST = 150  # of a user name


class SignOnBackend(ModelBackend):
    """Knows who signed in at the provider; takes no password."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:  # type: ignore[override]  # noqa: ANN401
        """Nobody: the provider has done it."""


class Provider(OpenIDConnectProvider):  # type: ignore[misc]  # allauth has no types
    """The one that the settings name."""

    def get_oauth2_adapter(self, request: HttpRequest) -> "SignOn":
        return SignOn(request)

    def extract_extra_data(self, data: object) -> dict[str, object]:
        """Keep nothing that the provider tells of a person but what the account holds."""
        return {}


class SignOn(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    """The protocol with that provider, for one request."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, settings.SINGLE_SIGN_ON["issuer"])

    def get_provider(self) -> Provider:
        known = settings.SINGLE_SIGN_ON
        app = SocialApp(
            provider=Provider.id,
            provider_id=known["issuer"],
            client_id=known["client_id"],
            secret=known["client_secret"],
            settings={
                "server_url": known["issuer"],
                "oauth_pkce_enabled": True,
                "scope": known["scopes"],
            },
        )
        return Provider(self.request, app=app)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("sign-on-callback"))

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself, if it is the provider that the settings name."""
        config: dict[str, Any] = super().openid_config
        if str(config.get("issuer", "")).rstrip("/") != settings.SINGLE_SIGN_ON["issuer"]:
            raise OAuth2Error("the provider calls itself something else")
        return config

    def complete_login(
        self,
        request: HttpRequest,
        app: SocialApp,
        token: SocialToken,
        **kwargs: Any,  # noqa: ANN401
    ) -> SocialLogin:
        """Return who it is, from a signed identity token and what else is known of the same one."""
        if "id_token" not in kwargs["response"]:
            raise OAuth2Error("the answer holds no identity token")
        claims = self._claims(kwargs["response"]["id_token"])
        more = self._fetch_user_info(token.token)
        if more.get("sub") != claims["sub"]:
            raise OAuth2Error("two answers about two people")
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        told = {name: value for name, value in more.items() if name not in SIGNED_ONLY}
        login.claims = told | claims
        return login

    def _claims(self, token: str) -> dict[str, Any]:
        """Check a token, its signature as well: TLS to the provider alone is not taken for one."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        client_id = settings.SINGLE_SIGN_ON["client_id"]
        try:
            return claims_of(
                token, answer.json(), issuer=self.openid_config["issuer"], client_id=client_id
            )
        except Untrusted as error:
            raise OAuth2Error("the identity token is not to be trusted") from error


class Accounts(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """What becomes of who the provider vouches for; nothing of allauth's own goes on after it."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> NoReturn:
        """Begin the session, or say why not."""
        raise ImmediateHttpResponse(_arrive(request, sociallogin))

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ANN401
        """Say that it did not work; what it was is for the log."""
        raise ImmediateHttpResponse(not_let_in(request, failed(), status=401))


def ask(request: HttpRequest, going_on: str) -> HttpResponse:
    """Send somebody to the provider; at a shared or locked terminal they sign in there anew."""
    nonce, anew = secrets.token_urlsafe(24), is_shared(request) or locking.is_locked(request)
    params = {"nonce": nonce} | ({"prompt": "login", "max_age": "0"} if anew else {})
    answer: HttpResponse = (
        SignOn(request)
        .get_provider()
        .redirect(
            request,
            AuthProcess.LOGIN,
            next_url=going_on,
            data={"nonce": nonce, "anew": anew, "shared": is_shared(request)},
            auth_params=params,
        )
    )
    return answer


def failed() -> str:
    """Return what is said when the provider's answer cannot be used."""
    return gettext("Signing in there did not work. Try again, or ask IT.")


def not_let_in(request: HttpRequest, why: str, *, status: int) -> HttpResponse:
    """Show why somebody who came from the provider is not signed in."""
    return render(request, "account/not_let_in.html", {"why": why}, status=status)


def _arrive(request: HttpRequest, login: SocialLogin) -> HttpResponse:
    asked = login.state.get("data") or {}
    if not _answers(asked, login.claims):
        return not_let_in(request, failed(), status=401)
    try:
        user = single_sign_on.welcome(_identity(login.claims))
    except Refused as refused:
        return not_let_in(request, sentence(refused.code, refused.params), status=403)
    enter(request, user, shared=bool(asked["shared"]), how=SINGLE_SIGN_ON, backend=BACKEND)
    locking.unlock(request)
    response = HttpResponseRedirect(login.state.get("next") or settings.LOGIN_REDIRECT_URL)
    remember_device(request, response, user)
    return response


def _answers(asked: dict[str, Any], claims: dict[str, Any]) -> bool:
    """Whether a token answers the question that this browser asked."""
    nonce = str(asked.get("nonce", ""))
    if not nonce or not hmac.compare_digest(nonce, str(claims.get("nonce", ""))):
        return False
    proved = claims.get("auth_time")
    fresh = isinstance(proved, int | float) and time.time() - proved < FRESH
    return fresh or not asked["anew"]


def _identity(claims: dict[str, Any]) -> Identity:
    known = settings.SINGLE_SIGN_ON
    theirs = claims.get(known["groups_claim"]) or []
    names = {theirs} if isinstance(theirs, str) else set(map(str, theirs))
    mapped = {str(there): str(here) for there, here in known["groups"].items()}
    return Identity(
        issuer=known["issuer"],
        subject=str(claims["sub"]),
        username=str(claims.get(known["username_claim"]) or "")[:LONGEST],
        full_name=str(claims.get("name") or ""),
        email=str(claims.get("email") or "")[:254],
        groups=frozenset(here for there, here in mapped.items() if there in names),
        known=frozenset(mapped.values()),
    )
