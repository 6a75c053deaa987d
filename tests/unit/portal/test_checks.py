import pytest
from cryptography.fernet import Fernet
from django.core.checks import CheckMessage
from pytest_django import Settings

from portal import checks

KEY = Fernet.generate_key().decode()


def ids(messages: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("processes", "redis", "expected"),
    [("1", "", []), ("4", "", ["portal.E001"]), ("4", "redis://broker", [])],
)
def test_several_processes_need_redis(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    processes: str,
    redis: str,
    expected: list[str],
) -> None:
    settings.REDIS_URL = redis
    monkeypatch.setenv("WEB_CONCURRENCY", processes)
    assert ids(checks.one_process_without_redis(None)) == expected


def test_redis_over_a_sqlite_file_is_pointed_out(settings: Settings) -> None:
    settings.REDIS_URL = "redis://broker"
    assert ids(checks.one_host_with_sqlite(None)) == ["portal.W001"]
    settings.REDIS_URL = ""
    assert ids(checks.one_host_with_sqlite(None)) == []


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [([], True), (["short"], True), ([KEY, "short"], True), ([KEY], False), ([KEY, KEY], False)],
)
def test_keys_of_secrets_are_needed(settings: Settings, keys: list[str], *, wrong: bool) -> None:
    settings.SITEWRIGHT_SECRET_KEYS = keys
    assert ids(checks.keys_of_secrets(None)) == (["portal.E003"] if wrong else [])


def test_a_demo_is_no_production(settings: Settings) -> None:
    settings.SITEWRIGHT_DEMO = True
    assert ids(checks.no_demo_in_production(None)) == ["portal.E002"]
    settings.SITEWRIGHT_DEMO = False
    assert ids(checks.no_demo_in_production(None)) == []
