"""What commands do with lines: which version goes where, and how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli import naming
from cli.failures import Exit, Failure
from cli.output import Columns, Format, show
from cli.server import Row, Server

REVIEWED: Columns = (
    ("Line", "target.name"),
    ("Ok", "ok"),
    ("Missing", "missing_capabilities"),
    ("Differs", "differs"),
    ("Digest", "digest"),
)
PUBLISHED: Columns = (
    ("Line", "target.name"),
    ("Outcome", "outcome"),
    ("Revision", "revision.label"),
    ("Missing", "missing_capabilities"),
)
ROLLOUT: Columns = (
    ("Id", "id"),
    ("Kind", "kind"),
    ("State", "state"),
    ("Total", "progress.total"),
    ("Done", "progress.done"),
    ("Failed", "progress.failed"),
    ("Started by", "started_by"),
    ("Started", "created_at"),
    ("Comment", "comment"),
)
_FAILED = "failed"


@dataclass(frozen=True)
class Choice:
    """A version of a solution, for copies of one name, as a person calls them."""

    solution: str
    version: str = ""
    instance: str = ""
    context: str = ""

    def body(self, server: Server, targets: Sequence[int]) -> dict[str, Any]:
        """The same in ids, as reviewing and publishing take it."""
        row = naming.entry(server, "solutions", self.solution, self.context)
        body = {"version": naming.version(row, self.version), "targets": list(targets)}
        return body | ({"instance": self.instance} if self.instance else {})


def revision(server: Server, target: int, solution: str, instance: str, label: str) -> Row:
    """One published revision for a line: the one of this label, else the newest."""
    copy = naming.instance(server, target, solution, instance)
    for row in server.rows("revisions/", instance=copy["id"]):
        if row["state"] != "Deleted" and label in {"", row["label"]}:
            return row
    where = copy["target"]["title"]
    message = f"There is no revision {label or 'published'} of {solution} for {where}."
    raise Failure(message, Exit.ABSENT)


def show_review(rows: Sequence[Row], output: Format) -> None:
    """Show what lines would get; a table names the keys that differ, the rest has it all."""
    if output is Format.TABLE:
        rows = [
            {**row, "differs": [change["key"] for change in row["changes"] or ()]} for row in rows
        ]
    show(rows, output, REVIEWED)


def end_review(rows: Sequence[Row]) -> None:
    """Raise Failure where lines do not resolve, with every reason."""
    wrong = [row for row in rows if not row["ok"]]
    _end(wrong, len(rows), "cannot be published as it is")


def end_publish(rows: Sequence[Row]) -> None:
    """Raise Failure where lines failed, with every reason."""
    wrong = [row for row in rows if row["outcome"] == _FAILED]
    _end(wrong, len(rows), "failed")


def show_rollout(server: Server, started: Row, output: Format, *, fresh: bool) -> None:
    """Show a rollout as it was started, or as it has become since."""
    row = server.get(f"rollouts/{started['id']}/") if fresh else started
    show(row, output, ROLLOUT)


def _end(wrong: Sequence[Row], total: int, what: str) -> None:
    if not wrong:
        return
    details = [f"{row['target']['name']}: {reason}" for row in wrong for reason in _reasons(row)]
    code = Exit.FAILED if len(wrong) == total else Exit.PARTLY
    count = f"{len(wrong)} of {total} lines" if total > 1 else str(wrong[0]["target"]["title"])
    raise Failure(f"{count} {what}.", code, tuple(details))


def _reasons(row: Row) -> list[str]:
    missing = [f"lacks {name}" for name in row["missing_capabilities"]]
    return [*missing, *map(_sentence, row["problems"])]


def _sentence(problem: Mapping[str, Any]) -> str:
    said = str(problem.get("message") or problem.get("code"))
    key = problem.get("key") or problem.get("at")
    return f"{key}: {said}" if key else said
