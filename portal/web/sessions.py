"""Browser sessions: where they begin and end, and what kind of device they are on."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from orchestration.services import sign_ins
from portal.web import presence
from rbac.models import User

SHARED = "shared_terminal"  # cookie of the device: it outlives its sessions
PEOPLE = "people_here"
YEAR = 365 * 24 * 3600
MOST_PEOPLE = 8
HOW = "how"  # in the session: how the person signed in
PASSWORD = "password"  # noqa: S105  a way to sign in
SINGLE_SIGN_ON = "single-sign-on"
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
            ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("Android", "Android"), ("iPad", "iPad"), ("iPhone", "iPhone"), ("Windows", "Windows"),
           ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def signed_in(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    """Keep in mind where somebody signed in."""
    request.session[presence.SEEN] = presence.now()
    if not request.session.session_key:
        request.session.save()  # a session that was emptied gets its new key only when saved
    sign_ins.signed_in(
        user,
        str(request.session.session_key),
        device=device_name(request.META.get("HTTP_USER_AGENT", "")),
        shared=is_shared(request),
        how=request.session.get(HOW, PASSWORD),
    )


def signed_out(sender: object, request: HttpRequest, user: User | None, **kwargs: object) -> None:
    """Note the end of a session, and have the person's open sockets look."""
    if user is not None:
        sign_ins.signed_out(user, str(request.session.session_key))


def sign_in_failed(sender: object, credentials: Mapping[str, object], **kwargs: object) -> None:
    """Note a wrong password."""
    sign_ins.failed(str(credentials.get("username", "")))


def locked_out(sender: object, username: str | None, **kwargs: object) -> None:
    """Note that there were too many."""
    sign_ins.locked_out(username or "", sign_ins.lock_out_lasts())


def device_name(user_agent: str) -> str:
    """Return a browser and a system as people call them: ``Chrome, Windows``."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


def is_shared(request: HttpRequest) -> bool:
    """Tell whether people share the device that asks."""
    return bool(request.session.get(SHARED, request.COOKIES.get(SHARED) == "1"))


def enter(
    request: HttpRequest, user: User, *, shared: bool, how: str = PASSWORD, backend: str = ""
) -> None:
    """Begin a session; that of anybody else in this browser ends."""
    if request.user.is_authenticated:
        logout(request)
    request.session[SHARED] = shared
    request.session[HOW] = how
    login(request, user, backend=backend or None)


def stay_signed_in(request: HttpRequest, user: User) -> None:
    """Go on with this session after one's password changed; all others end by it."""
    before = str(request.session.session_key)
    update_session_auth_hash(request, user)
    sign_ins.moved(before, str(request.session.session_key))


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let the device remember that it is shared, and by whom; or forget it."""
    if is_shared(request):
        _keep(response, SHARED, "1")
        name = user.get_username()
        others = [other for other in people_here(request) if other != name]
        _keep(response, PEOPLE, "/".join([name, *others][:MOST_PEOPLE]), signed=True)
    else:
        response.delete_cookie(SHARED)
        response.delete_cookie(PEOPLE)


def people_here(request: HttpRequest) -> list[str]:
    """Return the user names of those who signed in at this shared device, the latest first."""
    kept = request.get_signed_cookie(PEOPLE, default="", max_age=YEAR) or ""
    return [name for name in kept.split("/") if name][:MOST_PEOPLE]


def safe_next(request: HttpRequest) -> str:
    """Return where to go on after signing in: an address of ours, or the first page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return str(settings.LOGIN_REDIRECT_URL)


def _keep(response: HttpResponse, name: str, value: str, *, signed: bool = False) -> None:
    put = response.set_signed_cookie if signed else response.set_cookie
    put(
        name,
        value,
        max_age=YEAR,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )
