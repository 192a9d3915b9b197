"""The log goes to SQL."""

from __future__ import annotations

import rooms.archive
from tasks.schedule import every
from tasks.worker import FAST, store

SECONDS = 1


@every(SECONDS, queue=FAST)
def archive() -> None:
    rooms.archive.archive(store(), store().clock.now() + SECONDS * 1000)
