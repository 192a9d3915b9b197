"""Entries that were archived. They never change; `frame` is the wire form as it was published, which lies packed, and
sealed where there is a master key (see `bodies`, `keyring`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Dialect, and_, delete, exists, func, insert, select, update

from rooms.events import COUNTED, Logged
from rooms.record import bodies, tables
from rooms.record import keyring as keyrings
from rooms.record.asking import columns, in_places
from rooms.record.keyring import Key

SCAN = 2_000

# Rows are fetched whole before they are opened: a statement that an error left half read would hold on to what SQLite
# looked like then, and the next to ask would see the past.


class Row(NamedTuple):
    channel: str
    seq: int
    epoch: str
    at: int
    op: str
    user: str
    door: str
    type: str
    client_id: str
    ordinal: int
    of: int | None
    frame: bytes


class Happened(NamedTuple):
    """An entry without its words, for those who count."""

    seq: int
    at: int
    op: str
    user: str
    door: str
    type: str


class ClientId(NamedTuple):
    user: str
    client_id: str
    epoch: str
    seq: int
    at: int


_TABLE = tables.entries


def add_many(connection: Connection, rows: Sequence[Row]) -> None:
    """All of them are new; a key that is there breaks the transaction."""
    if rows:
        keys = keyrings.of_channels(connection, {row.channel for row in rows})
        connection.execute(insert(_TABLE), [
            row._asdict() | {"frame": _closed(keys.get(row.channel), row)} for row in rows])


def between(connection: Connection, channel: str, first: int, last: int) -> dict[tuple[str, int], Row]:
    """(epoch, seq) → what the record holds, also of ends of the log that were lost."""
    query = select(*columns(_TABLE, Row._fields)).where(
        _TABLE.c.channel == channel, _TABLE.c.seq.between(first, last))
    return {(row.epoch, row.seq): _opened(connection, row) for row in connection.execute(query).all()}


def page(connection: Connection, channel: str, *, before: int | None = None, after: int | None = None,
         limit: int = 50) -> list[Logged]:
    """Entries of the log as it is now, ascending: those right above `after`, else the last ones (below `before`)."""
    bounds = [_TABLE.c.channel == channel, _not_lost()]
    if before is not None:
        bounds.append(_TABLE.c.seq < before)
    if after is not None:
        bounds.append(_TABLE.c.seq > after)
    query = select(*columns(_TABLE, Logged._fields)).where(*bounds).limit(limit)
    order = _TABLE.c.seq if after is not None else _TABLE.c.seq.desc()
    found = [Logged(seq, epoch, op, _frame(connection, channel, epoch, seq, frame))
             for seq, epoch, op, frame in connection.execute(query.order_by(order)).all()]
    return found if after is not None else found[::-1]


def happened(connection: Connection, channel: str, after: int, upto: int, limit: int) -> list[Happened]:
    """Entries above `after` up to `upto`, ascending."""
    query = select(*columns(_TABLE, Happened._fields)).where(
        _TABLE.c.channel == channel, _TABLE.c.seq > after, _TABLE.c.seq <= upto, _not_lost())
    return [Happened._make(row) for row in connection.execute(query.order_by(_TABLE.c.seq).limit(limit))]


def tip(connection: Connection, channel: str) -> int:
    """The highest seq that the record holds; 0 where there is none."""
    return connection.scalars(
        select(tables.channels.c.archived_seq).where(tables.channels.c.id == channel)).one_or_none() or 0


def ordinal_at(connection: Connection, channel: str, seq: int) -> int:
    """How many counted entries there are up to `seq`, as far as the record knows."""
    query = (select(_TABLE.c.ordinal).where(_TABLE.c.channel == channel, _TABLE.c.seq <= seq, _not_lost())
             .order_by(_TABLE.c.seq.desc()).limit(1))
    return connection.scalars(query).one_or_none() or 0


def said_above(connection: Connection, channel: str, seq: int) -> list[tuple[int, str]]:
    """(seq, user) of everything above `seq` that makes a channel unread."""
    query = select(_TABLE.c.seq, _TABLE.c.user).where(
        _TABLE.c.channel == channel, _TABLE.c.seq > seq, _TABLE.c.op.in_(COUNTED), _not_lost())
    return [(row.seq, row.user) for row in connection.execute(query)]


def own_above(connection: Connection, channel: str, user: str, seq: int, limit: int) -> list[int]:
    """The first of somebody's own among those."""
    query = select(_TABLE.c.seq).where(_TABLE.c.channel == channel, _TABLE.c.seq > seq, _TABLE.c.user == user,
                                       _TABLE.c.op.in_(COUNTED), _not_lost())
    return list(connection.scalars(query.order_by(_TABLE.c.seq).limit(limit)))


