"""A Celery worker and beat as threads of the web process, when no broker is configured.

The threads pool ignores time limits and cannot be terminated: what waits must time out by itself.
The in-memory broker forgets at exit; the sweep at the next start finds the rows.
"""

import logging
import time
from threading import Event, Thread
from typing import cast

from celery import Celery
from celery.beat import EmbeddedService, Scheduler
from celery.worker import WorkController

CONCURRENCY = 4
NAP = 1  # second
START_WITHIN = 60.0  # seconds; a fraction of one on a machine that is not busy
STOP_WITHIN = 10.0  # seconds
log = logging.getLogger(__name__)


class EmbeddedWorker:
    """Worker and beat of one process; `start` and `stop` may each be called once."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._ready = Event()
        # A scheduler in memory: the stock one keeps a file of what it did last. Its naps are short,
        # because a stop waits for the end of one.
        service = EmbeddedService(app, max_interval=NAP, thread=True, scheduler_cls=Scheduler)
        self._beat = cast("Thread", service)
        self._worker: WorkController | None = None
        self._thread = Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Start both; returns once the worker takes messages.

        Raises RuntimeError when it does not within `START_WITHIN`, or ends instead.
        """
        self._thread.start()
        until = time.monotonic() + START_WITHIN
        while not self._ready.wait(0.1):
            if not self._thread.is_alive() or time.monotonic() > until:
                raise RuntimeError("the embedded worker did not start")
        self._app.send_task("orchestration.tasks.sweep")  # what was due while we were away
        self._beat.start()

    def stop(self) -> None:
        """Let running tasks finish, for at most `STOP_WITHIN`, and stop both."""
        self._beat.stop()  # type: ignore[attr-defined]  # of Celery's own subclass
        if self._worker is not None:
            self._worker.stop()
        self._thread.join(STOP_WITHIN)
        if self._thread.is_alive():
            log.warning("worker.still-busy")

    def _run(self) -> None:
        # Not celery.apps.worker.Worker: that one installs signal handlers, which only the main
        # thread may do and the web server needs itself.
        self._worker = WorkController(
            app=self._app,
            pool="threads",
            concurrency=CONCURRENCY,
            hostname="embedded@localhost",
            loglevel=logging.WARNING,
            ready_callback=lambda _consumer: self._ready.set(),
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            quiet=True,
        )
        self._worker.start()
