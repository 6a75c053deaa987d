"""Encrypting all secrets anew, after a key was put in front of the others."""

from collections import Counter
from typing import TypeVar

from django.db import transaction

from orchestration.models import NamedSecretVersion, SecretValue, Webhook
from orchestration.services import vault
from orchestration.services.errors import Refused

MODELS = (SecretValue, NamedSecretVersion, Webhook)
BATCH = 200
Kept = TypeVar("Kept", SecretValue, NamedSecretVersion, Webhook)


def counts() -> Counter[str]:
    """How many secrets are under each key, by its id."""
    found: Counter[str] = Counter()
    for model in MODELS:
        found.update(model._default_manager.order_by().values_list("key_id", flat=True))
    return found


def missing_keys() -> list[str]:
    """The ids of keys that secrets are under and that are not there."""
    used = {
        key
        for model in MODELS
        for key in model._default_manager.order_by().values_list("key_id", flat=True).distinct()
    }
    return sorted(used.difference(vault.key_ids()))


def rotate(batch: int = BATCH) -> int:
    """Encrypt everything under the first key; returns how many secrets were not yet.

    Each batch is a transaction of its own: what was interrupted goes on where it stood.

    Raises:
        Refused: ``secrets-unreadable`` when a key that is still in use is missing; then nothing
            was changed.
    """
    if missing := missing_keys() or ([] if vault.key_ids() else ["-"]):
        raise Refused("secrets-unreadable", keys=missing)
    secrets = _rotate_all(SecretValue, batch) + _rotate_all(NamedSecretVersion, batch)
    return secrets + _rotate_all(Webhook, batch)


def _rotate_all(model: type[Kept], batch: int) -> int:
    done = 0
    while some := _rotate_some(model, batch):
        done += some
    return done


@transaction.atomic
def _rotate_some(model: type[Kept], batch: int) -> int:
    first = vault.key_ids()[0]
    waiting = model._default_manager.exclude(key_id=first).order_by("pk")
    rows = list(waiting.select_for_update(no_key=True)[:batch])
    for row in rows:
        box = vault.encrypt(vault.decrypt(row))
        row.key_id, row.ciphertext = box.key_id, box.ciphertext
    model._default_manager.bulk_update(rows, ["key_id", "ciphertext"])
    return len(rows)
