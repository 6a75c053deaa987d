"""What a save would change, before it is made: under the same rights as the save."""

from collections.abc import Mapping
from typing import Any

from orchestration.models import AnyVersion, ConfigTemplateVersion, Node
from orchestration.queries import impact
from orchestration.queries.impact import Impact
from orchestration.queries.ownership import Ownership
from orchestration.queries.saved import current_values
from rbac.models import User

Wishes = Mapping[Node, Mapping[str, Any]]


def of_values(by: User, version: AnyVersion, wishes: Wishes, *, publishing: bool = False) -> Impact:
    """Return what it would change to save these values, whole.

    With ``publishing`` the copies below would move to ``version``; otherwise only its rules count.

    Raises:
        rbac.access.Denied: the person may not save them.
    """
    saved = current_values(version.template, [node.pk for node in wishes])
    ownership = Ownership(version)
    for node, values in wishes.items():
        before = saved[node.pk].values if node.pk in saved else {}
        ownership.may_change(by, node, before, values).require()
    if isinstance(version, ConfigTemplateVersion):
        return impact.of_shared_values(by, version, wishes)
    return impact.of_values(by, version.template, wishes, version if publishing else None)
