"""The secrets of what an agent shall run, each sealed to its key: nobody else reads them again."""

import base64
import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
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
from orchestration.resolution.secrets import references
from orchestration.services import vault

log = logging.getLogger(__name__)

References: TypeAlias = Collection[SecretReference]
Opened: TypeAlias = Iterator[tuple[SecretReference, Any]]


def sealed_for(
    agent: int, instances: Iterable[SolutionInstance]
) -> dict[int, tuple[wire.SealedSecret, ...]]:
    """The sealed secrets of each instance, by id; those that refer to none are left out.

    A secret that is gone, or an agent whose key takes none, leaves a gap: the agent says which
    secret it misses, and touches nothing.

    Raises:
        Refused: ``secrets-unreadable`` when a key of theirs is missing.
    """
    wanted = _wanted(instances)
    if not wanted:
        return {}
    values = _opened({one for found in wanted.values() for one in found})
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


def _wanted(instances: Iterable[SolutionInstance]) -> dict[int, list[SecretReference]]:
    """What the revision that each instance shall run refers to, in a lasting order."""
    by_revision = {one.desired_id: one.pk for one in instances if one.desired_id}
    contents = SolutionVersion.objects.filter(pk__in=by_revision, content__contains=MENTION)
    return {
        by_revision[pk]: list(dict.fromkeys(one.reference for one in references(json.loads(text))))
        for pk, text in contents.order_by("pk").values_list("pk", "content")
    }


def _opened(wanted: References) -> dict[SecretReference, Any]:
    kinds = {
        VALUE: _values,
        SAVED: _saved,
        DEFAULT: _defaults,
    }
    sorted_out: dict[str, list[SecretReference]] = {}
    for one in wanted:
        sorted_out.setdefault(one.version if one.version in kinds else "", []).append(one)
    return {
        reference: value
        for kind, found in sorted_out.items()
        for reference, value in kinds.get(kind, _named)(found)
        if value is not None
    }


def _values(wanted: References) -> Opened:
    rows = {row.name: row for row in SecretValue.objects.filter(name__in={w.name for w in wanted})}
    for one in wanted:
        if one.name in rows:
            yield one, vault.decrypt(rows[one.name])


def _named(wanted: References) -> Opened:
    ids = {named_in(one.version)[0] for one in wanted}
    rows = NamedSecretVersion.objects.filter(secret__in=ids).select_related("secret")
    by_version = {(row.secret.name, row.reference): row for row in rows}
    for one in wanted:
        row = by_version.get((one.name, one.version or ""))
        if row is not None:
            yield one, _part(vault.decrypt(row), one.key)


def _part(value: str | Mapping[str, str], key: str | None) -> object:
    """A named secret's text, or that under one of its keys."""
    if isinstance(value, Mapping):
        return value.get(key) if key else dict(value)
    return value if key is None else None


def _saved(wanted: References) -> Opened:
    """Values that were saved before their keys were marked, from where they were saved."""
    rows = ConfigurationRevision.objects.in_bulk({saved_in(one.name) for one in wanted})
    for one in wanted:
        row = rows.get(saved_in(one.name))
        if row is not None:
            yield one, lookup(row.values, _key_in(one.name, 1))


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
