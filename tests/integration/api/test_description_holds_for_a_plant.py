"""The description is true for somebody whose rights end at one plant."""

from pathlib import Path

import pytest

from tests.integration.api.describing import believe


@pytest.mark.django_db(transaction=True)
def test_calls_answer_as_described(tmp_path: Path) -> None:
    options = ("--phases", "fuzzing", "--max-examples", "10")
    assert believe("maas", tmp_path, *options) > 1_000
