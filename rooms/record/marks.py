"""Recalls, edits and pins: what changes how an entry stands, while the entry itself never changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, select

from rooms.record import tables
from rooms.record.asking import columns

MARKING = frozenset({"recalled", "edited", "pinned"})


class Mark(NamedTuple):
    channel: str
    seq: int
    epoch: str
    op: str
    of: int
    on: bool


_TABLE = tables.marks
_COLUMNS = columns(_TABLE, Mark._fields)


def add_many(connection: Connection, marks: Sequence[Mark]) -> None:
    if marks:
        connection.execute(insert(_TABLE), [mark._asdict() for mark in marks])


def recalled(connection: Connection, channel: str) -> list[int]:
    """The seqs that were recalled, ascending."""
    query = select(_TABLE.c.of).where(_TABLE.c.channel == channel, _TABLE.c.op == "recalled", _not_lost())
    return sorted(set(connection.scalars(query)))


def edited(connection: Connection, channel: str) -> dict[int, int]:
    """seq of a message → seq of the entry with its newest words."""
    query = select(_TABLE.c.of, func.max(_TABLE.c.seq)).where(
        _TABLE.c.channel == channel, _TABLE.c.op == "edited", _not_lost()).group_by(_TABLE.c.of)
    return {mark[0]: mark[1] for mark in connection.execute(query)}


def pinned(connection: Connection, channel: str) -> list[int]:
    """The seqs that are pinned now, in the order in which they were."""
    query = select(*_COLUMNS).where(_TABLE.c.channel == channel, _TABLE.c.op == "pinned", _not_lost())
    pins: dict[int, None] = {}
    for mark in map(Mark._make, connection.execute(query.order_by(_TABLE.c.seq))):
        pins.pop(mark.of, None)
        if mark.on:
            pins[mark.of] = None
    return list(pins)


def _not_lost() -> ColumnElement[bool]:
    """As for entries: a later epoch that begins below says that this end of the log was lost."""
    own, later = tables.epochs.alias("own"), tables.epochs.alias("later")
    return ~exists().where(and_(
        own.c.channel == _TABLE.c.channel, own.c.epoch == _TABLE.c.epoch, later.c.channel == own.c.channel,
        later.c.number > own.c.number, later.c.after_seq < _TABLE.c.seq))
