"""The command line's page is fresh, every command says what it does, every option has its help."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from cli.failures import MEANINGS, Exit
from cli.main import app
from cli.reference import PAGE, reference

ROOT = Path(__file__).resolve().parents[2]


def commands(group: Any, name: str = "sitewright") -> Iterator[tuple[str, Any]]:
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


def test_the_page_is_fresh() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == reference()


def test_every_exit_code_has_a_meaning() -> None:
    assert set(MEANINGS) == set(Exit)


def test_every_command_and_option_is_explained() -> None:
    found = dict(commands(get_command(app)))
    assert len(found) > 60
    assert [name for name, command in found.items() if not command.help] == []
    silent = [
        f"{name} {option.opts[0]}"
        for name, command in found.items()
        for option in command.params
        if option.param_type_name == "option" and not option.help
    ]
    assert silent == []


def test_what_shows_something_can_show_it_to_programs() -> None:
    without = {
        name
        for name, command in commands(get_command(app))
        if not any(option.name == "output" for option in command.params)
    }
    verbs = {name.split()[-1] for name in without}
    assert verbs & {"list", "show", "create", "review", "publish", "install"} == set()
