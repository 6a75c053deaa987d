"""Names instead of ids: what a person calls a thing, found on the server.

Where a name fits several things they are listed, each with the way that means it alone. An id may
be given as ``#12``.
"""

from collections.abc import Callable, Iterable, Sequence

from cli.failures import Exit, Failure
from cli.server import Row, Server

_SHOWN = 10


def place(server: Server, words: str, kind: str = "") -> Row:
    """The one place of this name or way; ``kind`` narrows it, for example to targets."""
    if number := _number(words):
        return _of_kind(server.get(f"nodes/{number}/"), kind, words)
    found = [row for row in server.get("nodes/find/", name=words) if kind in {"", row["kind"]}]
    return _only(found, _noun(kind), words, lambda row: str(row["path"]))


def target(server: Server, words: str) -> Row:
    """The one line of this name or way."""
    return place(server, words, "target")


def targets(server: Server, names: Iterable[str], under: str = "") -> list[int]:
    """Ids of lines: those named, or all below a place."""
    chosen = [int(target(server, name)["id"]) for name in names]
    if under:
        below = server.rows("targets/", under=place(server, under)["id"])
        chosen += [row["id"] for row in below]
    if not chosen:
        raise Failure("Name at least one line.", Exit.USAGE)
    return list(dict.fromkeys(chosen))


def context(server: Server, name: str = "") -> Row:
    """The context of this name; without a name the only one there is."""
    rows = list(server.rows("contexts/"))
    if name:
        rows = [row for row in rows if name in {row["name"], row["display_name"]}]
    elif len(rows) > 1:
        names = ", ".join(row["name"] for row in rows)
        message = f"There are several contexts, say which with --context: {names}."
        raise Failure(message, Exit.USAGE)
    return _only(rows, "context", name or "any name", lambda row: str(row["name"]))


def entry(server: Server, noun: str, name: str, context_name: str = "") -> Row:
    """The one row of the catalog of this name; ``noun`` is a list's address, ``solutions``."""
    query = {"context": context(server, context_name)["id"]} if context_name else {}
    found = list(server.rows(f"{noun}/", name=name, **query))
    contexts = {row["id"]: row["name"] for row in server.rows("contexts/")}
    singular = noun.removesuffix("s").replace("-", " ")
    return _only(found, singular, name, lambda row: f"--context {contexts[row['context']]}")


def role(server: Server, words: str) -> str:
    """The key of the one role of this key or name."""
    rows = list(server.rows("roles/"))
    found = [row for row in rows if row["key"] == words]
    found = found or [row for row in rows if row["label"].casefold() == words.casefold()]
    if not found:
        there = ", ".join(row["key"] for row in rows) or "none that you may give"
        raise Failure(f"There is no role called {words}. There are: {there}.", Exit.ABSENT)
    return str(_only(found, "role", words, lambda row: str(row["key"]))["key"])


def version(row: Row, wanted: str = "") -> int:
    """The id of a version of a catalog's row, the newest where none is named."""
    rows = row["versions"]
    for one in rows:
        if wanted in {"", one["version"]}:
            return int(one["id"])
    there = ", ".join(one["version"] for one in rows) or "none"
    raise Failure(
        f"{row['name']} has no version {wanted or 'yet'}. There are: {there}.", Exit.ABSENT
    )


def instance(server: Server, target_id: int, solution: str, name: str = "") -> Row:
    """The installed copy of a solution on a line."""
    rows = [
        row
        for row in server.rows("instances/", target=target_id)
        if row["solution_name"] == solution and name in {"", row["name"]}
    ]
    return _only(rows, "copy", solution, lambda row: f"--instance {row['name']}")


def agent(server: Server, name: str) -> Row:
    """The agent of this name."""
    if number := _number(name):
        found: Row = server.get(f"agents/{number}/")
        return found
    rows = list(server.rows("agents/", name=name))
    return _only(rows, "agent", name, lambda row: f"#{row['id']} at {row['node']['title']}")


def _number(words: str) -> str:
    number = words.removeprefix("#")
    return number if words.startswith("#") and number.isdecimal() else ""


def _of_kind(found: Row, kind: str, words: str) -> Row:
    if kind and found["kind"] != kind:
        raise _absent(_noun(kind), words)
    return found


def _only(rows: Sequence[Row], noun: str, words: str, way: Callable[[Row], str]) -> Row:
    if not rows:
        raise _absent(noun, words)
    if len(rows) > 1:
        ways = [way(row) for row in rows[:_SHOWN]]
        ways += ["…"] if len(rows) > _SHOWN else []
        message = f"There are {len(rows)} called {words}; say which one is meant:"
        raise Failure(message, Exit.USAGE, tuple(ways))
    return rows[0]


def _absent(noun: str, words: str) -> Failure:
    return Failure(f"There is no {noun} called {words} that you may see.", Exit.ABSENT)


def _noun(kind: str) -> str:
    return {"target": "line", "": "place"}.get(kind, kind)
