"""Two secrets with unmistakable texts go through everything; then everything is searched."""

import json
import logging
import re
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from orchestration.models import Deployment, SolutionTemplateVersion, SolutionVersion
from orchestration.services import agents, catalog, dispatch, rollouts
from orchestration.states import DeploymentState
from tests.integration.conftest import Company
from tests.integration.serving import gateway, serving, until

pytestmark = pytest.mark.django_db(transaction=True)

MARKED, NAMED, TYPED = "canary-marked-4711", "canary-named-0815", "canary-typed-2323"
BROKEN = "no-such-canary"
TEXTS = (MARKED, NAMED, TYPED, BROKEN)
MOST_ALIKE = 2  # pages at one address that differ in their query
PROGRAM = """
import json, sys, time
told = open(sys.argv[1]).read()
print("I was told", told, "and", json.loads(told)["Pin"])
sys.exit(3) if json.loads(told)["Speed"] > 100 else time.sleep(600)
"""
TEMPLATE = """
schema:
  rules:
    configs:
      Speed: {type: int, editableBy: [OT]}
      Pin: {type: string, secret: true, pattern: "canary-.*", editableBy: [OT]}
configs:
  Speed: ${{$val(Speed)}}
  Pin: ${{$val(Pin)}}
  Deep: {Again: "${{$val(Pin)}}"}
  Word: ${{$secret(sql, password)}}
"""


class Portal:
    """Somebody who uses every way into the control plane, and keeps what it answered."""

    def __init__(self, company: Company) -> None:
        self.client = Client()
        self.client.force_login(
            company.root_user, backend="django.contrib.auth.backends.ModelBackend"
        )
        self.answers: list[tuple[str, str]] = []

    def call(self, method: str, path: str, body: Any = None, expected: int = 200) -> Any:
        data = {} if body is None else {"data": json.dumps(body)}
        answer = getattr(self.client, method)(path, content_type="application/json", **data)
        self.keep(path, answer)
        assert answer.status_code == expected, answer.content
        return answer.json() if answer.content else None

    def get(self, path: str, **query: Any) -> str:
        answer = self.client.get(path, query)
        return self.keep(path, answer)

    def post(self, path: str, form: dict[str, Any]) -> None:
        self.keep(path, self.client.post(path, form))

    def keep(self, path: str, answer: Any) -> str:
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text: str = content.decode(errors="replace")
        self.answers.append((f"{path} {answer.status_code}", f"{dict(answer.headers)} {text}"))
        return text

    def walk(self, *starts: str) -> int:
        """Follow every link from page to page; returns how many were seen."""
        seen, waiting, alike = set(starts), list(starts), Counter[str]()
        while waiting:
            page = self.get(waiting.pop(0))
            for link in re.findall(r'(?:href|hx-get)="(/[^"#]*)"', page):
                path = link.replace("&amp;", "&")
                bare = path.partition("?")[0]
                known = path in seen or alike[bare] >= MOST_ALIKE
                if not known and not path.startswith(("/static/", "/logout")):
                    seen.add(path)
                    alike[bare] += 1
                    waiting.append(path)
        return len(seen)


@pytest.fixture
def portal(company: Company) -> Portal:
    return Portal(company)


@pytest.fixture
def pump(company: Company) -> SolutionTemplateVersion:
    command = ["{python}", "-c", PROGRAM, "{config}"]
    program = {"name": "pump", "type": "process", "properties": {"command": command}}
    file = {"name": "copy", "type": "file", "properties": {"path": "c.json", "mode": "0644"}}
    source = catalog.SolutionSource("pump", "1.0.0", TEMPLATE, {"components": [program, file]})
    return catalog.create_solution_version(company.root_user, company.context, source)


