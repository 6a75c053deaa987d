"""The way in through the company's own sign-in, and back."""

import logging

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

from portal.web.sessions import safe_next
from portal.web.single_sign_on import SignOn, ask, failed, not_let_in

UNREACHABLE = (RequestException, OAuth2Error, KeyError)
log = logging.getLogger(__name__)


@never_cache
@require_GET
def sign_on(request: HttpRequest) -> HttpResponse:
    """Go to the provider."""
    if not settings.SINGLE_SIGN_ON:
        raise Http404
    try:
        return ask(request, safe_next(request))
    except UNREACHABLE:
        log.exception("sign-on.unreachable")
        return not_let_in(request, failed(), status=502)


@never_cache
@require_GET
def sign_on_callback(request: HttpRequest) -> HttpResponse:
    """Come back from it, with a code or an error."""
    if not settings.SINGLE_SIGN_ON:
        raise Http404
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(SignOn(request))(request)
    except UNREACHABLE:
        log.exception("sign-on.failed")
        return not_let_in(request, failed(), status=502)
    return answer
