"""Keeping secrets opaque while expressions run, and saying which ones a result refers to."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from orchestration.expressions import (
    FAILED,
    Kind,
    Parts,
    SealedValue,
    SecretReference,
    Value,
    join_path,
    lookup,
)
from orchestration.expressions.paths import PathIndex
from orchestration.expressions.scope import Seal, Sealing
from orchestration.resolution.model import ResolutionProblem

# What shall stand for a plain value at a path; None: nothing but the value.
Naming: TypeAlias = Callable[[Parts], SecretReference | None]


def sealed(
    values: dict[str, Value],
    secret_parts: Sequence[Parts],
    naming: Naming = lambda _: None,
) -> dict[str, Value]:
    """Seal the plain values at secret paths, leaf by leaf; the given maps are not changed."""
    for parts, value in secret_leaves(values, secret_parts).items():
        if value is not FAILED and not isinstance(value, SecretReference | SealedValue):
            values = put(values, parts, SealedValue(value, naming(parts)))
    return values


def sealing(secret_parts: Sequence[Parts]) -> Sealing | None:
    """Make what seals the secrets in a template's own keys; None where nothing is secret."""
    secrets = PathIndex(secret_parts)

    def at(parts: Parts) -> Seal | None:
        inside = secrets.overlapping(parts)
        if not inside:
            return None
        return lambda value: lookup(sealed(put({}, parts, value), inside), parts)

    return at if secret_parts else None


def secret_leaves(values: Mapping[str, Value], secret_parts: Sequence[Parts]) -> dict[Parts, Value]:
    """Give what is set at secret paths, by path; of a map every leaf in it.

    References are given as such, also from their plain form.
    """
    tree = dict(values)
    found: dict[Parts, Value] = {}
    for parts in secret_parts:
        value = lookup(tree, parts)
        if value is not None:
            found.update(_leaves(parts, value))
    return found


def _leaves(parts: Parts, value: Value) -> Iterator[tuple[Parts, Value]]:
    reference = as_reference(value)
    if reference is not None or not isinstance(value, dict):
        yield parts, reference or value
        return
    for key, inner in value.items():
        if inner is not None:
            yield from _leaves((*parts, key), inner)


def put(tree: dict[str, Value], parts: Parts, value: Value) -> dict[str, Value]:
    """Give a copy of nested maps with one value set; only the maps on the way are copied."""
    copy = dict(tree)
    if len(parts) == 1:
        copy[parts[0]] = value
    else:
        inner = copy.get(parts[0])
        copy[parts[0]] = put(inner if isinstance(inner, dict) else {}, parts[1:], value)
    return copy


def opened(value: Value) -> Value:
    """Give plain data again: references in their plain form, in place of what they stand for."""
    if isinstance(value, SealedValue):
        return opened(value.value) if value.reference is None else value.reference.plain()
    if isinstance(value, SecretReference):
        return value.plain()
    if isinstance(value, dict):
        return {key: opened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [opened(item) for item in value]
    return None if value is FAILED else value


def as_reference(value: Value) -> SecretReference | None:
    """Give a reference from either of its forms; None for anything else."""
    if isinstance(value, SecretReference):
        return value
    return SecretReference.read(value) if isinstance(value, dict) else None


@dataclass(frozen=True, slots=True)
class Found:
    """One reference in a result, and the key it stands at."""

    key: str
    reference: SecretReference


def references(value: Value, at: Parts = ()) -> Iterator[Found]:
    """Give every reference in plain data; in lists with the key of the list."""
    if isinstance(value, dict):
        reference = SecretReference.read(value)
        if reference is not None:
            yield Found(join_path(at), reference)
            return
        for key, item in value.items():
            yield from references(item, (*at, key))
    elif isinstance(value, list):
        for item in value:
            yield from references(item, at)


def pinned(value: Value, versions: Mapping[str, str]) -> Value:
    """Give plain data with the version in each reference that has none; unknown ones stay."""
    if isinstance(value, dict):
        reference = SecretReference.read(value)
        if reference is None:
            return {key: pinned(item, versions) for key, item in value.items()}
        if reference.version is None and reference.name in versions:
            return replace(reference, version=versions[reference.name]).plain()
        return value
    if isinstance(value, list):
        return [pinned(item, versions) for item in value]
    return value


def missing(found: Iterable[Found]) -> Iterator[ResolutionProblem]:
    """Tell of references that were not pinned: nothing has that name on the way."""
    for one in found:
        if one.reference.version is None:
            message = f"there is no secret {one.reference.name} at the line or at a place above it"
            hint = "set it at one of them, or mend the name"
            yield ResolutionProblem(one.key, Kind.NOT_FOUND, message, hint)
