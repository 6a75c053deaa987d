"""Secrets on their way through the agent: sealed until a driver writes them, masked ever after."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent import logs, sealing, signing, wire
from agent.assembly import Options, SiteAgent
from agent.components import Components
from agent.drivers import file
from agent.drivers.base import Settings
from agent.drivers.mock import Driver as MockDriver
from agent.drivers.process import Driver as ProcessDriver
from agent.entries import Entry
from agent.failures import WorkError
from agent.identity import Enrolment, Keys
from agent.journal import Journal
from agent.life import Life
from agent.machine import Machine
from agent.masking import MASK, Mask
from agent.secrets import Secrets
from tests.unit.agent.orders import HandClock, content, document, mock, order

AGENT = 1
TEXT = "canary-7f3a-öl"
PASSWORD = {"$secret": {"name": "sql", "key": "password", "version": "4.2"}}
REFERENCE = ("sql", "password", "4.2")


class Site:
    """An agent's machine with drivers that really write."""

    def __init__(self, directory: Path, settle: float = 0) -> None:
        self.directory = directory
        self.key = signing.new_sealing_key()
        self.secrets = Secrets(self.key, AGENT)
        clock = HandClock().clock()
        drivers = {
            "mock": MockDriver(Settings()),
            "file": file.Driver(Settings()),
            "process": ProcessDriver(Settings()),
        }
        self.components = Components(directory / "instances", drivers, self.secrets)
        self.journal = Journal(directory / "journal.sqlite", clock)
        self.journal.mask = self.secrets.mask
        self.contents: dict[str, bytes] = {}
        self.machine = Machine(self.journal, self.components, self.fetch, clock, settle=settle)

    async def fetch(self, digest: str) -> bytes:
        return self.contents[digest]

    def sealed(self, value: object = TEXT, *, instance: int = 1) -> wire.SealedSecret:
        public = signing.public_bytes(self.key)
        return sealing.seal(public, value, agent=AGENT, instance=instance, reference=REFERENCE)

    def run(self, body: bytes, *secrets: wire.SealedSecret) -> Entry:
        self.contents[signing.digest(body)] = body
        told = document(1, order(1, 1, body, secrets=secrets))
        self.journal.accept(replace(told, version=wire.SECRETS_VERSION))
        entry = self.journal.begin(self.journal.entry(1))
        while not entry.settled:
            entry = asyncio.run(self.machine.advance(entry))
        return entry

    def holding(self, text: str) -> dict[str, int]:
        """Files that hold a text, and their modes."""
        raw = (text.encode(), json.dumps(text)[1:-1].encode())
        return {
            path.name: stat.S_IMODE(path.stat().st_mode)
            for path in self.directory.rglob("*")
            if path.is_file() and any(form in path.read_bytes() for form in raw)
        }


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def a_file(**properties: Any) -> dict[str, Any]:
    return {"name": "settings", "type": "file", "properties": {"path": "c.json", **properties}}


def test_a_value_survives_being_sealed(site: Site) -> None:
    for value in (TEXT, 4711, True, ["a", None], {"deep": {"er": 1.5}}):
        secret = site.sealed(value)
        assert sealing.unseal(site.key, secret, agent=AGENT, instance=1) == value


@pytest.mark.parametrize("wrong", ["key", "agent", "instance", "version", "byte", "empty"])
def test_what_is_sealed_for_something_else_is_not_opened(site: Site, wrong: str) -> None:
    secret, key, agent, instance = site.sealed(), site.key, AGENT, 1
    match wrong:
        case "key":
            key = signing.new_sealing_key()
        case "agent":
            agent = 2
        case "instance":
            instance = 2
        case "version":
            secret = replace(secret, version="4.1")
        case "byte":
            secret = replace(secret, sealed=secret.sealed[:-1] + b"!")
        case "empty":
            secret = replace(secret, sealed=b"")
    with pytest.raises(sealing.SealError):
        sealing.unseal(key, secret, agent=agent, instance=instance)


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(sealing.SealError):
        sealing.seal(b"short", TEXT, agent=1, instance=1, reference=REFERENCE)


def test_only_the_file_of_the_configuration_holds_the_value(site: Site) -> None:
    entry = site.run(content(a_file(mode="0644"), Password=PASSWORD), site.sealed())
    assert entry.state is Life.COMMITTED
    assert site.holding(TEXT) == {"c.json": 0o600}
    (written,) = site.directory.rglob("c.json")
    assert json.loads(written.read_bytes()) == {"Password": TEXT}


def test_a_file_without_secrets_keeps_its_mode(site: Site) -> None:
    site.run(content(a_file(mode="0644"), Plain="canary"))
    assert site.holding("canary")["c.json"] == 0o644


def test_the_record_of_a_component_refers(site: Site) -> None:
    site.run(content(a_file(content=PASSWORD)), site.sealed())
    (record,) = site.directory.rglob("component.json")
    assert json.loads(record.read_bytes())["component"]["properties"]["content"] == PASSWORD
    assert site.holding(TEXT) == {"c.json": 0o600}


def test_a_program_gets_the_value_and_what_it_prints_is_masked(tmp_path: Path) -> None:
    site = Site(tmp_path, settle=1)
    script = "import json, sys; print(open(sys.argv[1]).read()); sys.exit(3)"
    command = ["{python}", "-c", script, "{config}"]
    program = {"name": "p", "type": "process", "properties": {"command": command}}
    entry = site.run(content(program, Password=PASSWORD), site.sealed())
    assert entry.state is Life.FAILED
    assert entry.failure
    assert MASK in entry.failure.log_tail
    assert TEXT not in json.dumps([r.to_json() for r in site.journal.outbox(99)], default=str)
    assert site.holding(TEXT) == {}, "a failed start leaves nothing behind"


