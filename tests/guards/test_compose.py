"""docker-compose.yml fits together, wherever no engine can say so."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
KEYS = {
    "build", "command", "depends_on", "environment", "healthcheck", "image", "ports", "restart",
    "volumes",
}  # fmt: skip
CONDITIONS = {"service_healthy", "service_completed_successfully"}


@pytest.fixture
def services() -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load(TEXT)["services"])


def test_every_part_of_the_product_is_there(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {"migrate", "web", "worker", "beat", "agent", "postgres", "redis"}
    assert all("image" in service or "build" in service for service in services.values())


def test_services_say_only_what_compose_knows(services: dict[str, dict[str, Any]]) -> None:
    assert set().union(*services.values()) <= KEYS


def test_services_wait_for_what_exists(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        for name, how in service.get("depends_on", {}).items():
            assert how["condition"] in CONDITIONS
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[name]


def test_volumes_are_declared(services: dict[str, dict[str, Any]]) -> None:
    used = {
        volume.split(":")[0]
        for service in services.values()
        for volume in service.get("volumes", [])
    }
    assert used == set(yaml.safe_load(TEXT)["volumes"])


def test_no_secret_has_a_default() -> None:
    for name in ("SECRET_KEY", "SITEWRIGHT_SECRET_KEYS", "POSTGRES_PASSWORD"):
        assert set(re.findall(rf"\$\{{{name}([^}}]*)\}}", TEXT)) == {f":?set {name} in .env"}


def test_only_the_proxy_of_this_host_reaches_the_portal(
    services: dict[str, dict[str, Any]],
) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:${PORT:-8000}:8000"]


def test_every_command_of_ours_is_a_program_of_ours(services: dict[str, dict[str, Any]]) -> None:
    modules = {
        command[2]
        for service in services.values()
        if (command := service.get("command", [""]))[:2] == ["python", "-m"]
    }
    assert modules == {"agent", "portal"}
    assert all((ROOT / module / "__main__.py").exists() for module in modules)
