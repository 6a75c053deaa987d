"""Named secrets: what `$secret(name)` means at a place and below. Set, never read back."""

import re
from collections.abc import Mapping

from django.db import transaction

from orchestration import hints
from orchestration.models import NamedSecret, NamedSecretVersion, Node
from orchestration.queries.secrets import readers, users
from orchestration.services import events, vault
from orchestration.services.configuration import hold_all, mark
from orchestration.services.errors import Invalid, Refused
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

LONGEST = 64 * 1024  # characters of all texts of a secret together
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_PLACES = (Node.Kind.CONTEXT, Node.Kind.SITE, Node.Kind.TARGET)


@transaction.atomic
def set_named(
    by: User, node: Node, name: str, value: str | Mapping[str, str]
) -> NamedSecretVersion:
    """Set a named secret at a place: a text, or texts by key. The same again is no change.

    What was published with it keeps the version it was published with, and waits for a review.

    Raises:
        Invalid: ``secret-name-malformed``, ``secret-empty``, ``secret-too-long``, ``not-a-place``.
        Refused: ``secrets-unreadable``.
    """
    may(by, Perm.EDIT_IT_VALUES, node).require()
    _check(node, name, value)
    hold_all(node.context_id)
    secret, _ = NamedSecret.objects.get_or_create(node=node, name=name)
    NamedSecret.objects.select_for_update(no_key=True).get(pk=secret.pk)
    newest = secret.versions.first()
    value = value if isinstance(value, str) else dict(value)
    if newest is not None and vault.decrypt(newest) == value:
        return newest
    box = vault.encrypt(value)
    version = NamedSecretVersion.objects.create(
        secret=secret,
        number=newest.number + 1 if newest else 1,
        keys=[] if isinstance(value, str) else sorted(value),
        key_id=box.key_id,
        ciphertext=box.ciphertext,
        created_by=by,
    )
    events.record("secret.set", secret, node, by, number=version.number)
    _tell(secret)
    return version


@transaction.atomic
def delete_named(by: User, secret: NamedSecret) -> None:
    """Delete a named secret and all its versions.

    Raises:
        Refused: ``secret-used`` by something that runs or shall run.
    """
    may(by, Perm.EDIT_IT_VALUES, secret.node).require()
    hold_all(secret.node.context_id)
    used = [str(instance) for instance in users(secret)[:5]]
    if used:
        raise Refused("secret-used", name=secret.name, copies=used)
    events.record("secret.deleted", secret, secret.node, by)
    _tell(secret)
    secret.delete()


def _tell(secret: NamedSecret) -> None:
    """Let what was published with the secret wait for a review, and say so."""
    node = secret.node
    mark(readers(secret))
    hints.tell([f"node:{node.pk}", f"target:{node.pk}"], node.path)


def _check(node: Node, name: str, value: str | Mapping[str, str]) -> None:
    if node.kind not in _PLACES:
        raise Invalid("not-a-place", node=str(node))
    texts = {"": value} if isinstance(value, str) else value
    for one in (name, *(key for key in texts if key)):
        if not _NAME.fullmatch(one):
            raise Invalid("secret-name-malformed", name=one)
    if not texts or not all(texts.values()):
        raise Invalid("secret-empty", name=name)
    if sum(map(len, texts.values())) > LONGEST:
        raise Invalid("secret-too-long", name=name, most=LONGEST)
