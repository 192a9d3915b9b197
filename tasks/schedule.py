"""What repeats. A slot of time is taken once, however many beats run; a task that comes after its slot expires."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from celery import Task

from rooms.errors import Refused
from rooms.store import Store
from tasks.worker import app, store

log = structlog.get_logger(__name__)

Body = Callable[[], Any]


def every(seconds: int, queue: str) -> Callable[[Body], Task[..., None]]:
    """Makes a task of `body` that runs once in each slot of `seconds`.

    A refusal of the core (Redis or SQL is away) is a line in the log, not an error: the next slot tries again.
    """

    def make(body: Body) -> Task[..., None]:
        name = f"{body.__module__}.{body.__name__}"

        @app.task(name=name)
        @wraps(body)
        def run() -> None:
            try:
                if take(store(), name, seconds):
                    body()
            except Refused as refused:
                log.warning("put off", task=name, reason=refused.message)

        app.add_periodic_task(seconds, run.s(), name=name, queue=queue, expires=seconds * 3)
        task: Task[..., None] = run
        return task

    return make


def take(held: Store, name: str, seconds: int) -> bool:
    """True for one caller in each slot."""
    slot = held.clock.now() // (seconds * 1000)
    return held.live.once(f"slot:{name}:{slot}", math.ceil(seconds) * 2)
