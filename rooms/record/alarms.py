"""What must never happen and did, kept until somebody has looked at it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from rooms.record import keyring, tables
from rooms.record.asking import columns


class Alarm(NamedTuple):
    """`content` is what could not be kept where it belongs: it lies sealed where there is a master key."""

    at: int
    kind: str
    channel: str | None
    epoch: str | None
    seq: int | None
    detail: str
    content: bytes | None


_TABLE = tables.alarms
_COLUMNS = columns(_TABLE, Alarm._fields)


def sound(connection: Connection, alarms: Sequence[Alarm]) -> None:
    if alarms:
        keys = keyring.of_channels(connection, {alarm.channel for alarm in alarms if alarm.channel and alarm.content})
        connection.execute(insert(_TABLE), [
            alarm._asdict() | {"content": _closed(keys.get(alarm.channel or ""), alarm)} for alarm in alarms])


def open_ones(connection: Connection, limit: int = 100) -> Sequence[tuple[int, Alarm]]:
    """(id, alarm), the oldest first."""
    query = select(_TABLE.c.id, *_COLUMNS).where(_TABLE.c.closed_at.is_(None)).order_by(_TABLE.c.at, _TABLE.c.id)
    return [(row[0], _opened(connection, Alarm._make(row[1:]))) for row in connection.execute(query.limit(limit)).all()]


def count_open(connection: Connection) -> int:
    query = select(func.count()).select_from(_TABLE).where(_TABLE.c.closed_at.is_(None))
    return connection.scalars(query).one()


def close(connection: Connection, id: int, at: int) -> Alarm | None:  # noqa: A002 - the column's name
    """What it said, but for its content; None where no such alarm is open."""
    still = (_TABLE.c.id == id) & _TABLE.c.closed_at.is_(None)
    row = connection.execute(select(*_COLUMNS).where(still)).one_or_none()
    if row is None or not connection.execute(update(_TABLE).where(still).values(closed_at=at)).rowcount:
        return None
    return Alarm._make(row)._replace(content=None)


def _closed(key: keyring.Key | None, alarm: Alarm) -> bytes | None:
    return keyring.seal(key, alarm.content, _place(alarm)) if key and alarm.content else alarm.content


def _opened(connection: Connection, alarm: Alarm) -> Alarm:
    """Without its content where the key was erased."""
    try:
        content = keyring.unseal(connection, alarm.content, _place(alarm)) if alarm.content else alarm.content
    except keyring.ErasedError:
        content = None
    return alarm._replace(content=content)


def _place(alarm: Alarm) -> str:
    return f"alarms/{alarm.channel}/{alarm.epoch}/{alarm.seq}/{alarm.at}"
