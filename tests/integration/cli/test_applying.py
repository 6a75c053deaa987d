"""`apply` and `new` at a terminal: what a folder says becomes so, and the starter is right."""

from pathlib import Path

import pytest

from tests.integration.cli.terminal import Terminal

COMPANY = """
kind: Context
name: fabrikam
levels: [Region, Line]
---
kind: Site
path: fabrikam/north
---
kind: Target
path: fabrikam/north/line-1
display_name: Line 1
"""


@pytest.fixture(scope="module")
def plant(root: Terminal) -> Terminal:
    root.write("company/plant.yaml", COMPANY)
    made = root.ok("apply", "-f", "company", "--set", "fabrikam")
    assert "+ Target fabrikam/north/line-1" in made.out
    assert made.out.endswith("3 created\n")
    return root


def test_an_unchanged_folder_changes_nothing_and_says_so(plant: Terminal) -> None:
    before = len(plant.json("target", "list"))
    again = plant.ok("apply", "-f", "company", "--prune", "--set", "fabrikam", "--yes")
    assert again.out == "Nothing to change: 3 objects are as wanted.\n"
    assert len(plant.json("target", "list")) == before


def test_a_dry_run_shows_what_differs_and_leaves_it(plant: Terminal) -> None:
    plant.write("company/plant.yaml", COMPANY.replace("Line 1", "First line"))
    said = plant.ok("apply", "-f", "company", "--dry-run")
    assert '    display_name: "Line 1" -> "First line"' in said.out
    assert plant.json("target", "show", "line-1")["title"] == "Line 1"
    plant.ok("apply", "-f", "company")
    assert plant.json("target", "show", "line-1")["title"] == "First line"


def test_what_is_wrong_is_told_with_file_and_line(plant: Terminal) -> None:
    plant.write("company/wrong.yaml", "\n\nkind: Sitte\npath: fabrikam/south\n")
    dry = plant.run("apply", "-f", "company", "--dry-run")
    assert dry.code == 2
    assert "wrong.yaml:3: There is no kind Sitte." in dry.out
    real = plant.run("apply", "-f", "company")
    assert real.code == 2
    assert "wrong.yaml:3: Sitte fabrikam/south: There is no kind Sitte." in real.err
    (plant.folder / "company" / "wrong.yaml").unlink()


def test_prune_asks_before_it_deletes(plant: Terminal) -> None:
    plant.write("extra/line.yaml", "kind: Target\npath: fabrikam/north/line-2\n")
    of = ("-f", "extra", "--set", "extra")
    plant.ok("apply", *of)
    assert plant.run("apply", "-f", "extra", "--prune", "--yes").code == 2
    plant.write("extra/line.yaml", "# nothing any more\n")
    no = plant.run("apply", *of, "--prune", typed="n\n")
    assert no.code == 130
    assert "- Target fabrikam/north/line-2" in no.err
    assert plant.run("target", "show", "line-2").code == 0
    plant.ok("apply", *of, "--prune", typed="y\n")
    assert plant.run("target", "show", "line-2").code == 3
    assert plant.run("target", "show", "line-1").code == 0


def test_the_starter_is_clean_and_applies_as_it_is(plant: Terminal) -> None:
    plant.ok("new", "solution", "washer", "--context", "fabrikam")
    names = {path.name for path in (plant.folder / "washer").iterdir()}
    assert names == {
        "schema.yaml", "sitewright.yaml", "specification.yaml", "template.yaml", "values.yaml",
    }  # fmt: skip
    assert plant.run("new", "solution", "washer", "--context", "fabrikam").code == 4
    assert plant.run("new", "solution", "Not A Name", "--context", "fabrikam").code == 2
    plant.ok("apply", "-f", "washer")
    review = plant.json("target", "review", "line-1", "--solution", "washer")
    assert review[0]["configuration"]["WarnAt"] == 75
    again = plant.ok("apply", "-f", "washer")
    assert again.out.startswith("Nothing to change")


def test_a_folder_without_files_is_an_error(plant: Terminal, tmp_path: Path) -> None:
    assert plant.run("apply", "-f", str(tmp_path)).code == 2
    assert plant.run("apply", "-f", "nowhere.yaml").code == 2
