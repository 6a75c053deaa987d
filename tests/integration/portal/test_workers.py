import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers import redis

ROOT = Path(__file__).resolve().parents[3]
SHOW = (
    "import django; django.setup();"
    "from orchestration.models import WorkerHeartbeat as W;"
    "print(*W.objects.values_list('name', flat=True))"
)
SWEEPS_WITHIN = 40.0  # seconds


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A set-up with a broker of its own and no web server."""
    with redis(tmp_path) as url:
        yield {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "SITEWRIGHT_DATA_DIR": str(tmp_path),
            "DATABASE_URL": "",
            "REDIS_URL": url,
        }


@contextmanager
def running(environment: dict[str, str], *arguments: str) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def output(environment: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_a_worker_and_a_beat_of_their_own_sweep(
    environment: dict[str, str], tmp_path: Path
) -> None:
    output(environment, "manage.py", "migrate", "--verbosity", "0")
    celery = ("-m", "celery", "--app", "portal")
    deadline = time.monotonic() + SWEEPS_WITHIN
    with (
        running(environment, *celery, "worker", "--concurrency", "1"),
        running(environment, *celery, "beat", "--schedule", str(tmp_path / "beat")),
    ):
        while output(environment, "-c", SHOW) != "sweep" and time.monotonic() < deadline:
            time.sleep(0.5)
        assert output(environment, "-c", SHOW) == "sweep"
