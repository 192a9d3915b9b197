"""What is past its time goes, and the months to come are made."""

from __future__ import annotations

import rooms.network
import rooms.retention
from rooms.record import partitions
from tasks.schedule import every
from tasks.worker import SLOW, settings, store

HOUR = 3600
SWEEP_MS = 60_000


@every(HOUR, queue=SLOW)
def months() -> None:
    store().record.write(lambda c: partitions.make_ahead(c, store().clock.now()))


@every(HOUR, queue=SLOW)
def sweep() -> None:
    rooms.retention.sweep(store(), settings().retention_days, store().clock.now() + SWEEP_MS)


@every(10, queue=SLOW)
def network() -> None:
    rooms.network.sweep(store())


@every(HOUR, queue=SLOW)
def old_network() -> None:
    rooms.network.forget(store(), settings().network_log_days)
