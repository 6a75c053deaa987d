"""The only writer of a state."""

from enum import StrEnum
from typing import Protocol

from django.db.models import Model

from orchestration.services.errors import Refused, Stale
from orchestration.states import LIVES


class Living(Protocol):
    """A row with a state."""

    pk: int
    state: str


def move(obj: Model, to: StrEnum, **fields: object) -> None:
    """Move a row to a state, and set other fields with it.

    Compare-and-set: exactly one of several callers wins.

    Raises:
        Refused: the life has no such transition (``not-from-here``).
        Stale: somebody moved the row meanwhile (``moved-meanwhile``).
    """
    at: str = obj.state  # type: ignore[attr-defined]
    if to not in LIVES[type(to)][at].to:
        raise Refused("not-from-here", state=at, to=to.value)
    rows = type(obj)._default_manager.filter(pk=obj.pk, state=at)
    if rows.update(state=to, **fields) != 1:
        raise Stale("moved-meanwhile", state=at, to=to.value)
    obj.state = to.value  # type: ignore[attr-defined]
    for name, value in fields.items():
        setattr(obj, name, value)
