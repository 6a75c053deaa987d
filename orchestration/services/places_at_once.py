"""Thousands of targets at once, in a few statements instead of a dozen each."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from orchestration import hints
from orchestration.models import Capability, Node, Target
from orchestration.services import events
from orchestration.services.errors import Invalid
from orchestration.services.places import check_scope, check_time_zone, target_level
from orchestration.services.writing import insert_rows
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

_UNPLACED = "new-"


@dataclass(frozen=True)
class NewTarget:
    """A target that is wanted; as for `places.create_target`, and with a time zone."""

    parent: Node
    name: str
    display_name: str = ""
    time_zone: str = ""
    scope: str = "default"
    capabilities: Sequence[str] = ()
    specification: Mapping[str, Any] = field(default_factory=dict)
    level: int | None = None


class Offer:
    """The capabilities of contexts by name, each context's read once."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str, Capability]] = {}

    def named(self, context: int, names: Iterable[str]) -> list[Capability]:
        """The capabilities with these names; raises Invalid ``capability-unknown``."""
        if context not in self._known:
            rows = Capability.objects.filter(context=context)
            self._known[context] = {row.name: row for row in rows}
        known, wanted = self._known[context], sorted(set(names))
        missing = [name for name in wanted if name not in known]
        if missing:
            raise Invalid("capability-unknown", names=missing)
        return [known[name] for name in wanted]


def check_new(by: User, wanted: NewTarget, offer: Offer) -> None:
    """Refuse a target that cannot be made, but for its name, which only writing it can tell.

    Raises:
        Denied: the right to make targets is missing.
        Invalid: as for `places.create_target`.
    """
    may(by, Perm.EDIT_TARGETS, wanted.parent).require()
    check_scope(wanted.scope)
    check_time_zone(wanted.time_zone)
    target_level(wanted.parent, wanted.level)
    offer.named(wanted.parent.context_id, wanted.capabilities)
    if not wanted.name.strip():
        raise Invalid("name-empty")


@transaction.atomic
def create_targets(by: User, wanted: Sequence[NewTarget]) -> list[Target]:
    """Add targets: all of them, or nothing.

    Raises:
        Denied: the right to make targets is missing at a place.
        Invalid: as for `places.create_target`.
    """
    offer = Offer()
    for one in wanted:
        check_new(by, one, offer)
    nodes = _nodes(wanted)
    rows = [
        Target(node=node, scope=one.scope, specification=dict(one.specification))
        for node, one in zip(nodes, wanted, strict=True)
    ]
    made = Target.objects.bulk_create(rows)
    _offer(made, wanted, offer)
    events.record_all(
        events.draft("target.created", target, target.node, by, capabilities=[*one.capabilities])
        for target, one in zip(made, wanted, strict=True)
    )
    for parent in _parents(wanted):
        hints.tell([f"node:{parent.pk}"], parent.path)
    return made


def _nodes(wanted: Sequence[NewTarget]) -> list[Node]:
    """The nodes of targets, with their paths, which hold ids that only writing gives."""
    drafts = [
        Node(
            context=one.parent.context,
            parent=one.parent,
            kind=Node.Kind.TARGET,
            path=f"{_UNPLACED}{uuid.uuid4().hex}",
            name=one.name.strip(),
            display_name=one.display_name,
            time_zone=one.time_zone,
            level=target_level(one.parent, one.level),
        )
        for one in wanted
    ]
    try:
        with transaction.atomic():
            nodes = insert_rows(drafts)
    except IntegrityError as error:
        raise Invalid("name-taken", name=", ".join(one.name for one in wanted[:3])) from error
    for parent in _parents(wanted):
        way = Concat(
            Value(parent.path), Cast("pk", CharField()), Value("/"), output_field=CharField()
        )
        parent.children.filter(path__startswith=_UNPLACED).update(path=way)
    for node, one in zip(nodes, wanted, strict=True):
        node.path = f"{one.parent.path}{node.pk}/"
    return nodes


def _offer(made: Sequence[Target], wanted: Sequence[NewTarget], offer: Offer) -> None:
    """Note what each target can do."""
    pairs = Target.capabilities.through
    pairs._default_manager.bulk_create(
        pairs(target_id=target.pk, capability_id=capability.pk)
        for target, one in zip(made, wanted, strict=True)
        for capability in offer.named(one.parent.context_id, one.capabilities)
    )


def _parents(wanted: Iterable[NewTarget]) -> list[Node]:
    return list({one.parent.pk: one.parent for one in wanted}.values())