def one(connection: Connection, channel: str, seq: int) -> Row | None:
    query = select(*columns(_TABLE, Row._fields)).where(_TABLE.c.channel == channel, _TABLE.c.seq == seq, _not_lost())
    row = connection.execute(query).one_or_none()
    return _opened(connection, row) if row else None


def above(connection: Connection, channel: str, seq: int, until: int, limit: int) -> list[Row]:
    """Whole rows of the log as it is now, seq above `seq` up to `until`, ascending."""
    query = select(*columns(_TABLE, Row._fields)).where(
        _TABLE.c.channel == channel, _TABLE.c.seq > seq, _TABLE.c.seq <= until, _not_lost())
    return [_opened(connection, row) for row in connection.execute(query.order_by(_TABLE.c.seq).limit(limit)).all()]


def by_users(connection: Connection, channel: str, users: Collection[str], after: int, limit: int) -> list[Row]:
    """Whole rows of what these people did in one channel, ascending, also of ends of the log that were lost."""
    query = select(*columns(_TABLE, Row._fields)).where(
        _TABLE.c.channel == channel, _TABLE.c.user.in_(users), _TABLE.c.seq > after)
    return [_opened(connection, row) for row in list(connection.execute(query.order_by(_TABLE.c.seq).limit(limit)))]


def blank(connection: Connection, rows: Sequence[Row]) -> None:
    """These rows stand for what was erased: their frames take the place of what was said. Nothing else changes."""
    keys = keyrings.of_channels(connection, {row.channel for row in rows})
    for row in rows:
        connection.execute(update(_TABLE).where(
            _TABLE.c.channel == row.channel, _TABLE.c.seq == row.seq, _TABLE.c.epoch == row.epoch).values(
                frame=_closed(keys.get(row.channel), row), client_id=""))


def several(connection: Connection, wanted: Mapping[str, Collection[int]]) -> list[Row]:
    """Whole rows of several channels' logs as they are now: those of `wanted` that there are."""
    places, channels = in_places(connection, wanted)
    if not places:
        return []
    found = connection.exec_driver_sql(f"{_rows_as_they_are(connection.dialect)} AND ({places})", channels)
    return [_opened(connection, row) for row in found.all()]


def first(connection: Connection, channel: str) -> int:
    """The lowest seq that is still here; one above the archive's end where nothing is."""
    found = connection.scalars(select(func.min(_TABLE.c.seq)).where(_TABLE.c.channel == channel)).one_or_none()
    return found if found is not None else tip(connection, channel) + 1


def last_before(connection: Connection, channel: str, at: int) -> int:
    """The highest seq that was said before `at` (ms), 0 for none: found by halving, for time goes with the numbers."""
    low, high = first(connection, channel), tip(connection, channel)
    found = 0
    while low <= high:
        middle = (low + high) // 2
        query = (select(_TABLE.c.seq, _TABLE.c.at).where(_TABLE.c.channel == channel, _TABLE.c.seq >= middle)
                 .order_by(_TABLE.c.seq).limit(1))
        row = connection.execute(query).one_or_none()
        if row is None or row.at >= at:
            high = middle - 1
        else:
            found, low = row.seq, row.seq + 1
    return found


