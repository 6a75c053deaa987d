"""The idle lock: a session that nobody used for a while asks for the password again.

The server decides, whatever scripts run in the browser. What a page asks for by itself (its live
parts) is no use of it: somebody may have left with the page open.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django_htmx.http import trigger_client_event

from orchestration.services import sign_ins, vault
from orchestration.services.errors import Refused
from portal.web import presence
from portal.web.presence import SEEN
from portal.web.requests import wants_part
from portal.web.sessions import is_shared, people_here
from rbac.models import User

LOCKED = "locked"  # in the session
# Seconds; noting each request would write the session each time.
EXACT_TO = 15
EXACT_TO_UNLOCKED = 600  # where nothing is locked, it is only shown
MOST_KEPT = 256 * 1024  # bytes of a form that waits for the password
OPEN = (
    "login",
    "logout",
    "account-unlock",
    "account-switch",
    "account-lock",
    "sign-on",
    "sign-on-callback",
)
API = "/api/"
EVENT = "sitewright:locked"
PROBLEM = "application/problem+json"
SAFE = ("GET", "HEAD", "OPTIONS")


def idle_lock(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: let nothing through to a locked session but the ways to open it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not _signed_in(request):
            return get_response(request)
        if is_locked(request) and not _opens(request.path):
            return _refuse(request)
        if not is_locked(request) and _by_hand(request):
            touch(request)
        return get_response(request)

    return middleware


def lock_after(request: HttpRequest) -> int:
    """Return after how many seconds without use the session locks itself; 0: never."""
    if is_shared(request):
        return int(settings.LOCK_SHARED_MINUTES * 60)
    return int(settings.LOCK_MINUTES * 60)


def is_locked(request: HttpRequest) -> bool:
    """Tell whether the session is locked by now."""
    if request.session.get(LOCKED):
        return True
    limit = lock_after(request)
    seen = request.session.get(SEEN)
    if limit and seen is not None and presence.now() - seen > limit:
        lock(request)
        return True
    return False


def lock(request: HttpRequest) -> None:
    """Lock the session of this browser."""
    request.session[LOCKED] = True


def unlock(request: HttpRequest) -> None:
    """Open the session again, for the person whose it is."""
    request.session.pop(LOCKED, None)
    request.session[SEEN] = presence.now()


def touch(request: HttpRequest) -> None:
    """Note that somebody is using the session."""
    seen = request.session.get(SEEN)
    exact_to = EXACT_TO if lock_after(request) else EXACT_TO_UNLOCKED
    if seen is None or presence.now() - seen >= exact_to:
        request.session[SEEN] = presence.now()
        sign_ins.seen(str(request.session.session_key))


def kept_form(request: HttpRequest) -> str:
    """Return what was sent, encrypted for this person: it waits in the lock page.

    Empty when there was nothing, or too much. Files are not kept.
    """
    if request.method in SAFE:
        return ""
    fields = {name: values for name, values in request.POST.lists() if name[:4] != "csrf"}
    if not fields or sum(len(v) for values in fields.values() for v in values) > MOST_KEPT:
        return ""
    try:
        sealed = vault.encrypt({"user": request.user.pk, "at": request.path, "fields": fields})
    except Refused:  # without a key nothing can be kept
        return ""
    return f"{sealed.key_id}.{sealed.ciphertext}"


def opened_form(request: HttpRequest, kept: str) -> Mapping[str, Any] | None:
    """Return what `kept_form` kept, for the same person only: ``at`` and ``fields``."""
    key_id, _, ciphertext = kept.partition(".")
    if not kept.isascii():  # nothing of ours; Fernet would stumble over it
        return None
    try:
        found = vault.decrypt(vault.Sealed(key_id, ciphertext))
    except Refused:
        return None
    mine = isinstance(found, dict) and found.get("user") == request.user.pk
    return found if mine else None


def show_lock(
    request: HttpRequest, *, going_on: str, kept: str = "", error: str = ""
) -> HttpResponse:
    """Show the page that asks for the password."""
    context = {
        "next": going_on,
        "kept": kept,
        "error": error,
        "people": [name for name in people_here(request) if name != str(request.user)],
        "local": settings.LOCAL_ACCOUNTS,
    }
    return render(request, "account/locked.html", context, status=HTTPStatus.LOCKED)


def _signed_in(request: HttpRequest) -> bool:
    return isinstance(request.user, User)


def _opens(path: str) -> bool:
    return path in {reverse(name) for name in OPEN}


def _by_hand(request: HttpRequest) -> bool:
    """Whether somebody did this, and not a live part of a page."""
    return request.method not in SAFE or not (wants_part(request) or request.path.startswith(API))


def _refuse(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(API):
        return JsonResponse(_problem(), status=HTTPStatus.LOCKED, content_type=PROBLEM)
    if wants_part(request):
        status = HTTPStatus.NO_CONTENT if request.method in SAFE else HTTPStatus.LOCKED
        body = "" if request.method in SAFE else _locked()
        part = HttpResponse(body, status=status, content_type="text/plain; charset=utf-8")
        return trigger_client_event(part, EVENT)
    if request.method in SAFE:
        query = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{reverse('account-unlock')}?{query}")
    return show_lock(request, going_on=request.get_full_path(), kept=kept_form(request))


def _locked() -> str:
    return gettext("The page is locked. Enter your password, then do it again.")


def _problem() -> dict[str, object]:
    status = HTTPStatus.LOCKED
    return {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "code": "locked",
        "detail": _locked(),
    }
