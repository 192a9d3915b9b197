"""Announcements to many walk on."""

from __future__ import annotations

import rooms.broadcast_walk
import wechat.mass
from tasks.schedule import every
from tasks.worker import SLOW, settings, store


@every(5, queue=SLOW)
def mass() -> None:
    wechat.mass.send(store(), settings())


@every(2, queue=SLOW)
def broadcast() -> None:
    rooms.broadcast_walk.advance(store())
