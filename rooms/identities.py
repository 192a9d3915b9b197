"""Who somebody is: one user for all the doors through which WeChat shows us the same person.

An identity is (appid, openid). Identities with the same unionid in one organization are one user; of two logins at the
same instant one makes the user and the other finds it, because the unionid is a key of the record.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from rooms import ids, names
from rooms.errors import Code, Refused
from rooms.events import Door, Person
from rooms.record import (
    Connection,
    aliases,
    consents,
    cursors,
    fetches,
    followers,
    identities,
    members,
    notices,
    organizations,
    phones,
    requests,
    users,
    windows,
)
from rooms.record.identities import UNIONID, Identity
from rooms.record.users import User
from rooms.store import Store

if TYPE_CHECKING:
    from rooms import merging

CACHED_MS = 300_000
"""Every change renews the copy in Redis at once; this only bounds what a crash between the two can leave behind."""

TRIES = 5
MINI_PROGRAM, FOLLOWER = "mini_program", "official_account"
_FOREIGN = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Of(Protocol):
    """What is needed of an account."""

    @property
    def appid(self) -> str: ...
    @property
    def organization(self) -> str: ...


class Who(NamedTuple):
    """A user and since when (ms) tokens are good: older ones are revoked."""

    person: Person
    tokens_after: int


class _LostRaceError(Exception):
    """Somebody else made the same person at the same instant: look again."""


def sign_in(store: Store, account: Of, openid: str, unionid: str = "") -> Person:
    """The person who logs in to the mini-program, made at the first login."""
    return _person(store, _user_of(store, account, openid, unionid, MINI_PROGRAM), Door.MINIPROGRAM)


def follower(store: Store, account: Of, openid: str, unionid: str = "") -> Person:
    """The person behind a push of the Official Account, made at the first one. No SQL once they are known."""
    key = _identity_key(store, account.appid, openid)
    known = store.live.get(key)
    if known is None or unionid:
        known = _user_of(store, account, openid, unionid, FOLLOWER).encode()
        store.live.set(key, known, px=CACHED_MS)
    return _person(store, known.decode(), Door.WECHAT)


def who(store: Store, user: str) -> Who | None:
    """None for nobody, and for who was erased."""
    return who_all(store, [user])[user]


def who_all(store: Store, wanted: Sequence[str]) -> dict[str, Who | None]:
    """The same for many: one round trip, and one question to the record for those that Redis has forgotten."""
    keys = [_user_key(store, user) for user in wanted]
    cached = store.live.commands([(("GET", key), key) for key in keys])
    found = {user: _read(user, text) if text else None for user, text in zip(wanted, cached, strict=True)}
    missing = [user for user, text in zip(wanted, cached, strict=True) if not text]
    if missing:
        known = store.record.read(lambda c: users.many(c, missing))
        for user in known.values():
            store.live.set(_user_key(store, user.id), _write(user), px=CACHED_MS, nx=True)
        found |= {user.id: _who(user) for user in known.values() if user.erased_at is None}
    return found


def rename(store: Store, person: Person, name: str) -> Person:
    """Under the new name from their next message on. Raises Refused: bad_frame, too_long."""
    shown = names.name(name, names.LONGEST_OF_A_PERSON).shown
    _change(store, person.id, name=shown)
    return person._replace(name=shown)


def unname(connection: Connection, user: str, name: str) -> User | None:
    """For a transaction: they are called as somebody who never chose a name, where this is their name still; `remember`
    who it returns."""
    found = users.one(connection, user)
    if found is None or found.erased_at is not None or found.name != name:
        return None
    users.change(connection, user, name=_first_name())
    return users.one(connection, user)


def revoke(store: Store, user: str) -> None:
    """Every token issued until now ends. Raises Refused(not_found)."""
    _change(store, user, tokens_after=store.clock.now())


def subscribed(store: Store, account: Of, openid: str, unionid: str = "") -> Person:
    """They follow the Official Account (again)."""
    person = follower(store, account, openid, unionid)
    now = store.clock.now()
    store.record.write(lambda c: identities.change(
        c, account.appid, openid, subscribed=True, subscribed_at=now, unsubscribed_at=None))
    return person


def unsubscribed(store: Store, account: Of, openid: str) -> str | None:
    """They follow no longer: nothing can be sent to them there. Returns the user, None for somebody unknown."""
    now = store.clock.now()

    def act(connection: Connection) -> str | None:
        found = identities.one(connection, account.appid, openid)
        if found is None:
            return None
        identities.change(connection, account.appid, openid, subscribed=False, unsubscribed_at=now)
        windows.remove(connection, account.appid, openid)
        followers.change(connection, account.appid, openid, reachable=False, current_channel=None)
        return found.user

    return store.record.write(act)


def clear(store: Store, account: Of, openid: str) -> None:
    """What WeChat's rules let nobody keep of somebody who no longer follows: their yeses, files under way, what was to
    be told; and, of who is known by nothing else, name, picture and phone. That they are the same person, should they
    come back, stays: leaving is no way out of a ban."""
    def act(connection: Connection) -> User | None:
        found = identities.one(connection, account.appid, openid)
        if found is None:
            return None
        consents.remove(connection, account.appid, openid)
        fetches.remove_of(connection, account.appid, openid)
        followers.change(connection, account.appid, openid, quiet_until=0, digests=0)
        others = [one for one in identities.of_user(connection, found.user)
                  if one.openid != openid and (one.kind == MINI_PROGRAM or one.subscribed)]
        if others:
            return None
        notices.remove_user(connection, found.user)
        phones.remove(connection, found.user)
        users.change(connection, found.user, name=_first_name(), avatar="")
        return users.one(connection, found.user)

    cleared = store.record.write(act)
    if cleared is not None:
        remember(store, cleared)


NICKNAME_ITEMS, PHONE_ITEMS = frozenset({"6", "19", "20", "205"}), frozenset({"8"})
"""WeChat's numbers for a nickname and picture, and for a phone."""


