"""The three parts of the portal and their pages, and who finds what in the rail."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rbac.access import may_anywhere
from rbac.models import User
from rbac.permissions import Perm


@dataclass(frozen=True)
class Page:
    """A page with a place in the navigation; any one of ``perms``, anywhere, shows it."""

    url_name: str
    label: Promise
    perms: tuple[Perm, ...]


@dataclass(frozen=True)
class Section:
    """A part of the portal: the pages under one entry of the rail."""

    key: str
    label: Promise
    pages: tuple[Page, ...]


@dataclass(frozen=True)
class Link:
    """An entry as the templates show it; ``icon`` for those of the rail."""

    label: Promise
    url: str
    current: bool
    icon: str = ""


# Any of these, anywhere, opens the admin site.
IT_PERMS = (
    Perm.EDIT_HIERARCHY,
    Perm.EDIT_TARGETS,
    Perm.MANAGE_AGENTS,
    Perm.MANAGE_ACCESS,
    Perm.AUTHOR_SOLUTIONS,
    Perm.MANAGE_CONTEXT,
)
_SEE = (Perm.VIEW_HIERARCHY, Perm.VIEW_DEPLOYMENTS, Perm.VIEW_VALUES)
_VALUES = (Perm.VIEW_VALUES, Perm.EDIT_OT_VALUES, Perm.EDIT_IT_VALUES)
_ROLLOUTS = (Perm.VIEW_DEPLOYMENTS, Perm.DEPLOY, Perm.UNINSTALL)

SECTIONS: tuple[Section, ...] = (
    Section(
        "monitor",
        _("Monitor"),
        (
            Page("monitor-overview", _("Overview"), _SEE),
            Page("monitor-solutions", _("Solutions"), _SEE),
            Page("monitor-targets", _("Lines"), _SEE),
            Page("monitor-events", _("Event log"), _SEE),
        ),
    ),
    Section(
        "configure",
        _("Configure"),
        (
            Page("configure-hierarchy", _("Places"), _VALUES),
            Page("configure-solutions", _("Solutions"), _VALUES),
            Page("configure-published", _("Published"), _VALUES),
        ),
    ),
    Section(
        "deploy",
        _("Deploy"),
        (
            Page("deploy-targets", _("Deploy"), (Perm.DEPLOY, Perm.UNINSTALL)),
            Page("deploy-rollouts", _("Rollouts"), _ROLLOUTS),
        ),
    ),
)


def rail(user: User, path: str) -> list[Link]:
    """Return the parts this person may use; ``path`` is the address they are at."""
    links = []
    for section in SECTIONS:
        pages = _links(section, user, path)
        if pages:
            current = any(page.current for page in pages) or path.startswith(f"/{section.key}/")
            links.append(Link(section.label, pages[0].url, current, icon=section.key))
    return links


def pages(user: User, path: str) -> tuple[Promise | str, list[Link]]:
    """Return the part one is in and its pages this person may use; nothing outside the parts."""
    for section in SECTIONS:
        if path.startswith(f"/{section.key}/"):
            return section.label, _links(section, user, path)
    return "", []


def _links(section: Section, user: User, path: str) -> list[Link]:
    found = [
        (page.label, url)
        for page in section.pages
        if (url := _address(page.url_name)) and may_anywhere(user, *page.perms)
    ]
    # The longest address wins: /monitor/ is not current on /monitor/targets/.
    here = max((url for _label, url in found if path.startswith(url)), key=len, default="")
    return [Link(label, url, current=url == here) for label, url in found]


def _address(url_name: str) -> str:
    """Return a page's address; empty while it is not wired, so that no entry leads nowhere."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
