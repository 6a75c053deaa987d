"""What differs between two configurations, key by key."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from orchestration.expressions import SecretReference, Value, join_path, split_path

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One key that differs: `kind` is added, removed or changed.

    Of a secret it is only said that it differs: `secret` is true, both values are None.
    """

    key: str
    kind: str
    before: Value = None
    after: Value = None
    secret: bool = False


def difference(
    before: Mapping[str, Value] | None,
    after: Mapping[str, Value] | None,
    *,
    secrets: Collection[str] = (),
) -> list[Change]:
    """Compare two configurations by key; 1, 1.0 and "1" differ, maps are compared inside.

    Arrays count as one value; a map that comes or goes is told key by key. `secrets` are the
    dotted keys of secret values, which are not compared inside.
    """
    hidden = {split_path(key) for key in secrets}
    return list(_compared(before or {}, after or {}, (), hidden))


def _compared(
    before: Mapping[str, Value],
    after: Mapping[str, Value],
    above: tuple[str, ...],
    hidden: Collection[tuple[str, ...]],
) -> Iterator[Change]:
    for key in (*before, *(key for key in after if key not in before)):
        one, other = before.get(key, _ABSENT), after.get(key, _ABSENT)
        parts = (*above, key)
        if parts not in hidden and _are_compared_inside(one, other):
            old, new = (value if isinstance(value, Mapping) else {} for value in (one, other))
            yield from _compared(old, new, parts, hidden)
        elif not identical(one, other):
            secret = _is_secret(one, other) or any(key[: len(parts)] == parts for key in hidden)
            yield _change(parts, one, other, secret=secret)


def _change(parts: tuple[str, ...], before: Value, after: Value, *, secret: bool) -> Change:
    kind = "added" if before is _ABSENT else "removed" if after is _ABSENT else "changed"
    old, new = (None if value is _ABSENT or secret else value for value in (before, after))
    return Change(join_path(parts), kind, old, new, secret=secret)


def _are_compared_inside(one: Value, other: Value) -> bool:
    """Say whether both are maps, or one is a map with something in it and the other absent."""
    if _is_map(one) and _is_map(other):
        return True
    there = one if other is _ABSENT else other if one is _ABSENT else None
    return bool(there) and _is_map(there)


def _is_map(value: Value) -> bool:
    return isinstance(value, Mapping) and "$secret" not in value


def _is_secret(*values: Value) -> bool:
    return any(
        isinstance(value, SecretReference) or (isinstance(value, Mapping) and "$secret" in value)
        for value in values
    )


def identical(one: Value, other: Value) -> bool:
    """Say whether two values are the same in type and content, so that their JSON is, too."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(identical(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(identical, one, other))
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    return type(one) is type(other) and bool(one == other)
