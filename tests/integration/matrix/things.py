"""What the matrix names: things of its world, words that give them away, and who asks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from django.test import Client

from tests.integration.matrix.oracle import PERMS, Standing

ABSENT = 987654321  # an id that nothing has
WORD = r"zq[a-z]+zq"  # what a planted word looks like

# Whoever holds one of these at a place learns what it is called.
PLACE = PERMS - {"view_solutions", "author_solutions", "validate"}
INSTALLED = frozenset({"view_deployments", "view_values"})
DEPLOYMENTS = frozenset({"view_deployments"})
VALUES = frozenset({"view_values"})
SOLUTIONS = frozenset({"view_solutions", "author_solutions"})
ACCESS = frozenset({"manage_access"})


class Reach(Enum):
    """From where a right counts for something at a path."""

    AT = "given at the place or above"
    BELOW = "given at the place or below"


@dataclass(frozen=True)
class Rule:
    """Who may come to know something: who holds one of the rights so far from a path."""

    perms: frozenset[str]
    path: str
    reach: Reach = Reach.AT

    def lets(self, standing: Standing) -> bool:
        held = standing.holds if self.reach is Reach.AT else standing.holds_below
        return held(self.perms, self.path)


def anywhere_in(path: str) -> list[Rule]:
    """Any right at all, above, at or below: enough to know a context."""
    return [Rule(PERMS, path), Rule(PERMS, path, Reach.BELOW)]


@dataclass(frozen=True)
class Thing:
    """Something with an id in addresses and bodies, at the path whose rights count for it."""

    id: int | str
    path: str


@dataclass
class World:
    """Everything planted: things by name, all of a kind for lists, words and who may read them.

    ``kinds`` holds ids and paths of every thing of a kind; a thing may be seen from several paths.
    """

    things: dict[str, Thing] = field(default_factory=dict)
    kinds: dict[str, dict[int | str, list[tuple[str, Reach]]]] = field(default_factory=dict)
    words: dict[str, list[Rule]] = field(default_factory=dict)

    def add(self, name: str, pk: int | str, path: str, *, kind: str = "") -> None:
        self.things[name] = Thing(pk, path)
        if kind:
            self.list_as(kind, pk, (path, Reach.AT))

    def list_as(self, kind: str, pk: int | str, *seen: tuple[str, Reach]) -> None:
        """Note something that lists of a kind hold for those who hold their right so far off."""
        self.kinds.setdefault(kind, {}).setdefault(pk, []).extend(seen)

    def plant(self, stem: str, *rules: Rule) -> str:
        """Return a word nobody else uses; without rules nobody may ever read it."""
        word = f"zq{stem}zq"
        self.words.setdefault(word, []).extend(rules)
        return word

    def lets(self, standing: Standing, word: str) -> bool:
        return any(rule.lets(standing) for rule in self.words[word])

    def seen(self, standing: Standing, kind: str, perms: Iterable[str]) -> set[int | str]:
        """The ids of a kind at which somebody holds one of the rights."""
        wanted = frozenset(perms)
        return {
            pk
            for pk, seen in self.kinds[kind].items()
            if standing.everything
            or any(Rule(wanted, path, reach).lets(standing) for path, reach in seen)
        }


@dataclass(frozen=True)
class Asker:
    """Somebody with a browser; with one role at one place, or in some way of their own.

    ``known`` is false for those whom the product must treat as nobody: strangers, closed accounts.
    """

    name: str
    standing: Standing
    client: Client
    known: bool = True
    cookies: Mapping[str, str] = field(default_factory=dict)
    role: str = ""
    place: str = ""
