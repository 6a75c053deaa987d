"""Withdrawing a version of a solution: nothing new is published or deployed of it."""

from django.db import transaction
from django.utils import timezone

from orchestration import hints
from orchestration.models import SolutionTemplateVersion
from orchestration.queries.withdrawn import withdrawal
from orchestration.services import events
from orchestration.services.configuration import hold
from orchestration.services.errors import Invalid, Refused
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm


@transaction.atomic
def withdraw(
    by: User,
    version: SolutionTemplateVersion,
    *,
    reason: str,
    replacement: SolutionTemplateVersion | None = None,
) -> SolutionTemplateVersion:
    """Take a version out of use, and say why and what to use instead. What runs goes on running.

    A version that is withdrawn already keeps its date and gets the new words.

    Raises:
        Invalid: ``reason-missing``; ``replacement-unfit`` for one of another solution, the version
            itself, or one that is withdrawn too.
    """
    may(by, Perm.AUTHOR_SOLUTIONS, version.template.node).require()
    # Whoever publishes it holds the solution, too: one comes after the other.
    hold(version.template)
    if not reason.strip():
        raise Invalid("reason-missing")
    if replacement is not None and not _fits(version, as_it_is(replacement)):
        raise Invalid("replacement-unfit", replacement=replacement.version)
    version.withdrawn_at = as_it_is(version).withdrawn_at or timezone.now()
    version.withdrawn_by, version.withdrawn_because = by, reason.strip()
    version.replacement = replacement
    _save(version)
    events.record(
        "solution.version-withdrawn",
        version,
        version.template.node,
        by,
        reason=reason.strip(),
        replacement=replacement.version if replacement else None,
    )
    return version


@transaction.atomic
def reinstate(by: User, version: SolutionTemplateVersion) -> SolutionTemplateVersion:
    """Let a withdrawn version be published and deployed again.

    Raises:
        Refused: ``not-withdrawn``.
    """
    may(by, Perm.AUTHOR_SOLUTIONS, version.template.node).require()
    hold(version.template)
    if as_it_is(version).withdrawn_at is None:
        raise Refused("not-withdrawn", version=str(version))
    version.withdrawn_at = version.withdrawn_by = version.replacement = None
    version.withdrawn_because = ""
    _save(version)
    events.record("solution.version-reinstated", version, version.template.node, by)
    return version


def as_it_is(version: SolutionTemplateVersion) -> SolutionTemplateVersion:
    """A version as the database has it now, without its texts."""
    rows = SolutionTemplateVersion.objects.defer("config_text", "specification")
    return rows.select_related("template__node", "replacement").get(pk=version.pk)


def refuse(version: SolutionTemplateVersion) -> None:
    """Refuse what would be published or deployed of a withdrawn version.

    Raises:
        Refused: ``version-withdrawn``, ``version-replaced``.
    """
    verdict = withdrawal(version)
    if not verdict:
        raise Refused(verdict.code, **verdict.params)


def _fits(version: SolutionTemplateVersion, replacement: SolutionTemplateVersion) -> bool:
    same = replacement.template_id == version.template_id
    return same and replacement.pk != version.pk and replacement.withdrawn_at is None


def _save(version: SolutionTemplateVersion) -> None:
    version.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because", "replacement"])
    node = version.template.node
    hints.tell([f"solution:{node.pk}"], node.path)
