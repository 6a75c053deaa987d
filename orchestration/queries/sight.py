"""Which rights let somebody see which kind of row. Any one of them is enough."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from orchestration.models import Node
from rbac.access import below, visible
from rbac.models import User
from rbac.permissions import Perm

M = TypeVar("M", bound=Model)

PLACES = (Perm.VIEW_HIERARCHY,)
SOLUTIONS = (Perm.VIEW_SOLUTIONS,)
VALUES = (Perm.VIEW_VALUES,)
# Who configures a line and who runs it both need to know what is installed.
INSTALLED = (Perm.VIEW_DEPLOYMENTS, Perm.VIEW_VALUES)
DEPLOYMENTS = (Perm.VIEW_DEPLOYMENTS,)
EVENTS = (Perm.VIEW_DEPLOYMENTS,)
AGENTS = (Perm.VIEW_DEPLOYMENTS, Perm.MANAGE_AGENTS)


def seen(
    by: User,
    perms: tuple[Perm, ...],
    rows: QuerySet[M],
    path: str,
    within: Node | None = None,
) -> QuerySet[M]:
    """The rows a person may see, inside one place if one is named."""
    rows = visible(by, perms, rows, path)
    return rows.filter(below([within.path], path)) if within else rows
