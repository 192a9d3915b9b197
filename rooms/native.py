"""Work that would stop the loop (a statement that waits for the disk, a slow hash) in a native thread.

Where threads are greenlets, the job runs in gevent's pool of native threads and the caller's greenlet waits; elsewhere
it runs where it is called. A job must not touch locks or queues that greenlets use.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar, cast

T = TypeVar("T")


def threads_are_greenlets() -> bool:
    return type(threading.Lock()).__module__.startswith("gevent")


def run(job: Callable[[], T]) -> T:
    if not threads_are_greenlets():
        return job()
    import gevent

    result, error = gevent.get_hub().threadpool.apply(_caught, (job,))
    if error is not None:
        raise error
    return cast(T, result)


def _caught(job: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    """Gevent prints what a job raises, with all that it says: so a job raises nothing."""
    try:
        return job(), None
    except BaseException as error:
        return None, error
