"""Groups of people, who then hold roles together. Superusers only."""

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db import transaction

from orchestration import hints
from orchestration.services import events
from orchestration.services.errors import Invalid, Refused
from rbac.access import may_administer
from rbac.models import User


@transaction.atomic
def create(by: User, name: str, members: Iterable[User] = ()) -> Group:
    """Make a group.

    Raises:
        Invalid: ``name-empty``, ``name-taken``.
    """
    may_administer(by).require()
    group = Group(name=_free_name(name))
    group.save()
    _set_members(group, members)
    events.record("group.created", group, None, by)
    return group


@transaction.atomic
def change(by: User, group: Group, *, name: str, members: Iterable[User]) -> Group:
    """Rename a group and say who belongs to it; roles reach new members at once.

    Raises:
        Invalid: ``name-empty``, ``name-taken``.
    """
    may_administer(by).require()
    group.name = _free_name(name, group)
    group.save(update_fields=["name"])
    _set_members(group, members)
    events.record("group.changed", group, None, by)
    return group


@transaction.atomic
def remove(by: User, group: Group) -> None:
    """Delete a group that holds no roles any more.

    Raises:
        Refused: ``group-has-roles``.
    """
    may_administer(by).require()
    if group.role_assignments.exists():
        raise Refused("group-has-roles", group=group.name)
    events.record("group.removed", group, None, by)
    group.delete()


def _free_name(name: str, group: Group | None = None) -> str:
    name = name.strip()
    if not name:
        raise Invalid("name-empty")
    others = Group.objects.exclude(pk=group.pk) if group else Group.objects.all()
    if others.filter(name__iexact=name).exists():
        raise Invalid("name-taken", name=name)
    return name


def _set_members(group: Group, members: Iterable[User]) -> None:
    former = set(group.user_set.values_list("pk", flat=True))
    chosen = {user.pk for user in members}
    group.user_set.set(chosen)
    hints.tell_rights(former ^ chosen)
