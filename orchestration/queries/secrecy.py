"""What must not be shown of configurations, by the rules of the versions they are from."""

from orchestration.models import SolutionVersion
from orchestration.queries.templates import compiled
from orchestration.resolution import Change, Veil, veil


def veil_of(*revisions: SolutionVersion) -> Veil:
    """The veil over published revisions, one for all that are shown together."""
    templates = [compiled(revision.template_version) for revision in revisions]
    keys = frozenset[tuple[str, ...]]().union(*(one.secret_settings for one in templates))
    if not keys:
        return Veil()
    blind = any(template.components_read_secrets for template in templates)
    return veil(keys, *(revision.configuration for revision in revisions), blind=blind)


def leaves(revision: SolutionVersion) -> list[Change]:
    """Every leaf of a revision's configuration as something added; secrets without values."""
    return veil_of(revision).changes(None, revision.configuration)
