"""How an organization's rooms have been for the last hours, minute by minute: what was said, and how many were there.

One field a minute in Redis, written by whoever looks first in that minute and by the clock. A hint for people, nothing
that is counted with: the archive's roll-ups are exact.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from rooms.overlooking import Overview
from rooms.store import Store

MINUTE_MS = 60_000
KEPT = 180
SHOWN = 60


class Minute(NamedTuple):
    """`said`: messages since the minute before; `present`: people at its beginning."""

    at: int
    said: int
    present: int


def note(store: Store, organization: str, seen: Overview) -> None:
    """Writes this minute down, if nobody has yet."""
    minute = store.clock.now() // MINUTE_MS
    if not store.live.once(f"pulse:{organization}:{minute}", 120):
        return
    talk, present = total(seen)
    key = _key(store, organization)
    gone = [str(old) for old in range(minute - KEPT - 10, minute - KEPT)]
    store.live.commands([(("HSET", key, str(minute), f"{talk} {present}"), key), (("HDEL", key, *gone), key),
                         (("PEXPIRE", key, str(KEPT * MINUTE_MS)), key)])


def minutes(store: Store, organization: str, seen: Overview) -> list[Minute]:
    """The last hour, oldest first, up to now; a minute in which nobody looked is left out, and what was said in it is
    counted to the next."""
    key, now = _key(store, organization), store.clock.now() // MINUTE_MS
    wanted = range(now - SHOWN, now + 1)
    texts = store.live.command("HMGET", key, *map(str, wanted), key=key)
    known = [(minute, *map(int, text.split())) for minute, text in zip(wanted, texts, strict=True) if text]
    known.append((now + 1, *total(seen)))
    return [Minute((after[0] - 1) * MINUTE_MS, max(0, after[1] - before[1]), after[2])
            for before, after in pairwise(known)]


def total(seen: Overview) -> tuple[int, int]:
    """(what was ever said, who is present) in all channels."""
    return (sum(state.talk for state in seen.states.values()), sum(state.present for state in seen.states.values()))


def _key(store: Store, organization: str) -> str:
    return store.live.name("pulse", organization)
