"""In which save each setting got its value. No rights here: whoever calls has asked.

A save holds all values of a place, most of them from saves before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestration.models import ConfigurationRevision


@dataclass(frozen=True)
class Setters:
    """Earlier saves by node, template and number; without their values."""

    earlier: Mapping[tuple[int, int, int], ConfigurationRevision]

    def of(self, save: ConfigurationRevision, key: str) -> ConfigurationRevision:
        """The save that gave a key the value it has in ``save``."""
        at = (save.node_id, save.template_id, _number(save, key))
        return self.earlier.get(at, save)


def setters_of(saves: Iterable[ConfigurationRevision]) -> Setters:
    """What is needed to tell of these saves who set each of their values; one query at most."""
    wanted = {
        (save.node_id, save.template_id, number)
        for save in saves
        for number in set(save.set_in.values()) - {save.number}
    }
    if not wanted:
        return Setters({})
    nodes, templates, numbers = (set(column) for column in zip(*wanted, strict=True))
    rows = ConfigurationRevision.objects.filter(
        node__in=nodes, template__in=templates, number__in=numbers
    )
    found = rows.select_related("author").defer("values", "set_in")
    known = {(row.node_id, row.template_id, row.number): row for row in found}
    return Setters({at: row for at, row in known.items() if at in wanted})


def _number(save: ConfigurationRevision, key: str) -> int:
    """The save's number for a key; of a map the newest of what lies in it."""
    known: dict[str, int] = save.set_in
    if key in known:
        return known[key]
    below = [number for one, number in known.items() if one.startswith(f"{key}.")]
    if below:
        return max(below)
    above = [number for one, number in known.items() if key.startswith(f"{one}.")]
    return max(above, default=save.number)
