"""Who put which emoji under which message, as swept from Redis."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, and_, delete, insert, or_, select

from rooms.record import tables
from rooms.record.asking import in_places

_TABLE = tables.reactions

Standing = tuple[int, str, Sequence[str]]
"""(seq, user, emojis)"""


def set_many(connection: Connection, channel: str, standing: Sequence[Standing]) -> None:
    """They take the place of what these people had under these messages."""
    if not standing:
        return
    places = or_(*(and_(_TABLE.c.seq == seq, _TABLE.c.user == user) for seq, user, _ in standing))
    connection.execute(delete(_TABLE).where(_TABLE.c.channel == channel, places))
    rows = [{"channel": channel, "seq": seq, "user": user, "emoji": emoji}
            for seq, user, emojis in standing for emoji in emojis]
    if rows:
        connection.execute(insert(_TABLE), rows)


def counts(connection: Connection, wanted: Mapping[str, Collection[int]]) -> dict[str, dict[int, dict[str, int]]]:
    """channel → seq → emoji → how many, for the entries of `wanted` that have any."""
    places, channels = in_places(connection, wanted)
    found: dict[str, dict[int, dict[str, int]]] = {}
    rows = connection.exec_driver_sql(
        f"SELECT channel, seq, emoji, count(*) FROM {_TABLE.name} WHERE {places}"  # noqa: S608 - see in_places
        " GROUP BY channel, seq, emoji ORDER BY channel, seq, emoji", channels).all() if places else ()
    for channel, seq, emoji, many in rows:
        found.setdefault(channel, {}).setdefault(seq, {})[emoji] = many
    return found


def above(connection: Connection, channel: str, seq: int) -> dict[tuple[int, str], list[str]]:
    """(seq, user) → emojis, of the messages above `seq`."""
    query = select(_TABLE.c.seq, _TABLE.c.user, _TABLE.c.emoji).where(_TABLE.c.channel == channel, _TABLE.c.seq > seq)
    found: dict[tuple[int, str], list[str]] = {}
    for place, user, emoji in connection.execute(query.order_by(_TABLE.c.seq, _TABLE.c.user, _TABLE.c.emoji)):
        found.setdefault((place, user), []).append(emoji)
    return found


def remove_user(connection: Connection, user: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.user == user))
