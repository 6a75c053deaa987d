from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from orchestration.models import WorkerHeartbeat
from orchestration.services import sweep
from portal.web import health

pytestmark = pytest.mark.django_db


def test_all_is_well_after_a_sweep(client: Client) -> None:
    sweep.run()
    response = client.get("/healthz")
    assert response.status_code == HTTPStatus.OK
    assert response.json() == {
        "status": "ok",
        "database": "ok",
        "migrations": "ok",
        "workers": "ok",
        "secrets": "ok",
    }


def test_workers_that_never_swept_are_seen(client: Client) -> None:
    response = client.get("/healthz")
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.json()["workers"] == "no sweep yet"


def test_workers_that_fell_silent_are_seen(client: Client) -> None:
    ago = timezone.now() - timedelta(seconds=31)
    WorkerHeartbeat.objects.create(name=health.SWEEP, at=ago)
    response = client.get("/healthz")
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.json()["workers"].startswith("no sweep for 3")


def test_a_database_that_is_away_is_seen(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> str:
        raise OperationalError("connection refused: 10.1.2.3")

    checks: tuple[Callable[[], str], ...] = (unreachable,)
    monkeypatch.setattr(health, "CHECKS", checks)
    response = client.get("/healthz")
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.json() == {"status": "failing", "unreachable": "unreachable"}


def test_health_is_only_read(client: Client) -> None:
    assert client.post("/healthz").status_code == HTTPStatus.METHOD_NOT_ALLOWED
