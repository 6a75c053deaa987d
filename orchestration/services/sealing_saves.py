"""Encrypting what was saved in plain, when a new version marks its key secret.

Saves never change in what they mean; how they are kept may. A value that stood in several saves
gets one reference, so that no save seems to have changed it.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Any

from orchestration.expressions import Parts, SecretReference, join_path
from orchestration.models import AnyVersion, ConfigurationRevision, SecretValue
from orchestration.resolution.secrets import put, secret_leaves
from orchestration.services import events
from orchestration.services.configuration import hold
from orchestration.services.secret_values import kept_apart

_BATCH = 500
Known = dict[tuple[Parts, str], dict[str, Any]]  # references by key and value
Sealed = tuple[ConfigurationRevision, list[Parts], list[SecretValue]]


def seal(actor: events.Actor, version: AnyVersion, secret_parts: Sequence[Parts]) -> int:
    """Encrypt the plain values of keys that a new version marks; returns how many saves had any.

    Raises:
        Refused: ``secrets-unreadable`` where there is no key to encrypt with.
    """
    if not secret_parts:
        return 0
    hold(version.template)
    count, keys = 0, set[str]()
    sealed = _sealed(version, secret_parts)
    while some := list(islice(sealed, _BATCH)):
        SecretValue.objects.bulk_create(row for _, _, rows in some for row in rows)
        ConfigurationRevision.objects.bulk_update([save for save, _, _ in some], ["values"])
        keys.update(join_path(parts) for _, found, _ in some for parts in found)
        count += len(some)
    if count:
        events.record(
            "configuration.sealed",
            version,
            version.template.node,
            actor,
            solution=str(version.template),
            keys=sorted(keys),
            saves=count,
        )
    return count


def _sealed(version: AnyVersion, secret_parts: Sequence[Parts]) -> Iterator[Sealed]:
    saves = ConfigurationRevision.objects.filter(template=version.template_id)
    ordered = saves.select_related("author", "node").order_by("node", "number")
    for _, of_node in groupby(ordered.iterator(_BATCH), key=lambda save: save.node_id):
        known: Known = {}
        for save in of_node:
            found, rows = _seal_one(save, secret_parts, known)
            if found:
                yield save, found, rows


def _seal_one(
    save: ConfigurationRevision, secret_parts: Sequence[Parts], known: Known
) -> tuple[list[Parts], list[SecretValue]]:
    found, rows = [], []
    for parts, value in secret_leaves(save.values, secret_parts).items():
        if isinstance(value, SecretReference):
            continue
        same = parts, json.dumps(value, sort_keys=True)
        if same not in known:
            reference, row = kept_apart(save.author, save.node, save.template_id, value)
            known[same] = reference.plain()
            rows.append(row)
        save.values = put(save.values, parts, known[same])
        found.append(parts)
    return found, rows
