"""What a save keeps of secrets: references in the values, the texts encrypted in rows of their own.

What somebody wants to save holds plain values where they typed something, and references or the
mask where they did not. `settled` says which is which, `unrepeated` what of it is new, and `stored`
puts that away.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from orchestration.expressions import Parts, SecretReference, join_path, lookup, split_path
from orchestration.models import AnyTemplate, ConfigurationRevision, Node, SecretValue
from orchestration.queries.secrets import VALUE
from orchestration.resolution import MASK
from orchestration.resolution.differences import identical
from orchestration.resolution.secrets import as_reference, put, references, secret_leaves
from orchestration.services import vault
from orchestration.services.errors import Invalid
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

_MARK = "$secret"


def settled(
    by: User,
    node: Node,
    template: AnyTemplate,
    secret_parts: Sequence[Parts],
    wanted: Mapping[str, Any],
    kept: Mapping[str, Any],
) -> dict[str, Any]:
    """The wanted values, with what is kept in place of the mask.

    Raises:
        Invalid: ``secret-reference-refused`` for a reference that is not what is kept there, nor
            the name of a secret that the person may use at the node.
    """
    values = deepcopy(dict(wanted))
    told = (split_path(one.key) for one in references(dict(kept)))
    for parts in (*secret_leaves(values, secret_parts), *told):
        if lookup(values, parts) == MASK:
            values = _with(values, parts, lookup(dict(kept), parts))
    _refuse_strangers(by, node, template, values, kept)
    return values


def unrepeated(
    secret_parts: Sequence[Parts], values: Mapping[str, Any], kept: Mapping[str, Any]
) -> dict[str, Any]:
    """The values, with what is kept in place of secrets typed again.

    Only for who may set them: to others it would tell whether a guess is right.

    Raises:
        Refused: ``secrets-unreadable``.
    """
    found = dict(values)
    for parts, typed in secret_leaves(values, secret_parts).items():
        old = lookup(dict(kept), parts)
        if not isinstance(typed, SecretReference) and _is_same(typed, old):
            found = put(found, parts, old)
    return found


def stored(
    author: User,
    node: Node,
    template: AnyTemplate,
    secret_parts: Sequence[Parts],
    values: Mapping[str, Any],
) -> dict[str, Any]:
    """The values with references in place of all plain secrets, which are kept encrypted."""
    found = dict(values)
    rows = []
    for parts, value in secret_leaves(values, secret_parts).items():
        if isinstance(value, SecretReference):
            continue
        reference, row = kept_apart(author, node, template.pk, value)
        rows.append(row)
        found = put(found, parts, reference.plain())
    SecretValue.objects.bulk_create(rows)
    return found


def kept_apart(
    author: User | None,
    node: Node,
    template: int,
    value: Any,  # noqa: ANN401  any JSON value
) -> tuple[SecretReference, SecretValue]:
    """A reference to stand in place of a value, and the row to be written that keeps it.

    Raises:
        Refused: ``secrets-unreadable``.
    """
    reference = SecretReference(secrets.token_urlsafe(24), version=VALUE)
    box = vault.encrypt(value)
    row = SecretValue(
        name=reference.name,
        node=node,
        template_id=template,
        key_id=box.key_id,
        ciphertext=box.ciphertext,
        created_by=author,
    )
    return reference, row


def _is_same(typed: object, old: object) -> bool:
    """Whether what was typed is what is kept already, encrypted or not."""
    reference = as_reference(old)
    if reference is None or reference.version != VALUE:
        return identical(typed, old)
    row = SecretValue.objects.filter(name=reference.name).first()
    return row is not None and identical(typed, vault.decrypt(row))


def _with(values: dict[str, Any], parts: Parts, value: object) -> dict[str, Any]:
    """The values with another one at a path; without the key where there is none."""
    if value is not None:
        return put(values, parts, value)
    inner: Any = lookup(values, parts[:-1]) if len(parts) > 1 else values
    inner.pop(parts[-1])
    return values


def _refuse_strangers(
    by: User,
    node: Node,
    template: AnyTemplate,
    values: Mapping[str, Any],
    kept: Mapping[str, Any],
) -> None:
    earlier: list[Mapping[str, Any]] | None = None
    for parts, mark in _marks(values):
        if identical(mark, lookup(dict(kept), parts)):
            continue
        reference = as_reference(mark)
        if reference and reference.version is None and may(by, Perm.EDIT_IT_VALUES, node):
            continue
        if earlier is None:
            earlier = _earlier(node, template)
        # Brought back from an earlier save, where it stood under the same key.
        if not any(identical(mark, lookup(dict(one), parts)) for one in earlier):
            raise Invalid("secret-reference-refused", key=join_path(parts), place=str(node))


def _earlier(node: Node, template: AnyTemplate) -> list[Mapping[str, Any]]:
    rows = ConfigurationRevision.objects.filter(node=node, template=template.pk)
    return list(rows.values_list("values", flat=True))


def _marks(value: Any, at: Parts = ()) -> Iterator[tuple[Parts, Any]]:  # noqa: ANN401  any JSON value
    """Everything that is, or looks like, a reference, with its path; in a list, the list."""
    if isinstance(value, Mapping):
        if _MARK in value:
            yield at, value
            return
        for key, inner in value.items():
            yield from _marks(inner, (*at, key))
    elif isinstance(value, list) and any(True for _ in _in_list(value)):
        yield at, value


def _in_list(value: list[Any]) -> Iterator[Any]:
    for inner in value:
        if isinstance(inner, list):
            yield from _in_list(inner)
        else:
            yield from (mark for _, mark in _marks(inner))
