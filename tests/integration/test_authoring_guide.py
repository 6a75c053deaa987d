"""What the guide for authors shows is so: every example of it is run."""

import json
import re
import shlex
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from orchestration.expressions import load_yaml
from orchestration.models import ConfigurationRevision, SolutionTemplateVersion
from orchestration.resolution import (
    Draft,
    Outcome,
    Trial,
    TrialPlace,
    Written,
    check_draft,
    try_out,
)
from orchestration.services import contexts, places
from rbac.models import User

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "authoring.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"<!-- example: (\S+) -->\n```\w+\n(.*?)```", GUIDE, re.DOTALL))
ROW = re.compile(r"^\| `(.+?)` \| `(.+?)` \|$", re.MULTILINE)
TABLE = ROW.findall(GUIDE[GUIDE.index("<!-- example: expressions -->") :])


def files(folder: Path) -> None:
    for name, text in EXAMPLES.items():
        if name.endswith(".yaml"):
            (folder / name).write_text(text)


def tried(template: str, schema: str, specification: str = "") -> Outcome:
    draft = Draft(
        Written(template, "template"), Written(schema, "schema"), Written(specification, "spec")
    )
    way = (("Factory", "Berlin", "factory-values.yaml"), ("Line", "Line 3", "line-values.yaml"))
    path = [
        TrialPlace(
            level,
            name,
            Written(EXAMPLES[values], values),
            Written("timeZone: Europe/Berlin" if level == "Factory" else "", "about"),
        )
        for level, name, values in way
    ]
    target = Written("name: line-3\ndisplayName: Line 3", "target")
    return try_out(Trial(draft, path, target, "filler", ("Factory", "Line")))


def test_every_example_is_one_that_is_run() -> None:
    assert set(EXAMPLES) == {
        "filler-schema.yaml", "filler-template.yaml", "filler-specification.yaml",
        "factory-values.yaml", "line-values.yaml", "result.yaml", "wrong-template.yaml",
        "check-output", "import",
    }  # fmt: skip
    assert len(TABLE) > 10
    blocks = len(re.findall(r"^```\w+$", GUIDE, re.MULTILINE))
    assert blocks == len(EXAMPLES)


def test_the_line_gets_what_the_guide_says() -> None:
    outcome = tried(
        EXAMPLES["filler-template.yaml"],
        EXAMPLES["filler-schema.yaml"],
        EXAMPLES["filler-specification.yaml"],
    )
    assert outcome.findings == []
    assert outcome.resolution is not None
    assert outcome.resolution.configuration == load_yaml(EXAMPLES["result.yaml"])
    assert outcome.resolution.components[0]["properties"]["mode"] == "normal"
    origin = outcome.resolution.provenance["MaxTemperature"]
    assert (origin.name, origin.shadows[0].name) == ("Line 3", "Berlin")


def test_what_breaks_the_validation_is_refused_with_its_message() -> None:
    schema = EXAMPLES["filler-schema.yaml"].replace("defaultValue: 240", "defaultValue: 480")
    assert tried(EXAMPLES["filler-template.yaml"], schema).findings == []
    hotter = schema.replace("minValue: 20", "minValue: 20\n      defaultValue: 95")
    draft = Draft(Written(EXAMPLES["filler-template.yaml"], "template"), Written(hotter, "schema"))
    broker = Written("Broker: b", "values")
    place = TrialPlace("Factory", "f", broker, Written("timeZone: UTC", "about"))
    target = Written("displayName: x", "target")
    outcome = try_out(Trial(draft, [place], target, levels=("Factory",)))
    assert "must stay below 90" in outcome.findings[0].problem.message


@pytest.mark.parametrize(("written", "gives"), TABLE, ids=lambda one: str(one)[:40])
def test_an_expression_gives_what_the_guide_says(written: str, gives: str) -> None:
    template = json.dumps({"configs": {"x": written}})
    outcome = tried(template, EXAMPLES["filler-schema.yaml"])
    assert outcome.resolution is not None, outcome.findings
    configuration: Any = outcome.resolution.configuration
    assert json.dumps(configuration["x"], separators=(",", ":"), ensure_ascii=False) == gives


def test_the_check_says_what_the_guide_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files(tmp_path)
    monkeypatch.chdir(tmp_path)
    output = StringIO()
    command = re.search(r"^    python manage.py (check-template .*)$", GUIDE, re.MULTILINE)
    assert command is not None
    with pytest.raises(SystemExit):
        call_command(*shlex.split(command[1]), stdout=output)
    said = output.getvalue().splitlines()
    shown = EXAMPLES["check-output"].splitlines()
    assert said[: len(shown)] == shown
    assert (
        check_draft(
            Draft(
                Written(EXAMPLES["filler-template.yaml"], "template"),
                Written(EXAMPLES["filler-schema.yaml"], "schema"),
                Written(EXAMPLES["filler-specification.yaml"], "specification"),
            )
        )
        == []
    )


@pytest.mark.django_db
def test_the_files_can_be_imported_as_the_guide_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = User.objects.create_superuser("root")
    context = contexts.create(root, "contoso", ["Region", "Factory", "Line"])
    north = places.create_site(root, contexts.root_of(context), "north")
    berlin = places.create_site(root, north, "berlin")
    files(tmp_path)
    monkeypatch.chdir(tmp_path)
    _python, _manage, *arguments = shlex.split(EXAMPLES["import"])
    call_command(*arguments, stdout=StringIO(), stderr=StringIO())
    version = SolutionTemplateVersion.objects.get()
    assert (str(version.schema), version.warnings) == ("filler-rules/1.0.0", [])
    assert ConfigurationRevision.objects.get(node=berlin).values["MaxTemperature"] == 80
