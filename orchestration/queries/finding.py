"""Finding a place by what people call it: a name, or a way like ``Contoso/Chicago/Line 3``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from orchestration.models import Node
from orchestration.queries import places, sight
from rbac.access import granted_paths
from rbac.models import User

MOST = 50
SEPARATOR = "/"


@dataclass(frozen=True)
class Found:
    """A place, and the names from the top down to it."""

    node: Node
    path: str


def find(by: User, words: str) -> list[Found]:
    """The places a person may see that are called so, at most `MOST`, parents first.

    The last part is the place's own name or display name. The parts before it are places above,
    from the top down; some may be left out. Where names of both cases exist, the exact one counts.
    """
    parts = [part.strip() for part in words.split(SEPARATOR) if part.strip()]
    if not parts:
        return []
    own = Q(name__iexact=parts[-1]) | Q(display_name__iexact=parts[-1])
    candidates = list(places.nodes(by).filter(own)[: MOST * 20])
    names = _names_above(by, candidates)
    fitting = [node for node in candidates if _fits(parts[:-1], node, names)]
    exact = [node for node in fitting if parts[-1] in {node.name, node.display_name}]
    chosen = exact or fitting
    whole = [node for node in chosen if len(node.path_ids()) == len(parts)]
    if len(parts) > 1 and whole:
        chosen = whole  # nothing left out: what also fits with places in between is not meant
    return [Found(node, _path(node, names)) for node in chosen[:MOST]]


def _names_above(by: User, nodes: Iterable[Node]) -> Mapping[int, tuple[str, ...]]:
    """Name and display name of each place on the ways; of an unseen one what labels show."""
    reach = tuple(granted_paths(by, *sight.PLACES))
    wanted = {pk for node in nodes for pk in node.path_ids()}
    rows = Node.objects.filter(pk__in=wanted).only("name", "display_name", "path")
    return {
        row.pk: (row.name, row.title) if row.path.startswith(reach) else (row.title,)
        for row in rows
    }


def _fits(parts: Sequence[str], node: Node, names: Mapping[int, tuple[str, ...]]) -> bool:
    """Whether the parts name places above, in order, from the top down."""
    above = iter(node.path_ids()[:-1])
    return all(
        any(part.casefold() in {name.casefold() for name in names[pk]} for pk in above)
        for part in parts
    )


def _path(node: Node, names: Mapping[int, tuple[str, ...]]) -> str:
    return SEPARATOR.join(names[pk][0] for pk in node.path_ids())
