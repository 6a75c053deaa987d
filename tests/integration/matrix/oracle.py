"""Who may do what, worked out a second time: plain grants, plain paths, nothing of the product.

`ROLES` is written from the table of roles in the permissions documentation, by hand. When a
shipped role gains or loses a right on purpose, change it here too; a custom role is no business of
the matrix, which is about shipped ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass

PERMS = frozenset(
    {
        "view_hierarchy", "edit_hierarchy", "edit_targets", "manage_agents", "manage_access",
        "manage_context", "view_solutions", "author_solutions", "view_values", "edit_ot_values",
        "edit_it_values", "review", "publish", "view_deployments", "deploy", "uninstall",
        "approve", "manage_windows", "validate",
    }
)  # fmt: skip

ROLES: dict[str, frozenset[str]] = {
    "admin": PERMS,
    "onboarding-admin": frozenset(
        {"view_hierarchy", "edit_hierarchy", "edit_targets", "manage_agents"}
    ),
    "solution-author": frozenset(
        {"view_hierarchy", "view_values", "view_solutions", "author_solutions", "edit_it_values"}
    ),
    "solution-viewer": frozenset({"view_solutions"}),
    "configuration-author": frozenset(
        {"view_hierarchy", "view_values", "edit_ot_values", "review", "publish"}
    ),
    "configuration-viewer": frozenset({"view_hierarchy", "view_values"}),
    "deployment-admin": frozenset(
        {"view_hierarchy", "view_deployments", "edit_targets", "manage_windows"}
    ),
    "deployment-manager": frozenset(
        {"view_hierarchy", "view_deployments", "deploy", "uninstall", "approve"}
    ),
    "deployment-viewer": frozenset({"view_hierarchy", "view_deployments"}),
    "external-validator": frozenset({"validate"}),
}


@dataclass(frozen=True)
class Grant:
    """A role at a place, as text: ``/1/5/`` reaches everything that begins with it."""

    role: str
    path: str


@dataclass(frozen=True)
class Standing:
    """What somebody was granted and still has."""

    grants: tuple[Grant, ...] = ()
    everything: bool = False

    def holds(self, perms: Iterable[str], path: str) -> bool:
        """Whether one of the rights reaches a place from it or from above."""
        wanted = frozenset(perms)
        return self.everything or any(
            path.startswith(grant.path) and wanted & ROLES[grant.role] for grant in self.grants
        )

    def holds_below(self, perms: Iterable[str], path: str) -> bool:
        """Whether somebody was given one of the rights at a place or at something below it."""
        wanted = frozenset(perms)
        return self.everything or any(
            grant.path.startswith(path) and wanted & ROLES[grant.role] for grant in self.grants
        )
