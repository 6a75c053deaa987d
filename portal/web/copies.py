"""Installed copies as pages list them: the word, what runs, what could run, the last attempt."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from orchestration.models import Deployment, SolutionInstance, SolutionVersion, Validation
from orchestration.queries import deployments
from orchestration.queries.revisions import newest_of
from orchestration.queries.solutions import ILL, word_of
from orchestration.queries.validations import failed_of
from orchestration.queries.withdrawn import withdrawal
from orchestration.states import Word
from rbac.access import YES, Verdict
from rbac.models import User

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True)
class Copy:
    """One installed copy; ``attempt`` is the last one the person may see.

    ``asked`` is the question about its newest revision where another system did not agree to it.
    """

    instance: SolutionInstance
    newest: SolutionVersion | None
    attempt: Deployment | None
    asked: Validation | None = None

    @property
    def withdrawn(self) -> Verdict:
        """A no, with the reason, where it runs a version that was withdrawn."""
        return withdrawal(self.current.template_version) if self.current else YES

    @property
    def word(self) -> Word:
        """The portal's one word for it."""
        return word_of(self.instance)

    @property
    def url(self) -> str:
        """Address of the status pane, empty before the first attempt."""
        if self.attempt is None:
            return ""
        return reverse("monitor-deployment", args=[self.attempt.pk])

    @property
    def current(self) -> SolutionVersion | None:
        """The revision that was last seen to run well."""
        return self.instance.current

    @property
    def behind(self) -> bool:
        """Whether something newer is published than what runs."""
        return self.newest is not None and self.newest.pk != self.instance.current_id

    @property
    def ill(self) -> bool:
        """Whether it should run and does not, by what its agent sees."""
        return self.instance.current_id is not None and self.instance.health.get("state") in ILL

    @property
    def seen_since(self) -> datetime | None:
        """Since when it is as its agent sees it, as far as the agent knows."""
        since = self.instance.health.get("since")
        return datetime.fromisoformat(since) if since else None


def copies(by: User, instances: Iterable[SolutionInstance]) -> list[Copy]:
    """Return the copies with what the lists say about them, in a few reads for all."""
    rows = list(instances)
    newest, attempts = newest_of(rows), deployments.latest(by, rows)
    failed = failed_of(rows)
    return [Copy(row, newest.get(row.pk), attempts.get(row.pk), failed.get(row.pk)) for row in rows]


@dataclass(frozen=True)
class OwnPage:
    """A page that a workload serves itself; ``local`` where only its own machine can open it."""

    name: str
    url: str
    local: bool


def own_pages(revision: SolutionVersion | None) -> list[OwnPage]:
    """Return the pages that what runs serves itself, from the addresses of its health checks.

    Nothing but http and https is ever made a link.
    """
    if revision is None:
        return []
    found = []
    for component in revision.components:
        health = component.get("properties", {}).get("health")
        url = health.get("http") if isinstance(health, dict) else None
        parts = urlsplit(url) if isinstance(url, str) else None
        if parts and parts.scheme in {"http", "https"} and parts.hostname:
            local = parts.hostname in LOOPBACK and not settings.SITEWRIGHT_DEMO
            host = parts.netloc.rpartition("@")[2]  # never the password of a check
            address = f"{parts.scheme}://{host}/"
            found.append(OwnPage(str(component["name"]), address, local))
    return found
