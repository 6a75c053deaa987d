"""The reference of the REST interface is fresh, and its examples name calls there are."""

import re
from pathlib import Path

import pytest

from portal.api.reference import HEAD, reference
from portal.api.schema import described

PAGE = Path(__file__).parents[2] / "docs" / "rest.md"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run: manage.py document-rest"


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\$SERVER(/api/[\w/-]+/)", HEAD))))
def test_an_example_names_a_call_there_is(path: str) -> None:
    assert path in described()["paths"]
