"""``manage.py import``: files as people bring them along load unchanged."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from orchestration.models import (
    ConfigurationRevision,
    Schema,
    SolutionTemplateVersion,
)
from orchestration.queries.reviewing import review
from tests.integration.conftest import Company

OWN = Path(__file__).resolve().parents[1] / "data"
# Real files of users of another product; they stay outside, and are read where they are.
REAL = Path(__file__).resolve().parents[3] / "shared" / "examples"

BASIC = [
    pytest.param(
        OWN / "basic",
        ("schema.yaml", "template.yaml", "specification.json", "values.yaml"),
        "mixerRules",
        id="own",
    )
]
SHARED = [pytest.param(OWN / "shared", ("sender", "collector"), "specification.json", id="own")]
if REAL.exists():
    BASIC.append(
        pytest.param(
            REAL / "basic-solution",
            ("shared-schema.yaml", "app-config-template.yaml", "specs.json", "config.yaml"),
            "priceDetectorSchema",
            id="real",
        )
    )
    SHARED.append(
        pytest.param(REAL / "shared-dependencies", ("fsad", "ssa"), "specs.json", id="real")
    )


def run(company: Company, **options: object) -> tuple[str, str]:
    """What the command prints, and what it warns of."""
    out, err = io.StringIO(), io.StringIO()
    call_command(
        "import",
        context=company.context.name,
        as_user=options.pop("as_user", "root"),
        stdout=out,
        stderr=err,
        **options,
    )
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize(("folder", "names", "template_says"), BASIC)
def test_a_whole_solution_loads_and_resolves(
    company: Company, folder: Path, names: tuple[str, ...], template_says: str
) -> None:
    schema, template, specification, values = (folder / name for name in names)
    out, err = run(
        company,
        schema=schema,
        template=template,
        specification=specification,
        values=values,
        schema_name="plantRules",
        schema_version="2.0.0",
        name="app",
        version="1.0.0",
        at="west/chicago/alpha",
        capability=["soap"],
    )
    assert "plantRules/2.0.0" in out
    assert f"{template_says}/1.0.0" in err  # the template says another name, which is told
    (line,) = review(
        company.root_user, SolutionTemplateVersion.objects.get(), [company.lines["alpha-1"]]
    )
    assert line.ok, line.resolution.problems
    assert line.resolution.components[0]["type"] == "helm.v3"


@pytest.mark.parametrize(("folder", "names", "template_says"), BASIC)
def test_names_are_taken_from_the_files_where_they_say_them(
    company: Company, folder: Path, names: tuple[str, ...], template_says: str
) -> None:
    schema, template, *_ = (folder / name for name in names)
    _, err = run(company, schema=schema, template=template, name="app", version="1.0.0")
    (made,) = Schema.objects.all()
    assert made.name != template_says
    assert "does not say its version" in err
    assert template_says in err


@pytest.mark.parametrize(("folder", "names", "specification"), SHARED)
def test_solutions_that_depend_on_each_other_load(
    company: Company, folder: Path, names: tuple[str, ...], specification: str
) -> None:
    for name in reversed(names):
        template = next(folder.glob(f"{name}*template.yaml"))
        _, err = run(
            company,
            schema=folder / f"{name}-schema.yaml",
            template=template,
            specification=folder / f"{name}-{specification}",
            name=name,
            version="1.0.0",
        )
        assert "does not say its name" in err
    assert SolutionTemplateVersion.objects.count() == 2


def test_importing_again_changes_nothing(company: Company) -> None:
    folder = OWN / "basic"
    for _ in range(2):
        run(
            company,
            schema=folder / "schema.yaml",
            template=folder / "template.yaml",
            values=folder / "values.yaml",
            name="app",
            version="1.0.0",
            at="west",
        )
    assert SolutionTemplateVersion.objects.count() == 1
    assert ConfigurationRevision.objects.get().values["MixSpeed"] == 70


def test_a_file_with_an_error_leaves_nothing_behind(company: Company, tmp_path: Path) -> None:
    broken = tmp_path / "template.yaml"
    broken.write_text("configs:\n  Speed: ${{$vall(Speed)}}\n")
    with pytest.raises(CommandError, match=r"(?s)template-refused.*Speed.*vall.*val"):
        run(
            company,
            schema=OWN / "basic" / "schema.yaml",
            schema_version="1.0.0",
            template=broken,
            name="a",
            version="1.0.0",
        )
    assert not Schema.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1, 2", r"document-unreadable.*line"),
        ("a: 1\na: 2", r"document-unreadable.*line 2"),
        ("- a", "document-unreadable"),
        ("rules:\n  configs:\n    Speed: {type: colour}", r"schema-refused.*Speed"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(
    company: Company, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "schema.yaml"
    file.write_text(text)
    with pytest.raises(CommandError, match=f"(?s){said}"):
        run(company, schema=file, schema_name="rules", schema_version="1.0.0")
    assert not Schema.objects.exists()


def test_whose_rights_count_is_said(company: Company) -> None:
    company.person("vera", "solution-viewer")
    folder = OWN / "basic"
    with pytest.raises(CommandError, match=r"right-missing \(right: .+, at: "):
        run(company, as_user="vera", schema=folder / "schema.yaml", schema_version="1.0.0")
    with pytest.raises(CommandError, match="nobody"):
        run(company, as_user="nobody", schema=folder / "schema.yaml")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "nothing-to-import"),
        ({"values": OWN / "basic" / "values.yaml"}, "place-missing"),
        ({"values": OWN / "basic" / "values.yaml", "at": "west"}, "solution-unknown"),
        ({"values": OWN / "basic" / "values.yaml", "at": "west/atlantis"}, "atlantis"),
        ({"schema": OWN / "absent.yaml"}, "cannot be read"),
        ({"schema": OWN / "basic" / "schema.yaml"}, "version-missing"),
        ({"template": OWN / "basic" / "template.yaml", "name": "a", "version": "one"}, "malformed"),
        ({"template": OWN / "basic" / "template.yaml", "version": "1.0.0"}, "name-missing"),
        (
            {"template": OWN / "basic" / "template.yaml", "name": "a", "version": "1.0.0"},
            "schema-unknown",
        ),
    ],
)
def test_what_cannot_be_done_is_said(
    company: Company, options: dict[str, object], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        run(company, **options)
