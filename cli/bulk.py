"""Work on many lines in one call: which ones, and following it to its end."""

from dataclasses import dataclass
from typing import Any

from cli import naming, waiting
from cli.failures import Exit, Failure
from cli.output import Columns, Format, show, tell
from cli.server import Row, Server

OPERATION: Columns = (
    ("Id", "id"),
    ("Kind", "kind"),
    ("State", "state"),
    ("Total", "progress.total"),
    ("Done", "progress.done"),
    ("Failed", "progress.failed"),
    ("Started by", "started_by"),
    ("Started", "created_at"),
)
_DEPLOY = "deploy"


@dataclass(frozen=True)
class Which:
    """Lines by name, or by what they are: below a place, with a capability, with a copy."""

    targets: list[str]
    under: str = ""
    capability: str = ""
    state: str = ""

    def body(self, server: Server) -> dict[str, Any]:
        """The same as the bulk calls take it."""
        by_what = self.under or self.capability or self.state
        if bool(self.targets) == bool(by_what):
            message = "Name lines with --target, or describe them with --under and the like."
            raise Failure(message, Exit.USAGE)
        if self.targets:
            return {"targets": naming.targets(server, self.targets)}
        selector: dict[str, Any] = {"capability": self.capability, "state": self.state}
        if self.under:
            selector["below"] = naming.place(server, self.under)["id"]
        return {"selector": {key: value for key, value in selector.items() if value}}


def follow(server: Server, started: Row, output: Format, *, seconds: int) -> None:
    """Show an operation; with seconds, wait for its end and that of what it deployed."""
    if not seconds:
        tell(f"Started; follow it with `sitewright operation wait {started['id']}`.")
        show(started, output, OPERATION)
        return
    ended = waiting.for_operation(server, started["id"], seconds)
    show(ended, output, OPERATION)
    if ended["kind"] != _DEPLOY:
        return
    made = server.rows(f"operations/{started['id']}/results/")
    rollouts = {row["deployment"]["rollout"] for row in made if row["deployment"]}
    for number in sorted(rollouts):
        waiting.for_rollout(server, number, seconds)
