"""Keeping values of settings marked secret out of what people are shown.

Agents get the values. Whoever looks gets `MASK` in their place: at every setting that is marked or
reads a marked one, and wherever else such a value was written to.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from orchestration.expressions import KeyInfo, Parts, Value, join_path, lookup
from orchestration.expressions.paths import PathIndex
from orchestration.resolution.differences import Change, difference
from orchestration.resolution.secrets import as_reference

MASK = "••••••"


@dataclass(frozen=True, slots=True)
class Veil:
    """What must not be shown: the settings at `keys`, and `texts` wherever they stand.

    `blind` says that components may hold secrets that no setting does.
    """

    keys: frozenset[Parts] = frozenset()
    texts: frozenset[str] = frozenset()
    blind: bool = False

    def masked(self, configuration: Mapping[str, Value]) -> dict[str, Value]:
        """Give a copy of a configuration without what is secret in it."""
        return {key: self._masked(value, (key,)) for key, value in configuration.items()}

    def components(self, components: Iterable[Mapping[str, Value]]) -> list[dict[str, Value]]:
        """Give copies of components without what is secret in them."""
        hidden = {"properties": MASK} if self.blind else {}
        return [self._without_texts(dict(component)) | hidden for component in components]

    def changes(
        self, before: Mapping[str, Value] | None, after: Mapping[str, Value] | None
    ) -> list[Change]:
        """Compare two configurations; of what is secret only that it differs."""
        found = difference(before, after, secrets=[join_path(parts) for parts in self.keys])
        return [
            replace(change, before=None, after=None, secret=True)
            if self._is_told_by(change.before) or self._is_told_by(change.after)
            else change
            for change in found
        ]

    def _masked(self, value: Value, parts: Parts) -> Value:
        if parts in self.keys:
            return None if value is None else MASK
        if as_reference(value) is not None:
            return MASK
        if isinstance(value, dict):
            return {key: self._masked(item, (*parts, key)) for key, item in value.items()}
        return self._without_texts(value)

    def _without_texts(self, value: Value) -> Any:  # noqa: ANN401  the same JSON type
        if as_reference(value) is not None:
            return MASK
        if isinstance(value, dict):
            return {key: self._without_texts(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._without_texts(item) for item in value]
        return MASK if self._is_told_by(value) else value

    def _is_told_by(self, value: Value) -> bool:
        if not self.texts:
            return False
        return any(
            any(text in leaf for text in self.texts)
            if isinstance(leaf, str)
            else str(leaf) in self.texts
            for leaf in _scalars(value)
        )


def veil(
    keys: frozenset[Parts],
    *configurations: Mapping[str, Value] | None,
    blind: bool = False,
) -> Veil:
    """Make the veil for configurations whose settings at `keys` are secret."""
    values = (lookup(dict(one), parts) for one in configurations if one for parts in keys)
    texts = frozenset(str(leaf) for value in values for leaf in _scalars(value) if leaf != "")
    return Veil(keys, texts, blind)


def settings_reading(keys: Iterable[KeyInfo], secrets: Iterable[Parts]) -> frozenset[Parts]:
    """Give the settings that may come out as one of the secret values, told from expressions."""
    index = PathIndex(secrets)
    return frozenset(parts for info in keys for parts in _settings_of(info, index))


def _settings_of(info: KeyInfo, secrets: PathIndex) -> Iterator[Parts]:
    handed_on = secrets.below(info.value_of) if info.kind == "value" else []
    yield from ((*info.parts, *secret[len(info.value_of) :]) for secret in handed_on)
    if len(handed_on) == len(secrets.paths):
        return
    known = frozenset(handed_on)
    read = (secret for _, parts in info.inputs for secret in secrets.overlapping(parts))
    if _reads_any(info) or any(secret not in known for secret in read):
        yield info.parts


def _reads_any(info: KeyInfo) -> bool:
    """Say whether it is known only while it runs which value an expression reads."""
    return any(
        read.function == "val" and not isinstance(next(iter(read.arguments), None), str)
        for read in info.reads
    )


def _scalars(value: Value) -> Iterator[str | int | float]:
    """Give the texts and numbers inside a value; references, true, false and null tell nothing."""
    if as_reference(value) is not None:
        return
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _scalars(item)
    elif isinstance(value, list):
        for item in value:
            yield from _scalars(item)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield value
