import pytest
import yaml

from orchestration.resolution import Draft, Written, check_draft
from orchestration.resolution.starter import NAME, starter


def test_a_new_solution_has_nothing_to_remark_on() -> None:
    files = starter("washer", "contoso")
    draft = Draft(
        Written(files["template.yaml"], "template.yaml"),
        Written(files["schema.yaml"], "schema.yaml"),
        Written(files["specification.yaml"], "specification.yaml"),
    )
    assert [str(finding) for finding in check_draft(draft)] == []


def test_who_writes_a_solution_may_set_its_values_too() -> None:
    rules = yaml.safe_load(starter("washer", "contoso")["schema.yaml"])["rules"]["configs"]
    values = yaml.safe_load(starter("washer", "contoso")["values.yaml"])
    assert {key for key in values if "IT" not in rules[key].get("editableBy", ["IT"])} == set()


def test_name_and_context_stand_wherever_they_belong() -> None:
    text = "".join(starter("washer", "contoso").values())
    assert "@" not in text
    assert "name: washer-rules" in text
    assert "context: contoso" in text


@pytest.mark.parametrize("name", ["", "-a", "a-", "Washer", "a b", "a\n", "a" * 41, "x/y"])
def test_names_that_no_part_could_carry_are_refused(name: str) -> None:
    assert not NAME.fullmatch(name)
