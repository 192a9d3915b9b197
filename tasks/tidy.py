"""What died without a word is put away, and lost hints are found again."""

from __future__ import annotations

import rooms.reactions
import rooms.tidy
from tasks.schedule import every
from tasks.worker import SLOW, store


@every(30, queue=SLOW)
def tidy() -> None:
    rooms.tidy.tidy(store())


@every(60, queue=SLOW)
def find_lost_hints() -> None:
    rooms.tidy.find_lost_hints(store())


@every(10, queue=SLOW)
def reactions() -> None:
    rooms.reactions.sweep(store())
