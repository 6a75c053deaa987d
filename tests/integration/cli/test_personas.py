"""A central IT team without OT does the whole job by command line alone, against a real server.

Pat, the platform engineer, sets up the company, lets the site's agent in and says who may do what.
Sol, the solution engineer, writes a solution, brings it to the lines, raises it to a new version,
puts it back and takes it away again.
"""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import yaml

from tests.integration.cli.terminal import PASSWORD, ROOT, Terminal

COMPANY = """
kind: Context
name: contoso
display_name: Contoso
levels: [Region, Factory, Line]
capabilities: [soap]
---
kind: Site
path: contoso/north
---
kind: Group
name: solution engineers
---
kind: User
username: sol
full_name: Sol Engineer
groups: [solution engineers]
---
kind: RoleAssignment
role: admin
group: solution engineers
at: contoso
"""


@contextmanager
def simulated_agent(server: str, secret: str) -> Iterator[None]:
    command = [sys.executable, "-m", "agent.simulate", "--server", server, "--token", secret]
    running = subprocess.Popen(
        [*command, "--count", "1", "--name", "alpha"], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(30)


@pytest.fixture(scope="module")
def sol(root: Terminal, sign_in: Callable[[str], Terminal]) -> Terminal:
    """The company stands, its agent's token is made, and Sol is signed in."""
    root.write("company.yaml", COMPANY)
    root.ok("apply", "-f", "company.yaml")
    root.ok("site", "create-factory", "alpha", "--parent", "north", "--lines", "3",
            "--capability", "soap", "--time-zone", "America/Chicago")  # fmt: skip
    root.ok("user", "set-password", "sol", typed=f"{PASSWORD}\n")
    return sign_in("sol")


def states(terminal: Terminal) -> dict[str, str]:
    """What runs on each line, by its revision."""
    rows = terminal.json("deployment", "list", "--under", "alpha")
    return {row["instance"]["target"]["name"]: row["state"] for row in reversed(rows)}


def test_the_whole_job_by_command_line(server: str, root: Terminal, sol: Terminal) -> None:
    token = root.json("agent", "token", "--at", "alpha", "--auto-approve")
    with simulated_agent(server, token["secret"]):
        sol.ok("new", "solution", "washer", "--context", "contoso")
        sol.ok("apply", "-f", "washer")
        sol.ok("configuration", "set", "alpha", "MaxTemperature=85", "--solution", "washer")

        sol.ok("target", "review", "alpha-line-1", "--solution", "washer")
        sol.ok("target", "publish", "alpha-line-1", "--solution", "washer")
        sol.ok("target", "install", "alpha-line-1", "--solution", "washer", "--wait")
        assert states(sol) == {"alpha-line-1": "Succeeded"}
        resolved = sol.ok("target", "resolved", "alpha-line-1", "--solution", "washer")
        assert yaml.safe_load(resolved.out)["WarnAt"] == 80

        new_version(sol)
        everywhere = ("washer", "--under", "alpha", "--wait")
        sol.ok("solution-template", "bulk-review", *everywhere)
        sol.ok("solution-template", "bulk-publish", *everywhere)
        sol.ok("solution-template", "bulk-deploy", *everywhere)
        assert running(sol, "alpha-line-1") == "1.1.0.1"
        assert running(sol, "alpha-line-3") == "1.1.0.1"
        kinds = [row["kind"] for row in sol.json("operation", "list")]
        assert kinds == ["deploy", "publish", "review"]
        last = sol.json("operation", "list")[0]["id"]
        results = sol.json("operation", "results", last)
        assert {row["outcome"] for row in results} == {"succeeded"}
        assert sol.json("operation", "wait", last)["progress"]["total"] == 3

        deployment = sol.json("deployment", "list", "--target", "alpha-line-1")[0]["id"]
        sol.ok("deployment", "rollback", str(deployment), "--wait")
        assert running(sol, "alpha-line-1") == "1.0.0.1"

        sol.ok("target", "uninstall", "alpha-line-1", "--solution", "washer", "--wait")
        assert running(sol, "alpha-line-1") == ""
        last = sol.json("rollout", "list")[0]
        assert (last["kind"], last["state"]) == ("uninstall", "Succeeded")
    root.ok("agent", "revoke", "alpha-00000", "--yes")


def new_version(sol: Terminal) -> None:
    """Raise the number in the folder and change what a line gets."""
    folder = sol.folder / "washer"
    manifest = (folder / "sitewright.yaml").read_text(encoding="utf-8")
    raised = manifest.replace("name: washer\nversion: 1.0.0", "name: washer\nversion: 1.1.0")
    assert raised != manifest
    (folder / "sitewright.yaml").write_text(raised, encoding="utf-8")
    template = (folder / "template.yaml").read_text(encoding="utf-8")
    (folder / "template.yaml").write_text(f"{template}  Mode: fast\n", encoding="utf-8")
    applied = sol.run("apply", "-f", "washer")
    assert applied.code == 0, applied
    assert "+ SolutionTemplate contoso/washer/1.1.0" in applied.out


def running(terminal: Terminal, line: str) -> str:
    rows = terminal.json("target", "solution-revision-list", line)
    return next((row["label"] for row in rows if row["current"]), "")


def test_work_that_fails_on_every_line_has_its_own_exit_code(
    server: str, root: Terminal, sol: Terminal
) -> None:
    sol.write(
        "broken/sitewright.yaml",
        "kind: SolutionTemplate\ncontext: contoso\nname: broken\nversion: 1.0.0\n"
        "text: 'configs: {A: 1}'\nspecification:\n  components:\n"
        "    - {name: b, type: mock, properties: {fail: {apply: {message: jammed}}}}\n",
    )
    sol.ok("apply", "-f", "broken")
    token = root.json("agent", "token", "--at", "alpha", "--auto-approve")
    with simulated_agent(server, token["secret"]):
        sol.ok("target", "publish", "alpha-line-2", "--solution", "broken")
        said = sol.run("target", "install", "alpha-line-2", "--solution", "broken", "--wait")
    assert said.code == 1
    assert "jammed" in said.err


def test_the_same_engineer_may_not_look_elsewhere(root: Terminal, sol: Terminal) -> None:
    root.ok("context", "create", "fabrikam", "--level", "Site", "--level", "Line")
    assert [row["name"] for row in sol.json("context", "list")] == ["contoso"]
    assert sol.run("site", "create", "x", "--parent", "fabrikam").code == 3
    assert sol.run("context", "create", "mine", "--level", "A", "--level", "B").code == 3
