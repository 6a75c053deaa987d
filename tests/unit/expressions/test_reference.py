"""The page about functions is the one that their declarations give."""

from pathlib import Path

from django.core.management import call_command

from orchestration.expressions.functions import FAMILIES, declared
from orchestration.expressions.reference import reference

PAGE = Path(__file__).parents[3] / "docs" / "expressions.md"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference()


def test_every_function_is_on_it() -> None:
    page = reference()
    for family in FAMILIES:
        for function in declared(family):
            assert f"`{function.signature}`" in page
            assert function.summary in page


def test_command_writes_it(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    call_command("document-expressions", "--to", str(page), verbosity=0)
    assert page.read_text(encoding="utf-8") == reference()
