"""What withdrawing a version means: why it must not be used, and who still runs it."""

from django.db.models import Q, QuerySet

from orchestration.models import SolutionInstance, SolutionTemplateVersion
from orchestration.queries.solutions import instances
from rbac.access import YES, Verdict
from rbac.models import User


def withdrawal(version: SolutionTemplateVersion) -> Verdict:
    """A no, with reason and replacement, where a version is withdrawn."""
    if version.withdrawn_at is None:
        return YES
    params = {"version": version.version, "reason": version.withdrawn_because}
    if version.replacement is None:
        return Verdict(ok=False, code="version-withdrawn", params=params)
    params["replacement"] = version.replacement.version
    return Verdict(ok=False, code="version-replaced", params=params)


def still_running(by: User, version: SolutionTemplateVersion) -> QuerySet[SolutionInstance]:
    """The copies that run a version or are on their way to it, on lines the person sees."""
    wanted = Q(current__template_version=version) | Q(desired__template_version=version)
    return instances(by).filter(wanted).order_by("target__node__path", "name")
