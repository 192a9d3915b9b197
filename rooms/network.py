"""The network log, which the law asks for: who came in when and from which address. What they said and when is in the
entries; this log is kept apart from them, longer than they may be, and names nobody who was erased. Of followers it
says when they wrote, without an address: between them and us stand WeChat's servers.

Noting must cost nothing where many come in at once: a line goes into a list in Redis, and the clock takes the lines to
the record, summed up by the hour. With the log's last seconds those of this list may be lost.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rooms.errors import Refused
from rooms.live.live import token
from rooms.record import Connection, aliases, network, users
from rooms.record.network import Seen
from rooms.store import Store

LOGIN, SOCKET, WECHAT = "login", "socket", "wechat"
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
LEAST_DAYS = 183
"""Six months, whatever is set."""
MOST_WAITING = 200_000
"""Lines that wait for the clock: beyond these the oldest go, and the count of a broken clock stays bounded."""
TOGETHER, ROUNDS = 1_000, 50
LONGEST_ADDRESS = 45
LOCK_MS = 60_000


class _Line(msgspec.Struct, array_like=True):
    organization: str
    user: str
    what: str
    address: str
    at: int


_decoder = msgspec.json.Decoder(_Line)


def note(store: Store, organization: str, user: str, what: str, address: str) -> None:
    """Never waits."""
    key = _key(store)
    line = msgspec.json.encode(_Line(organization, user, what, address[:LONGEST_ADDRESS], store.clock.now()))

    def bound(length: int | Refused) -> None:
        if isinstance(length, int) and length > MOST_WAITING:
            store.live.tell("LTRIM", key, str(-MOST_WAITING), "-1", key=key)

    store.live.tell("RPUSH", key, line, key=key, then=bound)


def sweep(store: Store) -> int:
    """Takes what was noted to the record; returns how many lines. Safe to run in several places: one does it."""
    lock, mine, done = store.live.name("network", "lock"), token(), 0
    if not store.live.set(lock, mine, px=LOCK_MS, nx=True):
        return 0
    try:
        key = _key(store)
        for _ in range(ROUNDS):
            lines = store.live.command("LRANGE", key, "0", str(TOGETHER - 1), key=key)
            if not lines:
                break
            seen = _summed(lines)
            store.record.write(lambda c, seen=seen: network.add_up(c, _hidden(store, c, seen)))  # type: ignore[misc]
            if store.live.get(lock) != mine.encode():  # another took it over, and the lines with it
                break
            store.live.command("LTRIM", key, str(len(lines)), "-1", key=key)
            done += len(lines)
    finally:
        store.live.delete_if(lock, mine)
    return done


def of(store: Store, organization: str, user: str, limit: int = 1_000) -> Sequence[Seen]:
    """What is known of somebody, the newest first; also of who was erased, for who still knows their id."""
    now = list(store.record.read(lambda c: network.of_user(c, organization, user, limit)))
    hidden = hash_of(store, organization, user)
    return now or store.record.read(lambda c: network.of_user(c, organization, hidden, limit))


def erase(store: Store, organization: str, user: str) -> None:
    """They and everybody they were stand under a keyed hash of the id from now on. Call it once the record says that
    they are erased: what is swept later, or is being swept now, then comes under the hash by itself."""
    sweep(store)
    theirs = store.record.read(lambda c: [user, *(alias.user for alias in aliases.of(c, user))])
    for each in theirs:
        hidden = hash_of(store, organization, each)
        store.record.write(lambda c, each=each, hidden=hidden: network.rename(c, organization, each, hidden))  # type: ignore[misc]


def forget(store: Store, days: int) -> int:
    """Removes what is older; returns how many lines. Never less than six months are kept."""
    before = store.clock.now() - max(days, LEAST_DAYS) * DAY_MS
    removed = 0
    for _ in range(ROUNDS):
        some = store.record.write(lambda c: network.remove_before(c, before, TOGETHER))
        removed += some
        if some < TOGETHER:
            break
    return removed


def hash_of(store: Store, organization: str, user: str) -> str:
    return store.record.vault.digest("network", organization, user)


def _hidden(store: Store, connection: Connection, seen: Sequence[Seen]) -> list[Seen]:
    """Of who was erased after it was noted, under their hash."""
    gone = users.erased(connection, sorted({one.user for one in seen}))
    return [one._replace(user=hash_of(store, one.organization, one.user)) if one.user in gone else one for one in seen]


def _summed(lines: Sequence[bytes]) -> list[Seen]:
    summed: dict[tuple[str, str, int, str, str], Seen] = {}
    for line in map(_decoder.decode, lines):
        hour = line.at // HOUR_MS * HOUR_MS
        place = (line.organization, line.user, hour, line.what, line.address)
        known = summed.get(place, Seen(*place, line.at, line.at, 0))
        summed[place] = known._replace(first_at=min(known.first_at, line.at), last_at=max(known.last_at, line.at),
                                       times=known.times + 1)
    return [summed[place] for place in sorted(summed)]


def _key(store: Store) -> str:
    return store.live.name("network")
