"""Work that would stop the loop (a statement that waits for the disk, a slow hash) in a native thread.

Where threads are greenlets, the job runs in gevent's pool of native threads and the caller's greenlet waits; elsewhere
it runs where it is called. A job must not touch locks or queues that greenlets use.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def threads_are_greenlets() -> bool:
    return type(threading.Lock()).__module__.startswith("gevent")


def run(job: Callable[[], T]) -> T:
    if not threads_are_greenlets():
        return job()
    import gevent

    result: T = gevent.get_hub().threadpool.apply(job)
    return result
