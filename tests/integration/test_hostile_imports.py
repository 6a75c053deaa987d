"""Hostile files that are imported: stored as they are or refused, never an error of ours."""

import pytest

from orchestration.models import SolutionTemplateVersion
from orchestration.services import configuration, importing
from orchestration.services.errors import Invalid
from tests.integration.conftest import Company
from tests.unit.expressions.hostile import READ, REFUSED

TEXTS = {name: text for name, (text, _) in (REFUSED | READ).items() if isinstance(text, str)}
GOOD = {
    "template": "configs: {k: '${{$val(k)}}'}",
    "schema": "rules: {configs: {k: {type: string}}}",
    "specification": "components: [{name: app, type: helm.v3, properties: {}}]",
    "values": "k: x",
}


def attempt(company: Company, **texts: str) -> bool:
    """Import, and say whether it was taken; any other outcome raises."""
    named = {"name": "app", "version": "1.0.0", "schema_name": "app", "schema_version": "1.0.0"}
    files = importing.Files(**named, at=company.factories["alpha"], **texts)
    try:
        importing.load(company.root_user, company.context, files)
    except Invalid:
        return False
    return True


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text_is_taken_or_refused(company: Company, text: str) -> None:
    for kind in GOOD:
        taken = attempt(company, **{**GOOD, kind: text or "#"})
        assert SolutionTemplateVersion.objects.exists() is taken
        if taken:
            SolutionTemplateVersion.objects.all().delete()


def test_values_that_no_database_holds_are_refused(company: Company) -> None:
    assert attempt(company, **GOOD)
    version = SolutionTemplateVersion.objects.get()
    factory = company.factories["alpha"]
    deep: object = 1
    for _ in range(10_000):
        deep = [deep]
    for value in ("x\0y", "\ud800", {"x\0": 1}, [float("inf")], deep):
        edit = configuration.Edit(factory, {"k": "x", "other": value}, base=1)
        with pytest.raises(Invalid) as caught:
            configuration.save(company.root_user, version, [edit])
        assert caught.value.code == "values-refused"
