"""What every test shares: which suites may open sockets."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Machines may be busy: no test is about time, and none fails because making examples took long.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("patient")

TESTS = Path(__file__).parent
WITH_SOCKETS = (TESTS / "integration", TESTS / "e2e")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in WITH_SOCKETS):
            item.add_marker(pytest.mark.enable_socket)