def take_back(store: Store, account: Of, openid: str, items: frozenset[str]) -> str | None:
    """They no longer allow us what WeChat gave: name and picture fall back, a phone is forgotten; without `items`
    (something changed, and we are not told what) their picture. Returns the user, None for somebody unknown."""
    def act(connection: Connection) -> User | None:
        found = identities.one(connection, account.appid, openid)
        user = users.one(connection, found.user) if found else None
        if user is None or user.erased_at is not None:
            return None
        if items & PHONE_ITEMS:
            phones.remove(connection, user.id)
        if items & NICKNAME_ITEMS:
            users.change(connection, user.id, name=_first_name(), avatar="")
        elif not items:
            users.change(connection, user.id, avatar="")
        return users.one(connection, user.id)

    if not _FOREIGN.fullmatch(openid):
        return None
    changed = store.record.write(act)
    if changed is not None:
        remember(store, changed)
    return changed.id if changed else None


def forget(store: Store, account: Of, openid: str) -> str | None:
    """This identity is gone. Who has no other is nobody any more: memberships end, tokens are revoked, the name goes.

    Entries in logs stay as they are. Returns the user, None for somebody unknown.
    """
    now = store.clock.now()

    def act(connection: Connection) -> str | None:
        found = identities.one(connection, account.appid, openid)
        if found is None:
            return None
        windows.remove(connection, account.appid, openid)
        consents.remove(connection, account.appid, openid)
        followers.remove(connection, account.appid, openid)
        identities.remove(connection, account.appid, openid)
        if not identities.of_user(connection, found.user):
            cursors.remove_user(connection, found.user)
            members.remove_user(connection, found.user)
            phones.remove(connection, found.user)
            requests.remove_user(connection, found.user)
            notices.remove_user(connection, found.user)
            identities.remove_anchors(connection, found.user)
            users.change(connection, found.user, name="", avatar="", tokens_after=now, erased_at=now)
        return found.user

    user = store.record.write(act)
    store.live.delete(_identity_key(store, account.appid, openid))
    if user is not None:
        store.live.delete(_user_key(store, user))
    return user


def names_of(store: Store, wanted: Sequence[str]) -> dict[str, str]:
    """How those are called whose ids stand in entries, also under an id that they had before."""
    def look(connection: Connection) -> dict[str, str]:
        meant = aliases.many(connection, wanted)
        known = users.many(connection, [meant.get(user, user) for user in wanted])
        return {user: known[meant.get(user, user)].name for user in wanted if meant.get(user, user) in known}

    return store.record.read(look)


def whole(store: Store, user: str) -> str:
    """Whom this id means: another one, where two were found to be one person."""
    return store.record.read(lambda c: aliases.kept(c, user))


