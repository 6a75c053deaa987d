"""The roles that ship with the product, as data.

The database holds a row for each (see `rbac.shipping`), beside the roles that people make.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rbac.permissions import Perm


@dataclass(frozen=True)
class ShippedRole:
    """A bundle of rights under a name people know."""

    key: str
    label: str
    perms: frozenset[Perm]


_SEE_PLACES = frozenset({Perm.VIEW_HIERARCHY})
_SEE_VALUES = _SEE_PLACES | {Perm.VIEW_VALUES}
_SEE_DEPLOYMENTS = _SEE_PLACES | {Perm.VIEW_DEPLOYMENTS}

SHIPPED: tuple[ShippedRole, ...] = (
    ShippedRole("admin", "Admin", frozenset(Perm)),
    ShippedRole(
        "onboarding-admin",
        "Onboarding admin",
        _SEE_PLACES | {Perm.EDIT_HIERARCHY, Perm.EDIT_TARGETS, Perm.MANAGE_AGENTS},
    ),
    ShippedRole(
        "solution-author",
        "Solution author",
        _SEE_VALUES | {Perm.VIEW_SOLUTIONS, Perm.AUTHOR_SOLUTIONS, Perm.EDIT_IT_VALUES},
    ),
    ShippedRole("solution-viewer", "Solution viewer", frozenset({Perm.VIEW_SOLUTIONS})),
    ShippedRole(
        "configuration-author",
        "Configuration author",
        _SEE_VALUES | {Perm.EDIT_OT_VALUES, Perm.REVIEW, Perm.PUBLISH},
    ),
    ShippedRole("configuration-viewer", "Configuration viewer", _SEE_VALUES),
    ShippedRole(
        "deployment-admin",
        "Deployment admin",
        _SEE_DEPLOYMENTS | {Perm.EDIT_TARGETS, Perm.MANAGE_WINDOWS},
    ),
    ShippedRole(
        "deployment-manager",
        "Deployment manager",
        _SEE_DEPLOYMENTS | {Perm.DEPLOY, Perm.UNINSTALL, Perm.APPROVE},
    ),
    ShippedRole("deployment-viewer", "Deployment viewer", _SEE_DEPLOYMENTS),
    ShippedRole("external-validator", "External validator", frozenset({Perm.VALIDATE})),
)

ROLES: Mapping[str, ShippedRole] = {role.key: role for role in SHIPPED}


def roles_with(perm: Perm) -> list[ShippedRole]:
    """The shipped roles that carry a right, smallest first: whom to ask for."""
    return sorted((r for r in SHIPPED if perm in r.perms), key=lambda r: len(r.perms))
