"""What happened is counted, for the console's charts."""

from __future__ import annotations

import rooms.rollups
import rooms.sessions
from tasks.schedule import every
from tasks.worker import SLOW, store

SECONDS = 20


@every(SECONDS, queue=SLOW)
def roll() -> None:
    rooms.rollups.roll(store(), store().clock.now() + SECONDS * 1000)


@every(60, queue=SLOW)
def sample() -> None:
    rooms.rollups.sample(store())


@every(300, queue=SLOW)
def recount() -> None:
    rooms.rollups.recount(store())


@every(3600, queue=SLOW)
def forget_sessions() -> None:
    rooms.sessions.forget_expired(store())
