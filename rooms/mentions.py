"""Being named in a message: `@name`, or `@all` and `@所有人` by moderators. Counted apart from what else is unread.

Whom a name means is looked up in the record when the message is said: members of the room who are called so at that
moment. The entry carries their ids, so that every reader of the log agrees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rooms import ids, names
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.live import keys
from rooms.permissions import moderates
from rooms.record import members
from rooms.store import Store

MOST_NAMED = 10
EVERYBODY = "*"
_CALL = re.compile(rf"[@＠](?!\s)([^@＠\n]{{1,{names.LONGEST_OF_A_PERSON}}})")
_ALL = re.compile(r"[@＠](all|everyone|所有人|全体成员)(?![A-Za-z0-9_])", re.IGNORECASE)


def calls(text: object) -> bool:
    """Whether somebody may be named in it, so that the record has to be asked."""
    return isinstance(text, str) and ("@" in text or "＠" in text)


def named(store: Store, person: Person, channel: str, text: str, role: str = "") -> Sequence[str]:
    """The ids of those who are named; `*` for everybody, where a moderator says it. While the record is away, nobody
    is: the message matters more."""
    room = ids.room_of(channel)
    found: list[str] = []
    if _ALL.search(text) and moderates(role or _role(store, room, person.id)):
        found.append(EVERYBODY)
    wanted = candidates(text)
    if wanted:
        try:
            called = store.record.read(lambda c: members.by_name(c, room, person.organization, wanted))
        except Refused as refused:
            if refused.code is not Code.UNAVAILABLE:
                raise
            return found
        found += [user for user in _longest(text, called) if user != person.id]
    return found[:MOST_NAMED]


def candidates(text: str) -> list[str]:
    """Everything that may be a name behind an @: each beginning of what follows, as names are compared."""
    found: dict[str, None] = {}
    for call in list(_CALL.finditer(text))[:MOST_NAMED]:
        words = call.group(1)
        for end in range(1, len(words) + 1):
            if _ends(words, end):
                found[names.shown(words[:end])] = None
    found.pop("", None)
    return list(found)


def _longest(text: str, called: Sequence[tuple[str, str]]) -> list[str]:
    """Behind each @ the longest name counts: @Ann is not named in `@Anna`."""
    users: dict[str, list[str]] = {}
    for user, name in called:
        users.setdefault(name.casefold(), []).append(user)
    found: dict[str, None] = {}
    for call in list(_CALL.finditer(text))[:MOST_NAMED]:
        words = call.group(1)
        for end in range(len(words), 0, -1):
            mine = users.get(names.shown(words[:end]).casefold()) if _ends(words, end) else None
            if mine:
                found |= dict.fromkeys(mine)
                break
    return list(found)


def _ends(words: str, end: int) -> bool:
    """A Latin name does not end in the middle of a word."""
    following, last = words[end:end + 1], words[end - 1]
    return not (_is_latin(following) and _is_latin(last))


def _is_latin(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def _role(store: Store, room: str, user: str) -> str:
    key = keys.of_room(store.live.prefix, room).members
    role = store.live.command("HGET", key, user, key=key)
    return (role or b"").decode()


# counting


def above(seq: int, tip: int, user: str, mine: bytes | None, everybody: bytes | None,
          recalled: Iterable[int]) -> int:
    """How many messages between the two name the user and still stand. Exact up to a hundred."""
    found = {int(word) for word in (mine or b"").split()}
    for word in (everybody or b"").decode().split():
        number, _, author = word.partition("/")
        if author != user:
            found.add(int(number))
    return sum(1 for number in found.difference(recalled) if seq < number <= tip)

