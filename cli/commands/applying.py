"""`sitewright apply`: a folder in version control says what there is to be."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.failures import Exit, Failure
from cli.files import text_of
from cli.options import Output, Yes
from cli.output import Format, show, tell
from cli.server import Row, Server, connect

SUFFIXES = {".yaml", ".yml", ".json"}
_SIGNS = {"create": "+", "update": "~", "delete": "-", "error": "!"}
_SHOWN = 200  # signs of a value in a line


def apply(
    file: Annotated[
        Path, typer.Option("--file", "-f", help="A file, or a folder with all below it.")
    ],
    *,
    set_name: Annotated[
        str, typer.Option("--set", help="A name for what belongs together; --prune needs it.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would differ; change nothing.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete what this set made and no longer holds.")
    ] = False,
    yes: Yes = False,
    output: Output = Format.TABLE,
) -> None:
    """Make what files say there is to be: all of it, or nothing.

    The same files again change nothing. What --prune would delete is shown and asked for first.
    """
    if prune and not set_name:
        # Two folders may have one name; what one of them made is not for the other to delete.
        raise Failure("Name with --set whose objects --prune may delete.", Exit.USAGE)
    body: dict[str, Any] = {"documents": _documents(file), "prune": prune}
    body |= {"set": set_name} if set_name else {}
    with connect() as server:
        if dry_run:
            _dry_run(server, body, output)
            return
        if prune and not yes:
            _ask(server, body)
        plan = server.post("apply/", body)
        _show(plan, output)


def _documents(path: Path) -> list[dict[str, str]]:
    """The files and their texts; names are ways inside the folder, the same on every machine."""
    if path.is_dir():
        found = sorted(one for one in path.rglob("*") if _is_ours(one, path))
        if not found:
            raise Failure(f"There are no YAML or JSON files in {path}.", Exit.USAGE)
        return [{"file": one.relative_to(path).as_posix(), "text": text_of(one)} for one in found]
    return [{"file": path.name, "text": text_of(path)}]


def _is_ours(path: Path, folder: Path) -> bool:
    """Hidden ones are of other programs: editors, version control."""
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.is_file() and path.suffix in SUFFIXES and not hidden


def _dry_run(server: Server, body: dict[str, Any], output: Format) -> None:
    plan = server.post("apply/", body | {"dry_run": True})
    _show(plan, output)
    if not plan["ok"]:
        wrong = sum(row["action"] == "error" for row in plan["objects"])
        raise Failure(f"{wrong} of {len(plan['objects'])} objects cannot be made.", Exit.USAGE)


def _ask(server: Server, body: dict[str, Any]) -> None:
    plan = server.post("apply/", body | {"dry_run": True})
    gone = [row for row in plan["objects"] if row["action"] == "delete"]
    if gone and plan["ok"]:
        for row in gone:
            tell(f"- {row['kind']} {row['name']}")
        typer.confirm(f"Delete these {len(gone)}?", abort=True, err=True)


def _show(plan: Row, output: Format) -> None:
    if output is not Format.TABLE:
        show(plan, output)
        return
    for row in plan["objects"]:
        _show_one(row)
    counts: dict[str, int] = {}
    for row in plan["objects"]:
        counts[row["action"]] = counts.get(row["action"], 0) + 1
    if plan["ok"] and not plan["changed"]:
        typer.echo(f"Nothing to change: {counts.get('unchanged', 0)} objects are as wanted.")
        return
    words = {"create": "to create", "update": "to update", "delete": "to delete"}
    if not plan["dry_run"]:
        words = {"create": "created", "update": "updated", "delete": "deleted"}
    words |= {"unchanged": "unchanged", "error": "wrong"}
    typer.echo(", ".join(f"{counts[key]} {word}" for key, word in words.items() if key in counts))


def _show_one(row: Row) -> None:
    sign = _SIGNS.get(row["action"])
    if sign is None:
        return
    typer.echo(f"{sign} {row['kind']} {row['name']}".rstrip())
    for change in row["changes"] if row["action"] == "update" else ():
        typer.echo(f"    {change['field']}: {_difference(change)}")
    for problem in row["problems"]:
        where = f"{problem.get('file') or row['file']}:{problem.get('line') or row['line']}"
        typer.echo(f"    {where}: {problem.get('message') or problem.get('code')}")


def _difference(change: Row) -> str:
    if change["secret"]:
        return "differs (secret)"
    return f"{_value(change['before'])} -> {_value(change['after'])}"


def _value(value: object) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
