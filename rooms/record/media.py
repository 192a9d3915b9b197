"""Pictures, voices, videos and files: what each is, how far it is worked on, and which messages show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, exists, insert, or_, select, update

from rooms.record import envelopes, tables
from rooms.record.asking import columns, put

WAITING, WORKING, READY, FAILED, GONE = "waiting", "working", "ready", "failed", "gone"


class Media(NamedTuple):
    """`variants` are the names of its files, with spaces between; `poster` is the picture that stands for a video.

    `held_until` is when who works on it counts as dead, or for what is gone, nothing.
    """

    id: str
    organization: str
    user: str
    type: str
    state: str
    name: str
    bytes: int
    width: int
    height: int
    millis: int
    poster: str
    variants: str
    progress: int
    tries: int
    held_until: int
    problem: str
    at: int


class Use(NamedTuple):
    """A message that shows it; `seq` 0 while the message is on its way to the log."""

    media: str
    channel: str
    seq: int
    at: int


_TABLE, _USES, _HELD, _USERS, _CHECKS = (
    tables.media, tables.media_uses, tables.held, tables.users, tables.checks)
_COLUMNS = columns(_TABLE, Media._fields)


def add(connection: Connection, media: Media) -> None:
    connection.execute(insert(_TABLE), media._asdict())


def one(connection: Connection, id: str) -> Media | None:  # noqa: A002 - the column's name
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == id)).one_or_none()
    return Media._make(row) if row else None


def many(connection: Connection, ids: Sequence[str]) -> dict[str, Media]:
    query = select(*_COLUMNS).where(_TABLE.c.id.in_(ids))
    return {row.id: Media._make(row) for row in connection.execute(query)}


def change(connection: Connection, id: str, states: Sequence[str], **values: Any) -> bool:  # noqa: A002
    """Sets columns while it is in one of these states; False when it is not."""
    statement = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.state.in_(states))
    return connection.execute(statement.values(**values)).rowcount > 0


def take(connection: Connection, id: str, now: int, until: int) -> bool:  # noqa: A002
    """True for the one who works on it: it waits, or who worked on it is dead."""
    free = or_(_TABLE.c.state == WAITING, (_TABLE.c.state == WORKING) & (_TABLE.c.held_until <= now))
    statement = update(_TABLE).where(_TABLE.c.id == id, free)
    return connection.execute(statement.values(
        state=WORKING, held_until=until, tries=_TABLE.c.tries + 1)).rowcount > 0


def due(connection: Connection, now: int, limit: int) -> list[str]:
    """What waits to be worked on, oldest first."""
    free = or_(_TABLE.c.state == WAITING, (_TABLE.c.state == WORKING) & (_TABLE.c.held_until <= now))
    return list(connection.scalars(select(_TABLE.c.id).where(free, _TABLE.c.type != "image").order_by(
        _TABLE.c.at).limit(limit)))


def jobs_of(connection: Connection, user: str, type: str, limit: int) -> list[Media]:  # noqa: A002
    """The newest of one type that this user asked for."""
    query = select(*_COLUMNS).where(_TABLE.c.user == user, _TABLE.c.type == type, _TABLE.c.state != GONE)
    return [Media._make(row) for row in connection.execute(query.order_by(_TABLE.c.at.desc()).limit(limit))]


def gone(connection: Connection, limit: int) -> list[Media]:
    """What is to be deleted from the store."""
    query = select(*_COLUMNS).where(_TABLE.c.state == GONE).order_by(_TABLE.c.at).limit(limit)
    return [Media._make(row) for row in connection.execute(query)]


def of_user(connection: Connection, user: str) -> list[Media]:
    query = select(*_COLUMNS).where(_TABLE.c.user == user, _TABLE.c.state != GONE).order_by(_TABLE.c.at)
    return [Media._make(row) for row in connection.execute(query)]


def unused(connection: Connection, before: int, limit: int) -> list[str]:
    """Older than that and shown by no message, nor the poster of what is shown, nor in a message that is held, nor the
    picture of its person, nor one that people have to look at; where what is held is sealed, nothing of its author goes
    before it is decided."""
    used = exists().where(_USES.c.media == _TABLE.c.id)
    waits = exists().where(_HELD.c.user == _TABLE.c.user, _HELD.c.state.in_(("waiting", "passing")),
                           _HELD.c.body.contains(_TABLE.c.id) | _HELD.c.body.startswith(envelopes.MARK))
    worn = exists().where(_USERS.c.id == _TABLE.c.user, _TABLE.c.type == "avatar",
                          _USERS.c.avatar.contains(_TABLE.c.id))
    doubtful = exists().where(_CHECKS.c.user == _TABLE.c.user, _TABLE.c.type == "avatar", _CHECKS.c.kind == "avatar",
                              _CHECKS.c.state == "people")
    query = select(_TABLE.c.id).where(_TABLE.c.at < before, _TABLE.c.state != GONE, ~used, ~waits, ~worn, ~doubtful)
    return list(connection.scalars(query.order_by(_TABLE.c.at).limit(limit)))


def remove(connection: Connection, ids: Sequence[str]) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.id.in_(ids), _TABLE.c.state == GONE))


def give(connection: Connection, user: str, to: str) -> None:
    connection.execute(update(_TABLE).where(_TABLE.c.user == user).values(user=to))


# which messages show it


def use(connection: Connection, uses: Iterable[Use]) -> None:
    put(connection, _USES, [each._asdict() for each in uses])


def used_in(connection: Connection, ids: Sequence[str]) -> dict[str, list[Use]]:
    """id → the messages that show it."""
    found: dict[str, list[Use]] = {}
    for row in connection.execute(select(*columns(_USES, Use._fields)).where(_USES.c.media.in_(ids))):
        found.setdefault(row.media, []).append(Use._make(row))
    return found


def drop(connection: Connection, channel: str, seqs: Sequence[int]) -> list[str]:
    """These messages show nothing any more; returns what no message shows now."""
    those = (_USES.c.channel == channel, _USES.c.seq.in_(seqs))
    dropped = sorted(set(connection.scalars(select(_USES.c.media).where(*those))))
    if not dropped:
        return []
    connection.execute(delete(_USES).where(*those))
    still = set(connection.scalars(select(_USES.c.media).where(_USES.c.media.in_(dropped))))
    return [media for media in dropped if media not in still]


def arrived(connection: Connection, channel: str, ids: Sequence[str]) -> None:
    """None of these is on its way any more."""
    connection.execute(delete(_USES).where(_USES.c.channel == channel, _USES.c.seq == 0, _USES.c.media.in_(ids)))


def forget_pending(connection: Connection, before: int) -> int:
    """Messages that were on their way so long ago are in the log, and known by their number, or never came."""
    return connection.execute(delete(_USES).where(_USES.c.seq == 0, _USES.c.at < before)).rowcount


def let_go(connection: Connection, ids: Sequence[str]) -> None:
    """Nobody sees them from now on; their files are deleted by whoever comes by."""
    if ids:
        connection.execute(update(_TABLE).where(_TABLE.c.id.in_(ids)).values(state=GONE))
        connection.execute(delete(_USES).where(_USES.c.media.in_(ids)))