@pytest.mark.parametrize(
    ("secrets", "code"), [((), "secret-missing"), (("other",), "secret-unopenable")]
)
def test_without_the_value_nothing_is_touched(
    site: Site, secrets: tuple[str, ...], code: str
) -> None:
    stranger = signing.public_bytes(signing.new_sealing_key())
    sealed = [
        sealing.seal(stranger, TEXT, agent=AGENT, instance=1, reference=REFERENCE) for _ in secrets
    ]
    entry = site.run(content(mock(), Password=PASSWORD), *sealed)
    assert entry.state is Life.FAILED
    assert entry.failure
    assert (entry.failure.phase, entry.failure.code) == (wire.Phase.STAGE, code)
    assert Life.SNAPSHOT not in [state for _, state in site.journal.transitions(1)]


def test_a_secret_on_a_command_line_is_refused(site: Site) -> None:
    program = {"name": "p", "type": "process", "properties": {"command": ["true", PASSWORD]}}
    entry = site.run(content(program), site.sealed())
    assert entry.failure
    assert (entry.failure.code, entry.failure.element) == ("secret-shown", "command")


@pytest.mark.parametrize("odd", [7, {}, {"name": ["x"]}, {"name": {}}, {"key": "x"}])
def test_what_is_no_reference_is_written_as_it_is(site: Site, odd: object) -> None:
    entry = site.run(content(a_file(), Odd={"$secret": odd}))
    assert entry.state is Life.COMMITTED
    (written,) = site.directory.rglob("c.json")
    assert json.loads(written.read_bytes()) == {"Odd": {"$secret": odd}}


def test_it_starts_again_without_the_control_plane(site: Site) -> None:
    site.run(content(a_file(), Password=PASSWORD), site.sealed())
    (written,) = site.directory.rglob("c.json")
    written.unlink()
    kept = site.journal.entry(1).good
    assert kept

    async def again() -> None:
        for work in await site.machine.works(kept):
            await site.components.apply(work)

    asyncio.run(again())
    assert json.loads(written.read_bytes()) == {"Password": TEXT}


def test_what_was_opened_before_a_restart_stays_masked(site: Site) -> None:
    site.run(content(a_file(), Password=PASSWORD), site.sealed())
    again = SiteAgent(
        Options(site.directory),
        Enrolment("https://plane.example", "site", AGENT, ()),
        Keys(signing.new_signing_key(), site.key),
        journal=site.journal,
        clock=HandClock().clock(),
        registry={},
    )
    assert again.mask(f"it says {TEXT}!") == f"it says {MASK}!"


def test_a_component_without_a_key_opens_nothing(site: Site) -> None:
    wanted = order(1, 1, content(mock(), P=PASSWORD), secrets=(site.sealed(),))
    read = wire.Content.from_json(json.loads(content(mock(), P=PASSWORD)))
    with pytest.raises(WorkError) as caught:
        Components(site.directory, {}).works(wanted, read)
    assert caught.value.code == "secret-unopenable"


# What the mask knows


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("password is s3cr3t-word!", f"password is {MASK}!"),
        ("ret-word and on", "ret-word and on"),
        ("r3t-word and on", f"{MASK} and on"),
        ("it begins s3cr", f"it begins {MASK}"),
        ("s3c", "s3c"),
        ("", ""),
    ],
)
def test_a_secret_is_masked_also_where_the_text_was_cut(said: str, shown: str) -> None:
    mask = Mask()
    mask.learn("s3cr3t-word")
    assert mask(said) == shown


def test_forms_of_a_secret_and_parts_of_it() -> None:
    mask = Mask()
    mask.learn({"key": 'quo"te\\d', "pin": 471100, "on": True, "file": ["BEGIN\nline-one\nEND."]})
    assert mask(json.dumps({"a": 'quo"te\\d'})) == f'{{"a": "{MASK}"}}'
    assert mask("pin 471100, True, line-one.") == f"pin {MASK}, True, {MASK}."


def test_short_texts_are_not_looked_for() -> None:
    mask = Mask()
    mask.learn("abc")
    assert mask("abc") == "abc"


def test_log_lines_and_traces_are_masked() -> None:
    mask, stream = Mask(), io.StringIO()
    mask.learn(TEXT)
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        logs.hide(mask)
        try:
            int(TEXT)
        except ValueError:
            logging.getLogger("test").exception("failed with %s", TEXT)
    finally:
        root.removeHandler(handler)
    assert TEXT not in stream.getvalue()
    assert stream.getvalue().count(MASK) == 2


# Old and new side by side


def test_documents_with_secrets_are_not_for_agents_that_do_not_know_them() -> None:
    told = replace(document(1, order(1, 1, content())), version=wire.SECRETS_VERSION).to_json()
    assert wire.DesiredDocument.from_json(told).version == wire.SECRETS_VERSION
    assert wire.WIRE_VERSION < wire.SECRETS_VERSION


def test_an_order_kept_before_there_were_secrets_is_read() -> None:
    kept = order(1, 1, content()).to_json()
    del kept["secrets"]
    assert wire.Workload.from_json(kept) == order(1, 1, content())
