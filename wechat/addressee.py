"""Somebody to whom something may be sent: who they are, how they follow, and their page of the ledger."""

from __future__ import annotations

from typing import NamedTuple

from rooms import accounts, followers, identities, ledger
from rooms.accounts import Account
from rooms.events import Person
from rooms.ledger import Page
from rooms.planner import Window
from rooms.record.followers import Follower
from rooms.store import Store
from wechat.platform.limits import PlatformLimits
from wechat.voices import words_in
from wechat.words import Words


class Addressee(NamedTuple):
    """`account` is None for somebody who follows no Official Account: then only tickets reach them. `part`: inside
    which long message they are."""

    person: Person
    account: Account | None
    page: Page
    language: str = ""
    title: str = ""
    part: str = ""

    @property
    def follower(self) -> Follower:
        return self.page.follower

    @property
    def words(self) -> Words:
        return words_in(self.language)


def find(store: Store, limits: PlatformLimits, user: str, channel: str = "") -> Addressee | None:
    """As the follower who listens to the channel, or who acted last; None for who is nobody (any more)."""
    who = identities.who(store, user)
    if who is None:
        return None
    known = followers.of_user(store, user)
    known.sort(key=lambda one: (one.current_channel == channel, one.pushed_at), reverse=True)
    account = accounts.of(store, known[0].appid) if known else None
    if account is None:
        nobody = Follower("", "", user, None, 0, 0, reachable=False)
        return Addressee(who.person, None, ledger.page(store, nobody, 0, ()))
    name = state(store, known[0])
    found = store.live.command("HMGET", name, "pushed", "message", "act", "language", "title", "part", key=name)
    pushed, message, act, language, title, part = ((value or b"").decode() for value in found)
    opened = [limits.opened(window, int(at)) for window, at in
              ((Window.MESSAGE, message), (Window.ACT, act)) if at]
    return Addressee(who.person, account, ledger.page(store, known[0], int(pushed or 0), opened), language, title, part)


def state(store: Store, follower: Follower) -> str:
    """Where a follower's state lies in Redis."""
    return followers.state_key(store, follower.appid, follower.openid)
