"""Mutes and bans that stand. Whether one has ended is judged by the room's gate, on its own clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, or_, select

from rooms.record import envelopes, tables
from rooms.record.asking import columns, put


class Sanction(NamedTuple):
    """`kind` is mute or ban. An empty `channel` means the room, an empty `room` the organization; `until` 0: no end.
    The reason lies sealed where there is a master key."""

    organization: str
    room: str
    channel: str
    kind: str
    user: str
    until: int
    reason: str
    by: str
    at: int


_TABLE = tables.sanctions
_COLUMNS = columns(_TABLE, Sanction._fields)


def set_(connection: Connection, sanction: Sanction) -> None:
    """It takes the place of one of its kind in the same place."""
    put(connection, _TABLE, [envelopes.closed_in(connection, _TABLE.c.reason, sanction._asdict())])


def lift(connection: Connection, organization: str, room: str, channel: str, kind: str, user: str) -> bool:
    """False when there was none."""
    statement = delete(_TABLE).where(
        _TABLE.c.organization == organization, _TABLE.c.room == room, _TABLE.c.channel == channel,
        _TABLE.c.kind == kind, _TABLE.c.user == user)
    return connection.execute(statement).rowcount > 0


def of_room(connection: Connection, organization: str, room: str) -> Sequence[Sanction]:
    """All that hold in the room: its own, its channels', and the organization's; for its gate, which needs no reasons.
    They stay closed."""
    here = or_(_TABLE.c.room == room, _TABLE.c.room == "")
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization, here)
    return [Sanction._make(row) for row in connection.execute(query)]


def of_user(connection: Connection, organization: str, user: str) -> Sequence[Sanction]:
    query = select(*_COLUMNS).where(_TABLE.c.organization == organization, _TABLE.c.user == user)
    return [opened(connection, row) for row in connection.execute(query).all()]


def opened(connection: Connection, row: Any) -> Sanction:
    """A row of the table, with its reason to read."""
    return envelopes.opened_in(connection, _TABLE.c.reason, Sanction._make(row))


def give(connection: Connection, organization: str, user: str, to: str) -> None:
    """Whatever holds of one holds of the other, for the longer of the two times. The one who gives keeps theirs: they
    are nobody any more, and a request of theirs that is still under way meets them."""
    own = {(s.room, s.channel, s.kind): s for s in of_user(connection, organization, to)}
    for sanction in of_user(connection, organization, user):
        standing = own.get((sanction.room, sanction.channel, sanction.kind))
        if standing is None or _longer(sanction.until, standing.until):
            set_(connection, sanction._replace(user=to))


def bans(connection: Connection, organization: str, room: str, user: str) -> list[int]:
    """The ends of the bans from the whole room or the organization, 0 for those without one."""
    return ends(connection, organization, room, (), "ban", user)


def ends(connection: Connection, organization: str, room: str, channels: Sequence[str], kind: str,
         user: str) -> list[int]:
    """The ends of what was set of this kind, 0 for those without one: of the organization, the room or one of these of
    its channels."""
    query = select(_TABLE.c.until).where(
        _TABLE.c.organization == organization, _TABLE.c.room.in_(("", room)), _TABLE.c.channel.in_(("", *channels)),
        _TABLE.c.kind == kind, _TABLE.c.user == user)
    return list(connection.scalars(query))


def _longer(one: int, other: int) -> bool:
    return other != 0 and (one == 0 or one > other)
