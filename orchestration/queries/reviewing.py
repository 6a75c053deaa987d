"""What each line would get, before anything is published."""

from collections.abc import Sequence

from orchestration.models import SolutionTemplateVersion, Target
from orchestration.queries.dependencies import NO_CHOICE, Choice, with_dependencies
from orchestration.queries.resolving import LineReview, first_stranger, resolve_lines
from rbac.access import Denied, Verdict, may, may_each
from rbac.models import User
from rbac.permissions import Perm


def review(
    by: User,
    version: SolutionTemplateVersion,
    targets: Sequence[Target],
    instance_name: str = "",
    choice: Choice = NO_CHOICE,
) -> list[LineReview]:
    """Resolve for each target and say how it differs from what runs there.

    ``choice`` names the shared copies to use where there are several.

    Raises:
        rbac.access.Denied: the right to review is missing at a target, or the
            right to see the solution; ``other-context`` where a target is of
            another context than the solution.
    """
    may(by, Perm.VIEW_SOLUTIONS, version.template.node).require()
    may_each(by, Perm.REVIEW, [target.node for target in targets]).require()
    if stranger := first_stranger(version.template, [target.node for target in targets]):
        params = {"place": str(stranger), "solution": str(version.template)}
        raise Denied(Verdict(ok=False, code="other-context", params=params))
    name = instance_name or version.template.node.name
    found = resolve_lines(version, targets, name)
    return list(with_dependencies(by, version, found, choice))
