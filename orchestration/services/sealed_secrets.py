"""The secrets of what an agent shall run, each sealed to its key: nobody else reads them again."""

import base64
import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from agent import sealing, wire
from orchestration.expressions import SecretReference, lookup, split_path
from orchestration.models import (
    Agent,
    ConfigurationRevision,
    NamedSecretVersion,
    SecretValue,
    SolutionInstance,
    SolutionVersion,
)
from orchestration.queries.secrets import (
    DEFAULT,
    MENTION,
    SAVED,
    VALUE,
    VERSIONS,
    named_in,
    saved_in,
    version_in,
)
from orchestration.queries.templates import rules_of
from orchestration.resolution.secrets import as_reference, references
from orchestration.services import vault
from orchestration.services.errors import Refused

log = logging.getLogger(__name__)
_KINDS = frozenset({VALUE, SAVED, DEFAULT})
_UNREADABLE = object()

References: TypeAlias = Collection[SecretReference]
Opened: TypeAlias = Iterator[tuple[SecretReference, Any]]


@dataclass(frozen=True)
class Sealed:
    """What an agent is sent of secrets, by instance; those that refer to none are left out.

    Of the ``unreadable`` ones a key of this installation is missing.
    """

    secrets: Mapping[int, tuple[wire.SealedSecret, ...]] = field(default_factory=dict)
    unreadable: frozenset[int] = frozenset()


def sealed_for(agent: int, instances: Iterable[SolutionInstance]) -> Sealed:
    """The secrets of each instance, sealed.

    A secret that is gone or unreadable, or an agent whose key takes none, leaves a gap: the agent
    says which secret it misses, and touches nothing.
    """
    wanted = _wanted({one.desired_id: one.pk for one in instances if one.desired_id})
    if not wanted:
        return Sealed()
    opened = _opened({one for found in wanted.values() for one in found})
    lost = {one for one, value in opened.items() if value is _UNREADABLE}
    values = {one: value for one, value in opened.items() if one not in lost}
    unreadable = frozenset(pk for pk, found in wanted.items() if not lost.isdisjoint(found))
    return Sealed(_sealed(agent, wanted, values), unreadable)


def missing_keys(revision: int) -> list[str]:
    """The ids of the keys that the secrets of a revision need and this installation lacks."""
    wanted = _wanted({revision: revision}).get(revision, [])
    rows = [*_value_rows(wanted).values(), *_named_rows(wanted).values()]
    return sorted({row.key_id for row in rows}.difference(vault.key_ids()))


def _sealed(
    agent: int,
    wanted: Mapping[int, Sequence[SecretReference]],
    values: Mapping[SecretReference, Any],
) -> dict[int, tuple[wire.SealedSecret, ...]]:
    key = base64.b64decode(Agent.objects.values_list("seal_key", flat=True).get(pk=agent))
    try:
        return {
            instance: tuple(
                sealing.seal(
                    key,
                    values[one],
                    agent=agent,
                    instance=instance,
                    reference=(one.name, one.key, one.version),
                )
                for one in found
                if one in values
            )
            for instance, found in wanted.items()
        }
    except sealing.SealError as error:
        log.warning("agent %s gets no secrets: %s", agent, error)
        return {}


def _wanted(by_revision: Mapping[int, int]) -> dict[int, list[SecretReference]]:
    """What some revisions refer to, in a lasting order, by what the revisions are given for."""
    contents = SolutionVersion.objects.filter(pk__in=by_revision, content__contains=MENTION)
    return {
        by_revision[pk]: list(dict.fromkeys(one.reference for one in references(json.loads(text))))
        for pk, text in contents.order_by("pk").values_list("pk", "content")
    }


def _opened(wanted: References) -> dict[SecretReference, Any]:
    kinds = {VALUE: _values, SAVED: _saved, DEFAULT: _defaults}
    sorted_out: dict[str, list[SecretReference]] = {}
    for one in wanted:
        sorted_out.setdefault(one.version if one.version in _KINDS else "", []).append(one)
    return {
        reference: value
        for kind, found in sorted_out.items()
        for reference, value in kinds.get(kind, _named)(found)
        if value is not None
    }


def _values(wanted: References) -> Opened:
    rows = _value_rows(wanted)
    for one in wanted:
        if one in rows:
            yield one, _decrypted(rows[one])


def _value_rows(wanted: References) -> dict[SecretReference, SecretValue]:
    names = {one.name for one in wanted if one.version == VALUE}
    rows = {row.name: row for row in SecretValue.objects.filter(name__in=names)}
    return {one: rows[one.name] for one in wanted if one.version == VALUE and one.name in rows}


def _named(wanted: References) -> Opened:
    for one, row in _named_rows(wanted).items():
        value = _decrypted(row)
        yield one, value if value is _UNREADABLE else _part(value, one.key)


def _named_rows(wanted: References) -> dict[SecretReference, NamedSecretVersion]:
    named = [one for one in wanted if one.version not in _KINDS]
    ids = {named_in(one.version)[0] for one in named}
    rows = NamedSecretVersion.objects.filter(secret__in=ids).select_related("secret")
    by_version = {(row.secret.name, row.reference): row for row in rows}
    keys = {one: (one.name, one.version or "") for one in named}
    return {one: by_version[key] for one, key in keys.items() if key in by_version}


def _decrypted(row: SecretValue | NamedSecretVersion) -> Any:  # noqa: ANN401  any JSON value
    try:
        return vault.decrypt(row)
    except Refused as error:
        log.error("a secret cannot be read: no key %s", error.params["keys"])  # noqa: TRY400
        return _UNREADABLE


def _part(value: str | Mapping[str, str], key: str | None) -> object:
    """A named secret's text, or that under one of its keys."""
    if isinstance(value, Mapping):
        return value.get(key) if key else dict(value)
    return value if key is None else None


def _saved(wanted: References) -> Opened:
    """Values that were saved before their keys were marked, from where they were saved.

    They may have been encrypted since.
    """
    rows = ConfigurationRevision.objects.in_bulk({saved_in(one.name) for one in wanted})
    values = {
        one: lookup(rows[pk].values, _key_in(one.name, 1))
        for one in wanted
        if (pk := saved_in(one.name)) in rows
    }
    apart = {one: found for one, value in values.items() if (found := as_reference(value))}
    opened = dict(_values(list(apart.values())))
    for one, value in values.items():
        yield one, opened.get(apart[one]) if one in apart else value


def _defaults(wanted: References) -> Opened:
    for one in wanted:
        kind, pk = version_in(one.name)
        version = (
            VERSIONS[kind]._default_manager.filter(pk=pk).first() if kind in VERSIONS else None
        )
        rules = rules_of(version) if version is not None else None
        if rules is not None:
            yield one, lookup(rules.defaults, _key_in(one.name, 2))


def _key_in(name: str, before: int) -> tuple[str, ...]:
    """The key that a reference names behind so many other parts."""
    return split_path(name.split(":", before)[before])
