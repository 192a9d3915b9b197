"""Messages that were let through and are still on their way to the log."""

from __future__ import annotations

import rooms.held
from tasks.schedule import every
from tasks.worker import SLOW, store


@every(5, queue=SLOW)
def finish() -> None:
    rooms.held.finish(store())
