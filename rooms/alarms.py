"""Alarms stay open until somebody who has understood them closes them: the operator, and the audit says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rooms import auditing
from rooms.record import Connection, alarms, channels
from rooms.record.alarms import Alarm
from rooms.store import Store

SHOWN = 1_000
LONGEST_REASON = 200


class Open(NamedTuple):
    id: int
    alarm: Alarm


def open_ones(store: Store) -> Sequence[Open]:
    """The oldest thousand."""
    return [Open(id_, alarm) for id_, alarm in store.record.read(lambda c: alarms.open_ones(c, SHOWN))]


def close(store: Store, those: Sequence[int], because: str) -> list[int]:
    """Closes them and notes in the audit of whose channels they tell why; returns those that were open."""
    now = store.clock.now()

    def act(connection: Connection) -> list[int]:
        closed = []
        for id_ in those:
            found = alarms.close(connection, id_, now)
            if found is None:
                continue
            closed.append(id_)
            channel = channels.one(connection, found.channel) if found.channel else None
            if channel is not None:
                auditing.note(connection, store, None, channel.organization, "close_alarm", found.kind, channel.room,
                              channel.id, because[:LONGEST_REASON], {"alarm": id_, "seq": found.seq}, {})
        return closed

    return store.record.write(act)
