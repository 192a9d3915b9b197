"""People whom somebody does not want to read: their words are hidden from that one reader, at every door.

What was said keeps its number, so that no hole appears in anybody's log; it stands there without its words. Nobody is
told that they are blocked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec

from rooms.errors import Code, Refused
from rooms.events import Logged, Person
from rooms.record import Connection, aliases, users
from rooms.record import blocks as rows
from rooms.store import Store

MOST = 1_000
CACHED_MS = 300_000
"""Every change renews the copy in Redis at once; this only bounds what a crash between the two can leave behind."""
HIDING = frozenset({"message", "edited"})

Blocked = frozenset[str]
NOBODY: Blocked = frozenset()


def block(store: Store, person: Person, user: str) -> None:
    """From now on they read nothing of that user. Raises Refused: not_found, forbidden (oneself), full."""
    now = store.clock.now()

    def act(connection: Connection) -> None:
        whom = aliases.kept(connection, user)
        found = users.one(connection, whom)
        if found is None or found.organization != person.organization or found.erased_at is not None:
            raise Refused(Code.NOT_FOUND, "no such user")
        if whom == person.id:
            raise Refused(Code.FORBIDDEN, "nobody blocks themselves")
        if rows.count(connection, person.id) >= MOST:
            raise Refused(Code.FULL, f"at most {MOST}")
        rows.add(connection, person.id, whom, now)

    store.record.write(act)
    _remember(store, person.id)


def unblock(store: Store, person: Person, user: str) -> None:
    """They are read again. Of who was not blocked nothing changes."""
    store.record.write(lambda c: rows.remove(c, person.id, aliases.kept(c, user)) or rows.remove(c, person.id, user))
    _remember(store, person.id)


def of(store: Store, user: str) -> Blocked:
    """Whom this user does not want to read."""
    return of_all(store, [user])[user]


def soon(store: Store, user: str) -> Callable[[], Blocked]:
    """The same, asked now; what is returned waits for the answer."""
    key = _key(store, user)
    answer = store.live.begin_command("GET", key, key=key)

    def wait() -> Blocked:
        text: bytes | None = answer.wait()
        return of(store, user) if text is None else _parsed(text)

    return wait


def of_all(store: Store, wanted: Sequence[str]) -> Mapping[str, Blocked]:
    """The same for many: one round trip, and one question to the record for those that Redis has forgotten."""
    keys = [_key(store, user) for user in wanted]
    cached = store.live.commands([(("GET", key), key) for key in keys]) if keys else []
    found = {user: _parsed(text) for user, text in zip(wanted, cached, strict=True)
             if text is not None}
    missing = [user for user in wanted if user not in found]
    if missing:
        known = store.record.read(lambda c: rows.of_many(c, missing))
        for user in missing:
            found[user] = frozenset(known.get(user, ()))
            store.live.set(_key(store, user), " ".join(sorted(found[user])), px=CACHED_MS, nx=True)
    return found


def hide(entries: list[Logged], blocked: Collection[str]) -> list[Logged]:
    """The same entries, those of the blocked without their words."""
    if not blocked:
        return entries
    return [without_words(entry) if is_by(entry, blocked) else entry for entry in entries]


def leave_out(entries: list[Logged], blocked: Collection[str]) -> list[Logged]:
    """For readers who are told in sentences: the same entries, those of the blocked as ones that say nothing."""
    return [entry._replace(op="hidden", frame=_as_hidden(entry.frame)) if is_by(entry, blocked) else entry
            for entry in entries] if blocked else entries


def is_by(entry: Logged, blocked: Collection[str]) -> bool:
    """By its bytes, as a quotation mark in somebody's words or name never stands without a backslash."""
    if entry.op not in HIDING:
        return False
    author = b'"from":{"id":"' if entry.op == "message" else b'"by":{"id":"'
    start = entry.frame.find(author) + len(author)
    return start >= len(author) and entry.frame[start:entry.frame.find(b'"', start)].decode() in blocked


def without_words(entry: Logged) -> Logged:
    frame = msgspec.json.decode(entry.frame)
    for part in ("body", "client_id", "reply_to", "repeat_of", "mentions", "forwarded", "reactions"):
        frame.pop(part, None)
    frame["hidden"] = True
    return entry._replace(frame=msgspec.json.encode(frame))


def _as_hidden(frame: bytes) -> bytes:
    return msgspec.json.encode({**msgspec.json.decode(frame), "op": "hidden", "body": None})


def _parsed(text: bytes) -> Blocked:
    return frozenset(text.decode().split())


def _remember(store: Store, user: str) -> None:
    blocked = store.record.read(lambda c: rows.of(c, user))
    store.live.set(_key(store, user), " ".join(blocked), px=CACHED_MS)


def _key(store: Store, user: str) -> str:
    return store.live.name("blocked", user)
