"""Who only spams is found."""

from __future__ import annotations

import rooms.spam
from tasks.schedule import every
from tasks.worker import SLOW, store


@every(300, queue=SLOW)
def clean() -> None:
    rooms.spam.clean(store())
