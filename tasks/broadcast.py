"""Announcements to many walk on."""

from __future__ import annotations

import rooms.broadcasts
from tasks.schedule import every
from tasks.worker import SLOW, store


@every(2, queue=SLOW)
def broadcast() -> None:
    rooms.broadcasts.advance(store())
