"""The roles that ship with the product, as data."""

from collections.abc import Mapping
from dataclasses import dataclass

from rbac.permissions import Perm


@dataclass(frozen=True)
class Role:
    """A bundle of rights under a name people know."""

    key: str
    label: str
    perms: frozenset[Perm]


_SEE_PLACES = frozenset({Perm.VIEW_HIERARCHY})
_SEE_VALUES = _SEE_PLACES | {Perm.VIEW_VALUES}
_SEE_DEPLOYMENTS = _SEE_PLACES | {Perm.VIEW_DEPLOYMENTS}

SHIPPED: tuple[Role, ...] = (
    Role("admin", "Admin", frozenset(Perm)),
    Role(
        "onboarding-admin",
        "Onboarding admin",
        _SEE_PLACES | {Perm.EDIT_HIERARCHY, Perm.EDIT_TARGETS, Perm.MANAGE_AGENTS},
    ),
    Role(
        "solution-author",
        "Solution author",
        _SEE_VALUES | {Perm.VIEW_SOLUTIONS, Perm.AUTHOR_SOLUTIONS, Perm.EDIT_IT_VALUES},
    ),
    Role("solution-viewer", "Solution viewer", frozenset({Perm.VIEW_SOLUTIONS})),
    Role(
        "configuration-author",
        "Configuration author",
        _SEE_VALUES | {Perm.EDIT_OT_VALUES, Perm.REVIEW, Perm.PUBLISH},
    ),
    Role("configuration-viewer", "Configuration viewer", _SEE_VALUES),
    Role(
        "deployment-admin",
        "Deployment admin",
        _SEE_DEPLOYMENTS | {Perm.EDIT_TARGETS, Perm.MANAGE_WINDOWS},
    ),
    Role(
        "deployment-manager",
        "Deployment manager",
        _SEE_DEPLOYMENTS | {Perm.DEPLOY, Perm.UNINSTALL, Perm.APPROVE},
    ),
    Role("deployment-viewer", "Deployment viewer", _SEE_DEPLOYMENTS),
    Role("external-validator", "External validator", frozenset({Perm.VALIDATE})),
)

ROLES: Mapping[str, Role] = {role.key: role for role in SHIPPED}


def roles_with(perm: Perm) -> list[Role]:
    """The shipped roles that carry a right, smallest first: whom to ask for."""
    return sorted((r for r in SHIPPED if perm in r.perms), key=lambda r: len(r.perms))