def remember(store: Store, user: User) -> None:
    """Every process learns at once what the record says of this user."""
    store.live.set(_user_key(store, user.id), _write(user), px=CACHED_MS)


def remember_doors(store: Store, known: Sequence[Identity]) -> None:
    """And whom these identities mean."""
    for identity in known:
        store.live.set(_identity_key(store, identity.appid, identity.openid), identity.user, px=CACHED_MS)


def _person(store: Store, user: str, door: Door) -> Person:
    known = who(store, user) or who(store, whole(store, user))
    if known is None:
        raise Refused(Code.NOT_FOUND)
    return known.person._replace(door=door)


def _user_of(store: Store, account: Of, openid: str, unionid: str, kind: str) -> str:
    if not _FOREIGN.fullmatch(openid) or (unionid and not _FOREIGN.fullmatch(unionid)):
        raise Refused(Code.BAD_FRAME, "not an openid")
    known = store.record.read(lambda c: identities.one(c, account.appid, openid))
    if known is not None and (known.unionid or not unionid):
        return known.user
    from rooms import erasure, merging

    now = store.clock.now()
    digests = erasure.digests(store, account.organization, [(account.appid, openid, unionid)])
    for _ in range(TRIES):
        try:
            merged = store.record.write(
                lambda c: _join(c, account, openid, unionid, kind, now, known is not None, digests))
        except _LostRaceError:
            continue
        merging.settle(store, account.organization, merged)
        if known is None:
            erasure.caught_up(store, account.organization, merged.kept)
        if kind == FOLLOWER and not unionid:
            store.live.hint("unionid", f"{account.appid} {openid}")
        return merged.kept
    raise Refused(Code.UNAVAILABLE, retry_after_ms=1_000)


def _join(connection: Connection, account: Of, openid: str, unionid: str, kind: str, now: int,
          met: bool, digests: Sequence[str] = ()) -> merging.Merged:
    from rooms import erasure, merging

    if met:  # what they are called by WeChat's whole family is new, and may show them to be somebody we know
        organizations.lock(connection, account.organization)
    known = identities.one(connection, account.appid, openid)
    if known is not None:
        if unionid and not known.unionid:
            identities.change(connection, account.appid, openid, unionid=unionid)
            if not identities.add_anchor(connection, account.organization, UNIONID, unionid, known.user):
                holder = identities.anchor(connection, account.organization, UNIONID, unionid)
                return merging.absorb(connection, account.organization, known.user, holder or known.user,
                                      merging.UNIONID, now)
        return merging.Merged(known.user, "")
    user = identities.anchor(connection, account.organization, UNIONID, unionid) if unionid else None
    if user is None:
        user = ids.new("u")
        users.add(connection, User(user, account.organization, _first_name(), "", 0, now))
        if unionid and not identities.add_anchor(connection, account.organization, UNIONID, unionid, user):
            raise _LostRaceError
    erasure.inherit(connection, account.organization, digests, user, now)
    if not identities.add(connection, Identity(account.appid, openid, unionid, user, kind, kind == FOLLOWER,
                                               now if kind == FOLLOWER else None, None, now)):
        raise _LostRaceError
    return merging.Merged(user, "")


def _first_name() -> str:
    return f"茶客{random.randrange(10_000):04}"  # noqa: S311 - a name, not a secret


def _change(store: Store, user: str, **fields: object) -> None:
    def act(connection: Connection) -> User | None:
        users.change(connection, user, **fields)
        return users.one(connection, user)

    changed = store.record.write(act)
    if changed is None or changed.erased_at is not None:
        raise Refused(Code.NOT_FOUND)
    remember(store, changed)


def _who(user: User) -> Who:
    return Who(Person(user.id, user.organization, user.name, Door.MINIPROGRAM, user.avatar), user.tokens_after)


def _write(user: User) -> bytes:
    return msgspec.json.encode([user.organization, user.name, user.avatar, user.tokens_after, user.erased_at])


def _read(user: str, text: bytes) -> Who | None:
    organization, name, avatar, tokens_after, erased_at = msgspec.json.decode(text)
    return None if erased_at else Who(Person(user, organization, name, Door.MINIPROGRAM, avatar), tokens_after)


def _user_key(store: Store, user: str) -> str:
    return store.live.name("who", user)


def _identity_key(store: Store, appid: str, openid: str) -> str:
    return store.live.name("identity", appid, openid)
