"""Voices and videos become playable; what nobody wants any more is deleted."""

from __future__ import annotations

import media.work
from media.intake import house
from tasks.schedule import every
from tasks.worker import SLOW, settings, store

AT_MOST_MS = 5_000
"""How long one round goes on taking up new work; the last piece may take longer."""


@every(1, queue=SLOW)
def work() -> None:
    media.work.work(house(store(), settings()), store().clock.now() + AT_MOST_MS)


@every(5, queue=SLOW)
def sweep() -> None:
    media.work.sweep(house(store(), settings()))
