"""What the tests of the command line start from: one server a module, and terminals."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.cli.terminal import PASSWORD, Terminal, whole_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with whole_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="module")
def sign_in(server: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Terminal]:
    """Give somebody a terminal in which they are signed in."""

    def begin(name: str, password: str = PASSWORD) -> Terminal:
        terminal = Terminal(Path(tmp_path_factory.mktemp(name)))
        terminal.ok("login", server, "--username", name, typed=f"{password}\n")
        return terminal

    return begin


@pytest.fixture(scope="module")
def root(sign_in: Callable[[str], Terminal]) -> Terminal:
    return sign_in("root")
