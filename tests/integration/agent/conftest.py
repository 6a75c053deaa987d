"""A control plane and a site for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.agent.site import Site
from tests.integration.agent.stand_in import StandInControlPlane


@pytest.fixture
def plane() -> Iterator[StandInControlPlane]:
    plane = StandInControlPlane()
    plane.start()
    yield plane
    plane.stop()
    assert plane.violations == []


@pytest.fixture
def site(plane: StandInControlPlane, tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path / "data", plane)
    yield site
    site.clean_up()
