"""Who put which emoji under which message, as swept from Redis."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, delete, func, insert, or_, select

from rooms.record import tables

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


def counts(connection: Connection, channel: str, seqs: Sequence[int]) -> dict[int, dict[str, int]]:
    query = select(_TABLE.c.seq, _TABLE.c.emoji, func.count().label("many")).where(
        _TABLE.c.channel == channel, _TABLE.c.seq.in_(seqs)).group_by(_TABLE.c.seq, _TABLE.c.emoji)
    found: dict[int, dict[str, int]] = {}
    for seq, emoji, many in connection.execute(query.order_by(_TABLE.c.seq, _TABLE.c.emoji)):
        found.setdefault(seq, {})[emoji] = many
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
