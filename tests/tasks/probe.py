"""A clock that only counts: `celery -A tests.tasks.probe …` runs it in processes of its own."""

from __future__ import annotations

from tasks.schedule import every
from tasks.worker import FAST, app, store

app.conf.include = []


@every(1, queue=FAST)
def count() -> None:
    now = store().clock.now()
    key = store().live.name("runs")
    store().live.command("RPUSH", key, str(now), key=key)
