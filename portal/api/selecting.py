"""Parts of an answer: ``?fields=name,node.title`` leaves out all else."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext
from rest_framework.exceptions import ValidationError

PARAMETER = "fields"
Chosen = Mapping[str, Any]
"""Field names; for parts of a field a mapping of their own, for all of it an empty one."""


def chosen(wanted: str | None, known: Iterable[str]) -> Chosen | None:
    """Return what a caller chooses among known fields; None is everything.

    Raises:
        ValidationError: for a field there is not.
    """
    if wanted is None:
        return None
    tree: dict[str, Any] = {}
    names = list(known)
    for way in wanted.split(","):
        first, *rest = way.strip().split(".")
        if first not in names:
            raise ValidationError({PARAMETER: [_nearest(first, names)]}, code="unknown")
        at = tree.setdefault(first, {})
        for name in rest:
            at = at.setdefault(name, {})
    return tree


def part_of(data: Any, fields: Chosen) -> Any:  # noqa: ANN401  JSON
    """Return data without what is not chosen. A list is cut item by item."""
    if not fields:
        return data
    if isinstance(data, list):
        return [part_of(item, fields) for item in data]
    if not isinstance(data, Mapping):
        return data
    return {name: part_of(data[name], inner) for name, inner in fields.items() if name in data}


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name[:100], known, n=1, cutoff=0.5)
    if near:
        return gettext("There is no such field. Did you mean %(name)s?") % {"name": near[0]}
    return gettext("There is no such field. There are: %(names)s.") % {"names": ", ".join(known)}
