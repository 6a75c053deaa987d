"""Tables, YAML and JSON; nothing that a name holds moves the terminal's cursor."""

import json

import pytest
import yaml

from cli.main import main
from cli.output import Format, show

ROWS = [
    {"name": "line-1", "target": {"name": "a"}, "ok": True, "list": ["x", {"name": "y"}]},
    {"name": "lïne\x1b[2J\n2", "target": None, "ok": False, "list": []},
]
COLUMNS = (("Name", "name"), ("Target", "target.name"), ("Ok", "ok"), ("List", "list"))


def test_a_table_for_a_pipe_has_whole_cells(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, Format.TABLE, COLUMNS)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["NAME", "TARGET", "OK", "LIST"],
        ["line-1", "a", "yes", "x,", "y"],
        ["lïne", "[2J", "2", "no"],
    ]
    assert lines[0].index("OK") == lines[1].index("yes")


@pytest.mark.parametrize(
    ("form", "read"), [(Format.JSON, json.loads), (Format.YAML, yaml.safe_load)]
)
def test_programs_read_back_what_was_there(
    capsys: pytest.CaptureFixture[str], form: Format, read: object
) -> None:
    show(ROWS, form, COLUMNS)
    assert callable(read)
    assert read(capsys.readouterr().out) == ROWS


def test_an_empty_table_says_so_beside_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    show([], Format.TABLE, COLUMNS)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "Nothing.\n")


def test_mistakes_at_the_command_line_are_one_line_and_two(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["targt", "list"]) == 2
    assert main(["target", "show"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Did you mean 'target'" in said.err
    assert len(said.err.splitlines()) == 2


def test_help_and_version_need_no_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert main(["target", "install", "--help"]) == 0
    assert "--wait" in capsys.readouterr().out
