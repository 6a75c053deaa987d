"""Single commands against a running server: names, output, refusals, exit codes."""

import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.integration.cli.terminal import Terminal

SCHEMA = """
rules:
  configs:
    MaxTemp: {type: int, required: true, minValue: 0, maxValue: 100}
    Label: {type: string, defaultValue: no name}
"""
TEMPLATE = """
schema: {name: mixing, version: 1.0.0}
configs:
  MaxTemp: ${{$val(MaxTemp)}}
  Label: ${{$val(Label)}}
"""
COMPONENTS = json.dumps({"components": [{"name": "mix", "type": "mock", "properties": {}}]})


@pytest.fixture(scope="module")
def plant(root: Terminal) -> Terminal:
    levels = [word for level in ("Region", "Factory", "Line") for word in ("--level", level)]
    root.ok("context", "create", "contoso", *levels, "--display-name", "Contoso")
    root.ok("context", "add-capability", "contoso", "soap")
    root.ok("site", "create", "west", "--parent", "contoso", "--display-name", "West")
    for factory in ("alpha", "beta"):
        root.ok("site", "create", factory, "--parent", "west", "--time-zone", "America/Chicago")
        for number in "12":
            root.ok(
                "target", "create", f"line-{number}", "--parent", f"west/{factory}",
                "--capability", "soap", "--display-name", f"Line {number}",
            )  # fmt: skip
    root.ok(
        "schema", "create", "-f", root.write("schema.yaml", SCHEMA),
        "--name", "mixing", "--version", "1.0.0",
    )  # fmt: skip
    root.ok(
        "solution-template", "create", "mixer", "--version", "1.0.0", "--capability", "soap",
        "--config-template", root.write("template.yaml", TEMPLATE),
        "--specification", root.write("components.json", COMPONENTS),
    )  # fmt: skip
    return root


