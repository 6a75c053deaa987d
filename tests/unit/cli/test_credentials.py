"""Where the token is kept, who may read it, and where it goes."""

import stat
from pathlib import Path

import pytest

from cli import credentials
from cli.credentials import Credentials
from cli.failures import Exit, Failure

KEPT = Credentials("https://a.test", "token-of-a")


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "deep" / "login.json"
    monkeypatch.setenv(credentials.FILE, str(path))
    monkeypatch.delenv(credentials.URL, raising=False)
    monkeypatch.delenv(credentials.TOKEN, raising=False)
    return path


def test_only_the_owner_may_read_the_file(path: Path) -> None:
    credentials.keep(KEPT)
    credentials.keep(KEPT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert credentials.load() == KEPT
    credentials.forget()
    credentials.forget()
    assert not path.exists()


def test_a_kept_token_goes_to_no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    credentials.keep(KEPT)
    monkeypatch.setenv(credentials.URL, "https://b.test")
    with pytest.raises(Failure, match=credentials.TOKEN) as told:
        credentials.load()
    assert told.value.code is Exit.ABSENT
    monkeypatch.setenv(credentials.TOKEN, "token-of-b")
    assert credentials.load() == Credentials("https://b.test", "token-of-b")


def test_the_environment_counts_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    credentials.keep(KEPT)
    monkeypatch.setenv(credentials.TOKEN, "another")
    assert credentials.load() == Credentials("https://a.test", "another")


@pytest.mark.parametrize("text", ["", "[]", '{"url": 1', '{"url": "x"}'])
def test_a_file_that_is_torn_says_what_to_do(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Failure, match="sitewright login"):
        credentials.load()
