import time
from collections.abc import Callable
from threading import active_count

import pytest

from orchestration.models import WorkerHeartbeat
from portal.celery import app
from portal.embedded import EmbeddedWorker

pytestmark = pytest.mark.django_db(transaction=True)


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_worker_in_this_process_sweeps_and_stops_cleanly() -> None:
    threads = active_count()
    worker = EmbeddedWorker(app)
    worker.start()
    try:
        swept = wait_until(WorkerHeartbeat.objects.filter(name="sweep").exists)
        WorkerHeartbeat.objects.all().delete()
        app.send_task("orchestration.tasks.sweep")
        again = wait_until(WorkerHeartbeat.objects.filter(name="sweep").exists)
    finally:
        started = time.monotonic()
        worker.stop()
    assert swept
    assert again
    assert time.monotonic() - started < 5
    assert wait_until(lambda: active_count() <= threads, 5)
