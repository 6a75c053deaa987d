"""Keeping the rows of the shipped roles as this version has them."""

from django.apps import AppConfig

from rbac import grants
from rbac.models import Role
from rbac.roles import SHIPPED, ShippedRole


def refresh_shipped(sender: AppConfig, **kwargs: object) -> None:
    """Write the shipped roles, and what their assignments give; runs after each migration."""
    stored = {role.key: role for role in Role.objects.filter(shipped=True)}
    for one in SHIPPED:
        role = stored.get(one.key)
        if role is None:
            rights = sorted(perm.value for perm in one.perms)
            Role.objects.create(key=one.key, label=one.label, rights=rights, shipped=True)
        elif not _is_fresh(role, one):
            grants.rewrite(role, label=one.label, description="", perms=one.perms)


def _is_fresh(role: Role, shipped: ShippedRole) -> bool:
    return role.label == shipped.label and role.perms == shipped.perms
