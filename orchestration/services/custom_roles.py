"""Roles that people make of the same rights, beside the shipped ones."""

from collections.abc import Collection, Iterable

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from orchestration import hints
from orchestration.models import Node
from orchestration.queries import access
from orchestration.services import events
from orchestration.services.errors import Invalid, Refused
from orchestration.services.roles import people_of
from rbac import grants
from rbac.access import Verdict, may_administer
from rbac.models import Role, User
from rbac.permissions import Perm

# Keys of roles made here begin so: no version of the product will ship one of the same key.
OWN = "custom-"
NAMED = 10  # holders that a refusal names


def may_make(by: User, perms: Collection[Perm]) -> Verdict:
    """Whether somebody may make a role of these rights, or have it go: nobody makes what they lack.

    There must be a place at which they manage access and have all of the rights themselves.
    Codes: ``superuser-only``, ``role-beyond-you`` (``rights``).
    """
    if may_administer(by):
        return Verdict(ok=True)
    lacking = access.lacking_together(by, (Perm.MANAGE_ACCESS, *sorted(perms)))
    if not lacking:
        return Verdict(ok=True)
    return Verdict(ok=False, code="role-beyond-you", params={"rights": lacking})


@transaction.atomic
def create(by: User, label: str, perms: Iterable[Perm], *, description: str = "") -> Role:
    """Make a role out of rights that the person has.

    Raises:
        Denied: ``role-beyond-you``.
        Invalid: ``name-empty``, ``name-taken``, ``role-empty``.
    """
    wanted = _some(perms)
    may_make(by, wanted).require()
    label = _free_label(label)
    role = _written(label, description, wanted)
    events.record("role.created", role, None, by, rights=role.rights)
    return role


def _written(label: str, description: str, perms: Collection[Perm]) -> Role:
    try:
        with transaction.atomic():
            return Role.objects.create(
                key=_free_key(label),
                label=label,
                description=description.strip(),
                rights=sorted(perm.value for perm in perms),
            )
    except IntegrityError as error:
        # Somebody made one of this name at the same moment.
        raise Invalid("name-taken", name=label) from error


@transaction.atomic
def change(by: User, role: Role, *, label: str, description: str, perms: Iterable[Perm]) -> Role:
    """Change a role made here; everybody who holds it has the new rights at once.

    Raises:
        Denied: ``role-beyond-you``; ``role-held-elsewhere`` when it is also held where the person
            does not manage access, or lacks a right that it would carry from now on.
        Refused: ``role-shipped``.
        Invalid: ``name-empty``, ``name-taken``, ``role-empty``.
    """
    role = _own(role)
    wanted = _some(perms)
    may_make(by, role.perms | wanted).require()
    _may_change_where_held(by, role, wanted - role.perms).require()
    before = role.rights
    changed = grants.rewrite(
        role, label=_free_label(label, role), description=description.strip(), perms=wanted
    )
    events.record("role.changed", changed, None, by, before=before, rights=changed.rights)
    hints.tell_rights(people_of(changed.assignments.all()))
    return changed


@transaction.atomic
def remove(by: User, role: Role) -> None:
    """Delete a role made here that nobody holds any more.

    Raises:
        Denied: ``role-beyond-you``.
        Refused: ``role-shipped``; ``role-in-use`` (``holders``: those the person may know of),
            ``role-in-use-unseen`` when they may know of none.
    """
    role = _own(role)
    may_make(by, role.perms).require()
    if role.assignments.exists():
        known = [
            f"{one.user or one.group} ({one.node})" for one in access.holding(by, role)[:NAMED]
        ]
        if not known:
            raise Refused("role-in-use-unseen", role=role.label)
        raise Refused("role-in-use", role=role.label, holders=known)
    events.record("role.removed", role, None, by)
    role.delete()


def _may_change_where_held(by: User, role: Role, added: Collection[Perm]) -> Verdict:
    """Whether the person could give what is added, at every place where the role is held."""
    nodes = Node.objects.filter(role_assignments__role=role).distinct()
    if may_administer(by) or all(grants.may_lend(by, added, node) for node in nodes):
        return Verdict(ok=True)
    return Verdict(ok=False, code="role-held-elsewhere", params={"role": role.label})


def _own(role: Role) -> Role:
    """The role as it is now, locked until the end: nobody is given it meanwhile."""
    if role.shipped:
        raise Refused("role-shipped", role=role.label)
    return Role.objects.select_for_update().get(pk=role.pk)


def _some(perms: Iterable[Perm]) -> frozenset[Perm]:
    wanted = frozenset(perms)
    if not wanted:
        raise Invalid("role-empty")
    return wanted


def _free_label(label: str, role: Role | None = None) -> str:
    label = label.strip()
    if not label:
        raise Invalid("name-empty")
    others = Role.objects.exclude(pk=role.pk) if role else Role.objects.all()
    if others.filter(label__iexact=label).exists():
        raise Invalid("name-taken", name=label)
    return label


def _free_key(label: str) -> str:
    wanted = f"{OWN}{slugify(label) or 'role'}"[:36].rstrip("-")
    taken = set(Role.objects.filter(key__startswith=wanted).values_list("key", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (wanted, *numbered) if key not in taken)
