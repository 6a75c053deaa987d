"""The description is true for somebody who may do everything."""

from pathlib import Path

import pytest

from tests.integration.api.describing import believe


@pytest.mark.django_db(transaction=True)
def test_every_call_answers_as_described(tmp_path: Path) -> None:
    assert believe("admin", tmp_path, "--phases", "coverage") > 5_000
