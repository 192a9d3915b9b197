"""Organizations' own servers hear what happens."""

from __future__ import annotations

import console.outgoing
import rooms.webhooks
from tasks.schedule import every
from tasks.worker import SLOW, settings, store


@every(2, queue=SLOW)
def follow() -> None:
    rooms.webhooks.follow(store(), store().clock.now() + 2_000)


@every(2, queue=SLOW)
def call() -> None:
    console.outgoing.call_due(store(), settings().webhooks_to_private == "yes")


@every(3600, queue=SLOW)
def forget() -> None:
    rooms.webhooks.forget(store())