def test_no_secret_is_found_where_it_does_not_belong(
    company: Company,
    portal: Portal,
    pump: SolutionTemplateVersion,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    line = company.lines["alpha-1"]
    saved(company, portal, pump)
    with (
        serving() as server,
        gateway(server, company, tmp_path, "--stop-workloads-on-exit") as agent,
    ):
        agents.approve(company.root_user, agent)
        good = deployed(company, published(portal, pump, line.pk))
        assert good.state == DeploymentState.SUCCEEDED
        portal.call("put", values(pump, line.pk), {"values": {"Speed": 200}, "base": 2})
        bad = deployed(company, published(portal, pump, line.pk))
        assert bad.state == DeploymentState.REVERTED
        assert "I was told" in bad.failure["log_tail"]
        on_line = holding(tmp_path / "agent" / "instances")
        kept = holding(tmp_path / "agent") - on_line
    looked_at(portal, pump, line.pk)
    found_at_site(on_line, tmp_path)
    assert kept == set()
    assert found_in({"agent.log": (tmp_path / "agent.log").read_text()}) == []
    assert found_in(dict(portal.answers)) == []
    assert found_in({"log": caplog.text}) == []
    assert found_in(dict(tables())) == []


def values(pump: SolutionTemplateVersion, node: int) -> str:
    return f"/api/v1/configurations/{node}/{pump.template_id}/"


def saved(company: Company, portal: Portal, pump: SolutionTemplateVersion) -> None:
    """Every way to save, and every way to be refused."""
    factory, line = company.factories["alpha"].pk, company.lines["alpha-1"].node.pk
    secret = {"value": {"user": "app", "password": NAMED}}
    portal.call("put", f"/api/v1/nodes/{factory}/secrets/sql/", secret)
    marked = {"values": {"Pin": MARKED, "Speed": 5}, "base": 0}
    portal.call("put", values(pump, factory), marked)
    stale = {"values": {"Pin": TYPED, "Speed": 9}, "base": 0}
    portal.call("put", values(pump, factory), stale, 412)
    portal.call("put", values(pump, line), {"values": {"Pin": BROKEN}, "base": 0}, 422)
    portal.call("put", values(pump, line), {"values": {"Pin": TYPED, "Speed": 6}, "base": 0})
    portal.call("put", values(pump, line), {"values": {"Pin": MARKED, "Speed": 7}, "base": 1})
    edits = [{"node": line, "values": {"Pin": TYPED}}]
    body = {"version": pump.pk, "edits": edits}
    portal.call("post", "/api/v1/configurations/impact/", body)
    form = f"/configure/nodes/{factory}/solutions/{pump.template_id}/"
    for word in (BROKEN, TYPED):
        portal.post(form, {"version": pump.pk, "base": 0, "v.Pin": word, "was.v.Pin": ""})
    portal.post(f"/configure/versions/{pump.pk}/check/", {"v.Pin": BROKEN})


def published(portal: Portal, pump: SolutionTemplateVersion, line: int) -> SolutionVersion:
    body = {"version": pump.pk, "targets": [line]}
    portal.call("post", "/api/v1/review/", body)
    portal.call("post", "/api/v1/publish/", body)
    made = SolutionVersion.objects.latest("pk")
    assert '"$secret"' in made.content
    return made


def deployed(company: Company, revision: SolutionVersion) -> Deployment:
    deployment = rollouts.deploy(company.root_user, [revision]).deployments.get()
    dispatch.advance_due()
    until(lambda: not Deployment.objects.get(pk=deployment.pk).active)
    deployment.refresh_from_db()
    return deployment


def looked_at(portal: Portal, pump: SolutionTemplateVersion, line: int) -> None:
    """Every page that a link leads to, and every list and row of the REST interface."""
    review = f"/configure/solutions/review/{line}/"
    starts = ["/", "/admin/", f"{review}?version={pump.pk}"]
    starts += [f"{review}configuration.yaml?version={pump.pk}"]
    assert portal.walk(*starts) > 60
    nouns = ["nodes", "targets", "agents", "solutions", "solution-versions", "instances"]
    nouns += ["revisions", "rollouts", "deployments", "events", "role-assignments"]
    for noun in nouns:
        rows = portal.call("get", f"/api/v1/{noun}/")["results"]
        for row in rows if noun != "events" else ():
            portal.get(f"/api/v1/{noun}/{row.get('id', '')}/")
    one, two = SolutionVersion.objects.order_by("pk")
    portal.get(f"/api/v1/revisions/{two.pk}/compare/", **{"with": one.pk})
    portal.get(f"{values(pump, line)}history/")
    portal.get(f"/configure/published/compare/?revision={one.pk}&revision={two.pk}")


def found_in(told: dict[str, str]) -> list[tuple[str, str]]:
    """Where one of the texts stands, with what is around it."""
    return [
        (place, text[max(0, at - 80) : at + 40])
        for place, text in told.items()
        for canary in TEXTS
        if (at := text.find(canary)) >= 0
    ]


def holding(folder: Path) -> set[Path]:
    """Files with one of the texts in them."""
    return {
        path
        for path in folder.rglob("*")
        if path.is_file() and any(text.encode() in path.read_bytes() for text in TEXTS)
    }


def found_at_site(paths: set[Path], folder: Path) -> None:
    """The program's configuration and what it printed, its owner's only."""
    assert {path.name for path in paths} == {"config.json", "c.json", "output.log"}
    for path in paths:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert path.is_relative_to(folder / "agent" / "instances")
    for path in paths - {path for path in paths if path.suffix == ".log"}:
        told = json.loads(path.read_text())
        assert (told["Pin"], told["Deep"], told["Word"]) == (MARKED, {"Again": MARKED}, NAMED)


def tables() -> Iterator[tuple[str, str]]:
    """Every row of every table, and where there is one file, its bytes."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  our tables
            yield table, repr(cursor.fetchall())
        if connection.vendor == "sqlite":
            yield "file", connection.connection.serialize().decode("utf-8", "replace")
