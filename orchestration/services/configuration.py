"""Setting configuration values at places and lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from orchestration import hints
from orchestration.expressions import DEFAULT_LIMITS, Parts, join_path, lookup
from orchestration.expressions.values import is_deep, unstorable
from orchestration.models import (
    AnyTemplate,
    AnyVersion,
    ConfigTemplate,
    ConfigurationRevision,
    Node,
    SolutionInstance,
    SolutionTemplate,
)
from orchestration.queries.ownership import Ownership
from orchestration.queries.saved import current_values
from orchestration.queries.templates import rules_of
from orchestration.resolution import veil
from orchestration.resolution.leaves import changed_keys, is_map, leaves
from orchestration.resolution.secrets import as_reference
from orchestration.rules import Schema, Violation
from orchestration.services import events
from orchestration.services.contexts import require_own_context
from orchestration.services.errors import Invalid, Stale
from orchestration.services.secret_values import settled, stored, unrepeated
from orchestration.states import InstanceState
from rbac.access import below
from rbac.models import User


@dataclass(frozen=True)
class Edit:
    """The values wanted at one node, whole, and the revision they started from.

    ``base`` is that revision's number, 0 where nothing was set before.
    """

    node: Node
    values: Mapping[str, Any]
    base: int


@transaction.atomic
def save(
    by: User,
    version: AnyVersion,
    edits: Sequence[Edit],
    *,
    comment: str = "",
) -> list[ConfigurationRevision]:
    """Save values of a solution or config template at one or many nodes: all of them or none.

    What does not differ from the current values makes no revision. The rules
    of ``version`` say which values are possible. Whose they are is said by these, and by
    those of the newest version that has the key.

    Raises:
        Denied: the right to OT or IT values is missing at a node.
        Invalid: ``values-refused`` with every value that breaks its rule;
            ``other-context`` where a node is of another than the template;
            ``secret-reference-refused``.
        Stale: ``values-changed`` when somebody saved meanwhile; names the
            node, who, when, and both values, secrets masked.
        Refused: ``secrets-unreadable``.
    """
    require_own_context(version.template, [edit.node for edit in edits])
    hold(version.template)
    current = current_values(version.template, [edit.node.pk for edit in edits])
    rules = rules_of(version)
    made = []
    ownership = Ownership(version)
    secret = ownership.secret_parts
    for wanted in edits:
        _check_storable(wanted)
        before = current.get(wanted.node.pk)
        kept = before.values if before else {}
        typed = settled(by, wanted.node, version.template, secret, wanted.values, kept)
        ownership.verdict(by, wanted.node, changed_keys(kept, typed)).require()
        values = unrepeated(secret, typed, kept)
        edit = replace(wanted, values=values)
        changed = changed_keys(kept, values)
        if not changed:
            continue
        _check_fresh(secret, edit, before)
        _check_values(rules, edit, changed)
        made.append(_write(by, version, secret, edit, comment, _set_in(edit, before, changed)))
    return made


def hold(template: AnyTemplate) -> None:
    """Keep others from saving and publishing a solution until the transaction ends.

    Publishing settles what is pending. A save between its look at the values and its end would be
    neither in the revision nor pending; on a line's first copy there is no other row to lock.
    Every solution of the context may read a config template, so that holds them all.
    """
    if isinstance(template, ConfigTemplate):
        hold_all(template.node.context_id)
    else:
        _hold(Q(pk=template.pk))


def hold_all(context: int) -> None:
    """The same for every solution of a context, in order."""
    _hold(Q(node__context=context))


def _hold(which: Q) -> None:
    held = SolutionTemplate.objects.select_for_update(no_key=True, of=("self",)).filter(which)
    list(held.order_by("pk").values_list("pk"))


def _check_fresh(secret: Sequence[Parts], edit: Edit, before: ConfigurationRevision | None) -> None:
    number = before.number if before else 0
    if edit.base != number:
        kept = before.values if before else {}
        shown = veil(frozenset(secret), kept, edit.values)
        raise Stale(
            "values-changed",
            node=edit.node.pk,
            place=edit.node.title,
            by=str(before.author) if before and before.author else "",
            at=before.created_at.isoformat() if before else "",
            theirs=shown.masked(kept),
            yours=shown.masked(edit.values),
            base=edit.base,
            current=number,
        )


def _check_storable(edit: Edit) -> None:
    """Refuse what no JSON of a database holds, or what nests deeper than any document may."""
    most = DEFAULT_LIMITS.document_depth
    deep = is_deep(dict(edit.values), most)
    why = f"it nests deeper than {most} levels" if deep else unstorable(dict(edit.values))
    if why:
        place = {"place": edit.node.title, "node": edit.node.pk}
        raise Invalid("values-refused", [{**place, "code": "limit", "message": why}])


def _check_values(rules: Schema | None, edit: Edit, keys: list[Parts]) -> None:
    if rules is None:
        return
    touched = dict.fromkeys(
        parts for key in keys for parts in (key, *(rule.parts for rule in rules.over(key)))
    )
    broken = [
        {"place": edit.node.title, "node": edit.node.pk, **violation.to_json()}
        for parts in touched
        if (value := lookup(dict(edit.values), parts)) is not None
        for violation in _violations(rules, parts, value)
    ]
    if broken:
        raise Invalid("values-refused", broken)


def _violations(rules: Schema, parts: Parts, value: object) -> list[Violation]:
    """What is wrong with a value; where keys with rules lie below, it must be a map of them."""
    if as_reference(value) is not None:
        return []
    key = join_path(parts)
    found = rules.check_value(key, value)
    if not found and not is_map(value) and rules.inside(parts):
        found.append(Violation(key, "type", "a map of keys is needed", accepted="a map of keys"))
    return found


def _set_in(
    edit: Edit, before: ConfigurationRevision | None, changed: Sequence[Parts]
) -> dict[str, int]:
    """The save in which each key got its value: this one, or the one it has been from so far."""
    new, number = set(changed), edit.base + 1
    if before is None:
        return {join_path(parts): number for parts, _ in leaves(edit.values)}
    return {
        key: number if parts in new else before.set_in.get(key, before.number)
        for parts, _ in leaves(edit.values)
        for key in [join_path(parts)]
    }


def _write(
    by: User,
    version: AnyVersion,
    secret: Sequence[Parts],
    edit: Edit,
    comment: str,
    set_in: dict[str, int],
) -> ConfigurationRevision:
    template = version.template
    try:
        with transaction.atomic():
            revision = ConfigurationRevision.objects.create(
                node=edit.node,
                template=template.node,
                number=edit.base + 1,
                values=stored(by, edit.node, template, secret, edit.values),
                set_in=set_in,
                comment=comment,
                author=by,
            )
    except IntegrityError as error:
        current = current_values(template, [edit.node.pk])
        _check_fresh(secret, edit, current[edit.node.pk])
        raise Stale("values-changed", node=edit.node.pk) from error
    mark_below(edit.node, template)
    events.record(
        "configuration.saved",
        revision,
        edit.node,
        by,
        solution=str(template),
        number=revision.number,
    )
    hints.tell(
        [f"node:{edit.node.pk}", f"target:{edit.node.pk}", f"solution:{template.pk}"],
        edit.node.path,
    )
    return revision


def mark_below(node: Node, template: AnyTemplate) -> None:
    """Every installed or published copy below that may read the template waits for a review."""
    copies = SolutionInstance.objects.filter(below([node.path], "target__node__path"))
    if isinstance(template, SolutionTemplate):
        copies = copies.filter(template=template)
    mark(copies)


def mark(copies: QuerySet[SolutionInstance]) -> None:
    """Let some copies wait for a review; one that was uninstalled waits for nothing.

    Locks them in the order in which everybody does: two who took the same ones in orders of their
    own would wait for each other.
    """
    there = copies.exclude(state=InstanceState.UNDEPLOYED)
    held = there.select_for_update(no_key=True, of=("self",)).order_by("pk")
    list(held.values_list("pk"))
    there.update(configuration_pending=True)
