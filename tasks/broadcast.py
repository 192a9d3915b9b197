"""Announcements to many walk on."""

from __future__ import annotations

import rooms.broadcast_walk
from tasks.schedule import every
from tasks.worker import SLOW, store


@every(2, queue=SLOW)
def broadcast() -> None:
    rooms.broadcast_walk.advance(store())
