"""Doing several things at the same moment, each in a thread of its own."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from django.db import connection

from orchestration.services.errors import ServiceError


def at_once(works: Sequence[Callable[[], object]]) -> list[object]:
    """Do all of it at the same moment; what was refused comes back as its error."""
    barrier = Barrier(len(works))

    def do(work: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=30)
            return work()
        except ServiceError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    """Begin the work in another thread, give it time to get as far as it can; end it after."""
    with ThreadPoolExecutor(1) as pool:
        going = pool.submit(lambda: at_once([work])[0])
        time.sleep(0.4)
        yield
    going.result()
