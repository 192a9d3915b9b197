"""Followers: people who take part through an Official Account. Where their words go, and whether they can be reached.

The record is the authority; a face may keep what it reads here, as long as it hears of every change it makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rooms import identities
from rooms.events import Person
from rooms.identities import Of
from rooms.record import followers
from rooms.record.followers import Follower
from rooms.store import Store

__all__ = ["FOR_GOOD", "Follower", "came", "keep_quiet", "known", "note_seen", "of_user", "of_users", "saw",
           "state_key", "stay_in", "unreachable", "went"]

SEEN, SEEN_TOGETHER = "seen", 1_000
FOR_GOOD = 9_999_999_999_999
"""A time that does not come."""


def known(store: Store, appid: str, person: Person, openid: str) -> Follower:
    """What is remembered of this follower; remembers them from now on."""
    def look(connection: Any) -> Follower:
        found = followers.one(connection, appid, openid)
        if found is not None:
            return found
        fresh = Follower(appid, openid, person.id, None, 0, store.clock.now())
        followers.add(connection, fresh)
        return fresh

    return store.record.write(look)


def of_user(store: Store, user: str) -> list[Follower]:
    """The person as a follower of each account they follow."""
    return list(store.record.read(lambda c: followers.of_users(c, [user])))


def of_users(store: Store, users: Sequence[str]) -> list[Follower]:
    """The same for many."""
    return list(store.record.read(lambda c: followers.of_users(c, users)))


def stay_in(store: Store, appid: str, openid: str, channel: str | None) -> None:
    """What they say goes to this channel from now on, or nowhere."""
    store.record.write(lambda c: followers.change(c, appid, openid, current_channel=channel))


def keep_quiet(store: Store, appid: str, openid: str, until: int) -> int:
    """Nothing is sent to them before `until` (ms; 0 ends it); returns what stood before."""
    def act(connection: Any) -> int:
        found = followers.one(connection, appid, openid)
        followers.change(connection, appid, openid, quiet_until=until)
        return found.quiet_until if found else 0

    return store.record.write(act)


def came(store: Store, account: Of, openid: str) -> None:
    """They follow, for the first time or again."""
    identities.subscribed(store, account, openid)
    store.record.write(lambda c: followers.change(
        c, account.appid, openid, reachable=True, seen_at=store.clock.now()))


def went(store: Store, account: Of, openid: str) -> None:
    """They follow no more: nothing is sent, the windows they opened are over, and their data is cleared."""
    identities.unsubscribed(store, account, openid)
    unreachable(store, account.appid, openid)
    identities.clear(store, account, openid)


def state_key(store: Store, appid: str, openid: str) -> str:
    """Where in Redis a face keeps what it needs of a follower at every push: when they acted, where they are."""
    return store.live.name("follower", f"{{{appid}:{openid}}}")


def saw(store: Store, appid: str, openid: str) -> None:
    """They were here today. Nobody waits for it; `note_seen` writes it down."""
    store.live.hint(SEEN, f"{appid} {openid}", surely=True)


def note_seen(store: Store) -> int:
    """Writes down who was here; returns how many. What is lost is told again tomorrow."""
    seen, now = [one.split(" ") for one in store.live.hinted(SEEN, SEEN_TOGETHER)], store.clock.now()
    if seen:
        store.record.write(lambda c: followers.saw(c, [(appid, openid) for appid, openid in seen], now))
    return len(seen)


def unreachable(store: Store, appid: str, openid: str) -> None:
    """Nothing can be sent to them; their next act shows the contrary."""
    now = store.clock.now()
    store.record.write(lambda c: followers.change(c, appid, openid, reachable=False, pushed_at=now))
