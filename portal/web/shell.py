"""What base.html shows around every page."""

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from orchestration.queries.places import contexts
from portal.web import navigation
from portal.web.locking import lock_after
from portal.web.requests import wants_part
from portal.web.scope import Scope, picker
from rbac.models import User

THEMES = ("light", "dark")
SCRIPTS = (
    "js/theme.js",
    "js/connection.js",
    "js/live.js",
    "js/keep.js",
    "js/pane.js",
    "js/menus.js",
    "js/messages.js",
    "js/ages.js",
    "js/forms.js",
    "js/selection.js",
    "js/grid.js",
    "js/copy.js",
    "js/lock.js",
)


class Shell:
    """Read by base.html and its components; each part is made only when a template asks."""

    scripts = SCRIPTS
    home = "/"
    search_url = ""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._user = getattr(request, "user", None)  # none yet where a middleware refuses early
        self._path = request.path
        theme = request.COOKIES.get("theme", "")
        self.theme = theme if theme in THEMES else "auto"
        self.demo: bool = settings.SITEWRIGHT_DEMO

    @cached_property
    def lock_after(self) -> int:
        """Seconds without use after which the page covers itself; 0: never."""
        return lock_after(self._request) if isinstance(self._user, User) else 0

    @property
    def sign_on(self) -> str:
        """What the company's own sign-in is called; empty where there is none."""
        return str(settings.SINGLE_SIGN_ON["label"]) if settings.SINGLE_SIGN_ON else ""

    @cached_property
    def context_name(self) -> str:
        """Name of the one context in which the person sees anything; empty where there are more."""
        if not isinstance(self._user, User):
            return ""
        found = list(contexts(self._user)[:2])
        return str(found[0]) if len(found) == 1 else ""

    @cached_property
    def scope(self) -> Scope | None:
        """Places to narrow every screen to."""
        return picker(self._request, reverse("scope")) if isinstance(self._user, User) else None

    @cached_property
    def sections(self) -> list[navigation.Link]:
        """Entries of the rail."""
        return navigation.rail(self._user, self._path) if isinstance(self._user, User) else []

    @cached_property
    def _pages(self) -> tuple[Promise | str, list[navigation.Link]]:
        return (
            navigation.pages(self._user, self._path) if isinstance(self._user, User) else ("", [])
        )

    @property
    def section_label(self) -> Promise | str:
        """Name of the part one is in."""
        return self._pages[0]

    @property
    def pages(self) -> list[navigation.Link]:
        """Pages of the part one is in."""
        return self._pages[1]


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor: ``shell``, and ``base_template`` for ``{% extends base_template %}``."""
    return {
        "shell": Shell(request),
        "base_template": "part.html" if wants_part(request) else "base.html",
    }