def test_the_token_is_kept_for_its_owner_only(root: Terminal) -> None:
    path = Path(root.environment()["SITEWRIGHT_CONFIG"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert root.json("whoami")["username"] == "root"


def test_a_token_that_was_signed_out_is_of_no_use(
    root: Terminal, sign_in: Callable[[str], Terminal], server: str
) -> None:
    again = sign_in("root")
    path = Path(again.environment()["SITEWRIGHT_CONFIG"])
    token = json.loads(path.read_text(encoding="utf-8"))["token"]
    again.ok("logout")
    assert not path.exists()
    assert again.run("whoami", SITEWRIGHT_URL=server, SITEWRIGHT_TOKEN=token).code == 3
    assert root.run("whoami").code == 0


def test_accounts_are_made_with_a_password_that_nobody_sees_typed(
    root: Terminal, sign_in: Callable[[str], Terminal]
) -> None:
    root.ok("user", "create", "vera", "--full-name", "Vera", typed="correct-horse-battery\n")
    weak = root.run("user", "create", "wanda", typed="1\n")
    assert weak.code == 2
    vera = sign_in("vera")
    assert vera.json("whoami")["full_name"] == "Vera"
    root.ok("user", "close", "vera")
    assert vera.run("whoami").code == 3


def test_without_a_login_it_says_what_to_do(server: str, tmp_path: Path) -> None:
    stranger = Terminal(tmp_path)
    said = stranger.run("target", "list")
    assert (said.code, said.out) == (3, "")
    assert "sitewright login" in said.err
    wrong = stranger.run("login", server, "--username", "root", typed="not-this\n")
    assert wrong.code == 3
    token = stranger.run("context", "list", SITEWRIGHT_URL=server, SITEWRIGHT_TOKEN="nonsense")
    assert token.code == 3
    assert "Sign in again" in token.err


def test_a_server_that_is_not_there_is_a_code_of_its_own(tmp_path: Path) -> None:
    away = {"SITEWRIGHT_URL": "http://127.0.0.1:9", "SITEWRIGHT_TOKEN": "x"}
    said = Terminal(tmp_path).run("context", "list", **away)
    assert said.code == 6
    assert said.err.startswith("Error: http://127.0.0.1:9 cannot be reached")
    assert len(said.err.splitlines()) == 1


def test_results_are_the_same_in_every_form(plant: Terminal) -> None:
    as_json = plant.json("target", "list")
    as_yaml = yaml.safe_load(plant.ok("target", "list", "-o", "yaml").out)
    assert as_json == as_yaml
    assert [row["name"] for row in as_json] == ["line-1", "line-2"] * 2
    table = plant.ok("target", "list").out.splitlines()
    assert table[0].split()[:2] == ["ID", "NAME"]
    assert len(table) == 5


def test_an_ambiguous_name_lists_the_ways(plant: Terminal) -> None:
    said = plant.run("target", "show", "line-1")
    assert said.code == 2
    assert "contoso/west/alpha/line-1" in said.err
    assert "contoso/west/beta/line-1" in said.err
    one = plant.json("target", "show", "contoso/west/beta/line-1")
    assert one == plant.json("target", "show", "Contoso/beta/Line 1")
    assert one == plant.json("target", "show", f"#{one['id']}")


def test_what_is_not_there_and_what_is_wrong_differ(plant: Terminal) -> None:
    assert plant.run("target", "show", "nowhere").code == 3
    assert plant.run("solution-template", "show", "nothing").code == 3
    assert plant.run("target", "show").code == 2
    taken = plant.run("site", "create", "alpha", "--parent", "west")
    assert taken.code == 2
    assert "already one called alpha" in taken.err


def test_values_are_set_by_key_and_never_over_somebody_else(plant: Terminal) -> None:
    at = ("alpha", "--solution", "mixer")
    plant.ok("configuration", "set", "alpha", "MaxTemp=80", "Label=no", *at[1:])
    values = yaml.safe_load(plant.ok("configuration", "download", *at).out)
    assert values == {"MaxTemp": 80, "Label": "no"}
    plant.ok("configuration", "set", "alpha", *at[1:], "--unset", "Label")
    fields = {row["key"]: row for row in plant.json("configuration", "show", *at)["fields"]}
    assert fields["MaxTemp"]["own"] == 80
    assert fields["Label"]["own"] is None
    wrong = plant.run("configuration", "set", "alpha", "MaxTemp=hot", *at[1:])
    assert wrong.code == 2
    assert "MaxTemp" in wrong.err
    again = plant.ok("configuration", "set", "alpha", "MaxTemp=80", *at[1:])
    assert "Nothing differs" in again.err


def test_lines_that_fail_are_told_apart_from_those_that_do_not(plant: Terminal) -> None:
    plant.ok("configuration", "set", "west/alpha", "MaxTemp=80", "--solution", "mixer")
    chosen = ("alpha/line-1", "beta/line-1", "--solution", "mixer")
    reviewed = plant.run("target", "review", *chosen)
    assert reviewed.code == 5
    assert "MaxTemp" in reviewed.err
    assert plant.run("target", "review", "beta/line-1", "--solution", "mixer").code == 1
    published = plant.run("target", "publish", *chosen, "-o", "json")
    assert published.code == 5
    assert {row["outcome"] for row in published.data} == {"published", "failed"}
    revisions = plant.json("target", "solution-revision-list", "alpha/line-1")
    assert [row["label"] for row in revisions] == ["1.0.0.1"]
    resolved = plant.ok("target", "resolved", "alpha/line-1", "--solution", "mixer")
    assert yaml.safe_load(resolved.out) == {"MaxTemp": 80, "Label": "no name"}


def test_a_version_is_deleted_only_while_nothing_came_of_it(plant: Terminal) -> None:
    plant.ok(
        "solution-template", "create-version", "mixer", "--version", "1.1.0",
        "--config-template", "template.yaml", "--specification", "components.json",
    )  # fmt: skip
    plant.ok("solution-template", "remove-version", "mixer", "--version", "1.1.0", "--yes")
    plant.ok("configuration", "set", "west/alpha", "MaxTemp=80", "--solution", "mixer")
    plant.ok("target", "publish", "alpha/line-2", "--solution", "mixer")
    kept = plant.run("solution-template", "remove-version", "mixer", "--version", "1.0.0", "-y")
    assert kept.code == 4
    assert "published" in kept.err


def test_a_factory_is_made_at_once_or_not_at_all(plant: Terminal) -> None:
    plant.ok("site", "create-factory", "gamma", "--parent", "west", "--lines", "3")
    rows = plant.json("target", "list", "--under", "gamma")
    assert [row["name"] for row in rows] == ["gamma-line-1", "gamma-line-2", "gamma-line-3"]
    wrong = plant.run(
        "site", "create-factory", "delta", "--parent", "west", "--lines", "2",
        "--line-name", "same",
    )  # fmt: skip
    assert wrong.code == 2
    assert plant.run("site", "show", "delta").code == 3


def test_a_withdrawn_version_is_not_published_until_it_is_reinstated(plant: Terminal) -> None:
    plant.ok("configuration", "set", "west/beta", "MaxTemp=70", "--solution", "mixer")
    bad = ("mixer", "--version", "1.0.0")
    plant.ok("solution-template", "withdraw-version", *bad, "--reason", "it overheats")
    refused = plant.run("target", "publish", "beta/line-2", "--solution", "mixer")
    assert refused.code == 4
    assert "it overheats" in refused.err
    plant.ok("solution-template", "reinstate-version", *bad)
    plant.ok("target", "publish", "beta/line-2", "--solution", "mixer")


def test_a_place_moves_with_its_lines(plant: Terminal) -> None:
    plant.ok("site", "create", "east", "--parent", "contoso")
    plant.ok("site", "create", "omega", "--parent", "east")
    plant.ok("target", "create", "omega-1", "--parent", "omega")
    plant.ok("site", "move", "omega", "--to", "west")
    assert plant.json("target", "show", "contoso/west/omega/omega-1")["name"] == "omega-1"
    assert plant.run("site", "move", "omega", "--to", "contoso").code == 2


def test_a_misspelt_key_is_not_passed_over(plant: Terminal) -> None:
    said = plant.ok("configuration", "set", "alpha", "MaxTmp=1", "--solution", "mixer")
    assert "no rule declares MaxTmp" in said.err
    assert ["MaxTmp", "1"] in [line.split() for line in said.out.splitlines()]
    said = plant.ok("configuration", "set", "alpha", "--unset", "MaxTmp", "--solution", "mixer")
    assert "MaxTmp" not in said.out + said.err


def test_roles_go_by_key_or_by_what_people_call_them(plant: Terminal) -> None:
    plant.ok("user", "create", "rosa", typed="correct-horse-battery\n")
    for name in ("deployment-manager", "Deployment manager"):
        plant.ok("role", "assign", name, "--user", "rosa", "--at", "alpha")
        (held,) = plant.json("role", "list", "--user", "rosa")
        assert held["role"] == "deployment-manager"
        plant.ok("role", "remove", name, "--user", "rosa", "--at", "alpha")
    wrong = plant.run("role", "assign", "manager", "--user", "rosa", "--at", "alpha")
    assert wrong.code == 3
    assert "deployment-manager" in wrong.err


def test_a_review_names_the_keys_that_differ(plant: Terminal) -> None:
    plant.ok("configuration", "set", "alpha/line-2", "MaxTemp=60", "--solution", "mixer")
    said = plant.ok("target", "review", "alpha/line-2", "--solution", "mixer")
    assert "MaxTemp, Label" in said.out
    assert "{" not in said.out
    missing = plant.run("rollout", "show", "999999")
    assert (missing.code, missing.err) == (3, "Error: There is nothing here that you may see.\n")


def test_config_templates_are_made_linked_and_taken_away(plant: Terminal) -> None:
    rules = "rules:\n  configs:\n    Broker: {type: string}\n"
    plant.ok("schema", "create", "-f", plant.write("net.yaml", rules), "--name", "net",
             "--version", "1.0.0")  # fmt: skip
    text = plant.write("plant.yaml", "configs:\n  Broker: ${{$val(Broker)}}\n")
    plant.ok("config-template", "create", "plant", "--version", "1.0.0", "-f", text,
             "--schema", "net/1.0.0")  # fmt: skip
    assert plant.run("schema", "remove-version", "net", "--version", "1.0.0", "-y").code == 4
    plant.ok("config-template", "link", "plant", "--at", "alpha")
    (link,) = plant.json("config-template", "list", "--at", "alpha/line-1")
    assert (link["name"], link["version"]) == ("plant", "1.0.0")
    plant.ok("configuration", "set", "alpha", "Broker=mqtt.alpha", "--solution", "plant")
    plant.ok("config-template", "unlink", "plant", "--at", "alpha")
    assert plant.run("config-template", "unlink", "plant", "--at", "alpha").code == 3
    plant.ok("config-template", "remove-version", "plant", "--version", "1.0.0", "-y")
    plant.ok("schema", "remove-version", "net", "--version", "1.0.0", "-y")
    assert plant.run("config-template", "link", "plant", "--at", "alpha").code == 3


def test_waiting_ends_by_time_or_by_hand_and_the_work_goes_on(plant: Terminal) -> None:
    plant.ok("configuration", "set", "west/beta", "MaxTemp=70", "--solution", "mixer")
    plant.ok("target", "publish", "beta/line-1", "--solution", "mixer")
    install = ("target", "install", "beta/line-1", "--solution", "mixer", "--wait")
    late = plant.run(*install, "--timeout", "2")
    assert late.code == 1
    assert "has not ended after 2 seconds; it goes on" in late.err
    rollout = str(plant.json("rollout", "list", "--state", "Running")[0]["id"])
    command = [sys.executable, "-m", "cli", "rollout", "watch", rollout]
    watching = subprocess.Popen(
        command, env=plant.environment(), cwd=plant.folder, stderr=subprocess.PIPE, text=True
    )
    time.sleep(8)  # it says nothing while it waits; by then it does, however busy the machine
    watching.send_signal(signal.SIGINT)
    said = watching.communicate(timeout=30)[1]
    assert (watching.returncode, "Stopped." in said) == (130, True)
    plant.ok("rollout", "cancel", rollout)
    assert plant.run("rollout", "watch", rollout).code == 1
