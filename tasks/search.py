"""What the archive has copied can be searched for."""

from __future__ import annotations

import rooms.indexing
from tasks.schedule import every
from tasks.worker import SLOW, store

SECONDS = 3


@every(SECONDS, queue=SLOW)
def index() -> None:
    rooms.indexing.index(store(), store().clock.now() + SECONDS * 1000)