def remove_through(connection: Connection, channel: str, seq: int, limit: int) -> int:
    """Takes the oldest entries away, none above `seq`, about `limit` at a time; returns how many. For writes."""
    query = select(_TABLE.c.seq).where(_TABLE.c.channel == channel, _TABLE.c.seq <= seq)
    part = list(connection.scalars(query.order_by(_TABLE.c.seq).limit(limit)))
    if not part:
        return 0
    return connection.execute(delete(_TABLE).where(
        _TABLE.c.channel == channel, _TABLE.c.seq.between(part[0], part[-1]))).rowcount


def repack(connection: Connection, channel: str, after: int, limit: int) -> tuple[int, int]:
    """Packs, and seals where there is a master key, what above seq `after` lies otherwise, `limit` entries at a time.
    Returns the seq to go on from (0 at the end) and how many were changed. For writes."""
    key = keyrings.of_channels(connection, [channel]).get(channel)
    query = select(*columns(_TABLE, Row._fields)).where(_TABLE.c.channel == channel, _TABLE.c.seq > after)
    rows = [Row._make(row) for row in connection.execute(query.order_by(_TABLE.c.seq).limit(limit))]
    changed = 0
    for row in rows:
        if row.frame[:1] == bodies.SEALED:
            continue
        closed = _closed(key, row._replace(frame=bodies.unpacked(row.frame)))
        if closed != row.frame:
            connection.execute(update(_TABLE).where(
                _TABLE.c.channel == channel, _TABLE.c.seq == row.seq, _TABLE.c.epoch == row.epoch,
                _TABLE.c.at == row.at).values(frame=closed))
            changed += 1
    return (rows[-1].seq if len(rows) == limit else 0), changed


def recent_client_ids(connection: Connection, channel: str, since_ms: int) -> list[ClientId]:
    """Of what was said since then, newest first. The log's times hardly step back, so the scan ends at the first
    stretch that is older throughout."""
    fields = columns(_TABLE, ClientId._fields)
    query = select(*fields).where(_TABLE.c.channel == channel, _not_lost()).order_by(_TABLE.c.seq.desc())
    found: list[ClientId] = []
    for rows in _stretches(connection, query):
        recent = [row for row in rows if row.at >= since_ms]
        if not recent:
            break
        found += (row for row in recent if row.client_id)
    return found


def _closed(key: Key | None, row: Row) -> bytes:
    frame = bodies.packed(row.frame)
    return keyrings.seal(key, frame, _place(row.channel, row.epoch, row.seq)) if key else frame


def _opened(connection: Connection, row: Any) -> Row:
    found = Row._make(row)
    return found._replace(frame=_frame(connection, found.channel, found.epoch, found.seq, found.frame))


def _frame(connection: Connection, channel: str, epoch: str, seq: int, data: bytes) -> bytes:
    return bodies.unpacked(keyrings.unseal(connection, data, _place(channel, epoch, seq)))


def _place(channel: str, epoch: str, seq: int) -> str:
    return f"entries/{channel}/{epoch}/{seq}"


def _stretches(connection: Connection, query: Any) -> Iterator[list[ClientId]]:
    below: int | None = None
    while True:
        part = query if below is None else query.where(_TABLE.c.seq < below)
        rows = [ClientId._make(row) for row in connection.execute(part.limit(SCAN))]
        yield rows
        if len(rows) < SCAN:
            return
        below = rows[-1].seq


@cache
def _rows_as_they_are(dialect: Dialect) -> str:
    return str(select(*columns(_TABLE, Row._fields)).where(_not_lost()).compile(dialect=dialect))


def _not_lost() -> ColumnElement[bool]:
    """A later epoch that begins below an entry says that the entry's end of the log was lost."""
    own, later = tables.epochs.alias("own"), tables.epochs.alias("later")
    return ~exists().where(and_(
        own.c.channel == _TABLE.c.channel, own.c.epoch == _TABLE.c.epoch, later.c.channel == own.c.channel,
        later.c.number > own.c.number, later.c.after_seq < _TABLE.c.seq))
