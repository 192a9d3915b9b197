"""Lists of words that an organization or a room does not want to read, and what is done about them.

An act on a list is in the record and in the audit first; then every process reads the list again within two seconds.
Moderators keep their room's lists; those of the organization, which hold in every room, are its owners' and admins'.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from prometheus_client import Counter

from rooms import doors, ids, names, sanctions, shelf
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.judging import ACTIONS, LETTERS, Book, Finding, Verdict, check_pattern
from rooms.matching import LONGEST_WORD, shape_of
from rooms.permissions import RANK, Role, rank
from rooms.record import Connection, audit, organizations, word_lists
from rooms.record.audit import Act
from rooms.record.word_lists import WordList
from rooms.steward import steward
from rooms.store import Store

log = logging.getLogger(__name__)

WORDS, PATTERNS = "words", "patterns"
MOST_WORDS, MOST_PATTERNS = 100_000, 100
"""In one list."""
MOST_LISTS = 50
"""In one organization, its rooms' included."""
MOST_TOGETHER = 200_000
"""Words of all lists of one organization."""
LONGEST_PATTERN = 200
LONGEST_MUTE_SECONDS = 30 * 86_400
PAGE = 500
NOBODY = "nobody"

stopped_messages = Counter("teahouse_words_total", "Messages that lists of words stopped", ["action"])


class ListView(NamedTuple):
    """A list as those see it who keep it; `hits` is how often each of its words was met, as far as is remembered."""

    id: str
    room: str
    name: str
    action: str
    exempt: str
    mute_seconds: int
    kind: str
    words: int
    hits: int


class Changed(NamedTuple):
    """`added` and `removed` words; `refused` ones have no letter to look for, are too long, or are no expression."""

    added: int
    removed: int
    refused: Sequence[str]


def add_list(store: Store, actor: Actor, place: str, name: str, action: str, *, exempt: str = Role.MODERATOR,
             mute_seconds: int = 600, kind: str = WORDS) -> str:
    """An empty list of a room, or of the whole organization where `place` is that; returns its id.

    `exempt`: the least role whose words are let be, or nobody. Raises Refused: not_found, not_member, forbidden,
    bad_frame, too_long, full.
    """
    settings = _settings({"name": name, "action": action, "exempt": exempt, "mute_seconds": mute_seconds})
    if kind not in (WORDS, PATTERNS):
        raise Refused(Code.BAD_FRAME, f"kind: {WORDS} or {PATTERNS}")
    organization, now = actor.person.organization, store.clock.now()
    room = "" if place == organization else place
    made = WordList(ids.new("w"), organization, room, settings["name"], action, exempt, mute_seconds, kind, "", 1, now)

    def act(connection: Connection) -> None:
        organizations.lock(connection, organization)
        _keeper(connection, store, actor, room)
        if len(word_lists.of_organization(connection, organization)) >= MOST_LISTS:
            raise Refused(Code.FULL, f"an organization has at most {MOST_LISTS} lists")
        word_lists.add(connection, made)
        _write_down(connection, actor, made, now, {}, settings)

    store.record.write(act)
    shelf.changed(store)
    return made.id


def change_list(store: Store, actor: Actor, id: str, **settings: Any) -> None:  # noqa: A002 - the list's
    """Changes name, action, exempt, mute_seconds. Raises Refused as `add_list`."""
    values = _settings(settings)
    if not values:
        raise Refused(Code.BAD_FRAME, "some of name, action, exempt, mute_seconds")

    def act(connection: Connection) -> None:
        found = _locked(connection, store, actor, id)
        word_lists.change(connection, id, **values)
        before = {name: getattr(found, name) for name in values}
        _write_down(connection, actor, found, store.clock.now(), before, values)

    store.record.write(act)
    shelf.changed(store)


def remove_list(store: Store, actor: Actor, id: str) -> None:  # noqa: A002 - the list's
    """Raises Refused: not_found, not_member, forbidden."""
    def act(connection: Connection) -> None:
        found = _locked(connection, store, actor, id)
        word_lists.remove(connection, id)
        before = {"name": found.name, "action": found.action, "words": _count(found)}
        _write_down(connection, actor, found, store.clock.now(), before, {})

    store.record.write(act)
    store.live.delete(_hits(store, id))
    shelf.changed(store)


def change_words(store: Store, actor: Actor, id: str, add: Sequence[str] = (),  # noqa: A002 - the list's
                 remove: Sequence[str] = ()) -> Changed:
    """Adds and removes words (or expressions). What is there already, or was not, changes nothing.

    Raises Refused: not_found, not_member, forbidden, full (too many words).
    """
    known = store.record.read(lambda c: word_lists.one(c, id))
    refused = [word for word in map(str.strip, add) if known is not None and _why_not(known.kind, word)]
    fine = dict.fromkeys(word for word in map(str.strip, add) if word)
    for word in refused:
        fine.pop(word, None)
    gone = {word.strip() for word in remove}

    def act(connection: Connection) -> Changed:
        found = _locked(connection, store, actor, id)
        before = dict.fromkeys(found.words.splitlines())
        after = {word: None for word in before if word not in gone}
        removed = len(before) - len(after)
        after |= fine
        _check_room(connection, found, len(after))
        told = Changed(len(after) - (len(before) - removed), removed, refused)
        if told.added or told.removed:
            word_lists.change(connection, id, words="\n".join(after))
            _write_down(connection, actor, found, store.clock.now(), {"words": len(before)}, {
                "words": len(after), "added": told.added, "removed": told.removed})
        return told

    told = store.record.write(act)
    if told.added or told.removed:
        shelf.changed(store)
    return told


def lists(store: Store, actor: Actor, place: str) -> Sequence[ListView]:
    """The lists of a room, or those of the whole organization. Raises Refused: not_found, not_member, forbidden."""
    organization = actor.person.organization
    room = "" if place == organization else place

    def look(connection: Connection) -> list[WordList]:
        _keeper(connection, store, actor, room, reads=True)
        return [one for one in word_lists.of_organization(connection, organization) if one.room == room]

    found = store.record.read(look)
    keys = [_hits(store, one.id) for one in found]
    counts = store.live.commands([(("HVALS", key), key) for key in keys])
    return [ListView(one.id, one.room, one.name, one.action, one.exempt, one.mute_seconds, one.kind, _count(one),
                     sum(map(int, hits))) for one, hits in zip(found, counts, strict=True)]


def words_of(store: Store, actor: Actor, id: str, after: str = "",  # noqa: A002 - the list's
             containing: str = "") -> Sequence[tuple[str, int]]:
    """A page of words above `after` in their own order, and how often each was met."""
    def look(connection: Connection) -> WordList:
        found = word_lists.one(connection, id)
        if found is None or found.organization != actor.person.organization:
            raise Refused(Code.NOT_FOUND)
        _keeper(connection, store, actor, found.room, reads=True)
        return found

    found = store.record.read(look)
    page = sorted(word for word in found.words.splitlines() if word > after and containing in word)[:PAGE]
    if not page:
        return []
    key = _hits(store, id)
    return [(word, int(hits or 0)) for word, hits in
            zip(page, store.live.command("HMGET", key, *page, key=key), strict=True)]


def test(store: Store, actor: Actor, place: str, text: str) -> Sequence[Finding]:
    """What the lists as the record has them now would find in a text, for those who keep the lists there."""
    organization = actor.person.organization
    room = "" if place == organization else place

    def look(connection: Connection) -> Sequence[WordList]:
        _keeper(connection, store, actor, room, reads=True)
        return word_lists.of_organization(connection, organization)

    book = Book((), store.record.read(look))
    return book.find(room, Draft("text", {"text": text[:2_000]}, "test"))


# what messages ask


def stopped(store: Store, person: Person, channel: str, verdict: Verdict | None, letter: str) -> Refused:
    """The gate stopped a message for its words; where a list says so, its author is muted in the room, and hears the
    refusal when that stands: who never hears it says the same again, and is muted then."""
    if verdict is not None:
        count(store, verdict)
        if letter == LETTERS["mute"]:
            try:
                _mute(store, person, channel, verdict)
            except Refused as refused:
                if refused.temporary:
                    return refused
                log.warning("somebody whose words ask for it cannot be muted user=%s: %s", person.id, refused.message)
    stopped_messages.labels("mute" if letter == LETTERS["mute"] else "block").inc()
    return Refused(Code.BLOCKED_WORDS)


def count(store: Store, verdict: Verdict) -> None:
    """The words were met once more. Nobody waits for it, and a lost count is only a lost count."""
    for finding in {(finding.list.id, finding.word) for finding in verdict.findings[:20]}:
        key = _hits(store, finding[0])
        store.live.tell("HINCRBY", key, finding[1], "1", key=key)


def _mute(store: Store, person: Person, channel: str, verdict: Verdict) -> None:
    asked = [finding.list for finding in verdict.findings if finding.list.action == "mute"]
    longest = max(asked, key=lambda one: one.mute_seconds)
    sanctions.mute(store, steward(person.organization), ids.room_of(channel), person.id, longest.mute_seconds,
                   longest.name)


# what the verbs have in common


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    values = dict(given)
    if "name" in values:
        values["name"] = names.name(str(values["name"])).shown
    if "action" in values and values["action"] not in ACTIONS:
        raise Refused(Code.BAD_FRAME, f"action: one of {', '.join(ACTIONS)}")
    if "exempt" in values and values["exempt"] not in (*RANK, NOBODY):
        raise Refused(Code.BAD_FRAME, f"exempt: one of {', '.join(RANK)}, {NOBODY}")
    seconds = values.get("mute_seconds", 1)
    if not isinstance(seconds, int) or not 1 <= seconds <= LONGEST_MUTE_SECONDS:
        raise Refused(Code.BAD_FRAME, f"mute_seconds: 1 to {LONGEST_MUTE_SECONDS}")
    if set(values) - {"name", "action", "exempt", "mute_seconds"}:
        raise Refused(Code.BAD_FRAME, "some of name, action, exempt, mute_seconds")
    return values


def _keeper(connection: Connection, store: Store, actor: Actor, room: str, reads: bool = False) -> None:
    """Raises Refused for who does not keep the lists there."""
    if room:
        doors.moderator(connection, store, actor, room)
    elif rank(actor.role) < (RANK[Role.MODERATOR] if reads else RANK[Role.OWNER]):
        raise Refused(Code.FORBIDDEN)


def _locked(connection: Connection, store: Store, actor: Actor, id: str) -> WordList:  # noqa: A002 - the list's
    organizations.lock(connection, actor.person.organization)
    found = word_lists.one(connection, id)
    if found is None or found.organization != actor.person.organization:
        raise Refused(Code.NOT_FOUND, "no such list")
    _keeper(connection, store, actor, found.room)
    return found


def _check_room(connection: Connection, changed: WordList, words: int) -> None:
    most = MOST_WORDS if changed.kind == WORDS else MOST_PATTERNS
    if words > most:
        raise Refused(Code.FULL, f"a list has at most {most} {changed.kind}")
    others = sum(_count(one) for one in word_lists.of_organization(connection, changed.organization)
                 if one.id != changed.id)
    if others + words > MOST_TOGETHER:
        raise Refused(Code.FULL, f"all lists together have at most {MOST_TOGETHER} words")


def _why_not(kind: str, word: str) -> str | None:
    if kind == PATTERNS:
        return "too long" if len(word) > LONGEST_PATTERN or "\n" in word else check_pattern(word)
    if len(word) > LONGEST_WORD or len(word.splitlines()) != 1 or shape_of(word) is None:
        return "no letter, no digit, or too long"
    return None


def _count(one: WordList) -> int:
    return one.words.count("\n") + 1 if one.words else 0


def _write_down(connection: Connection, actor: Actor, found: WordList, now: int, before: dict[str, Any],
                after: dict[str, Any]) -> None:
    encode = msgspec.json.encode
    audit.add(connection, actor.person.organization, Act(
        now, actor.person.id, actor.person.door.value, "words", found.id, found.room, "", "",
        encode(before).decode(), encode(after).decode()))


def _hits(store: Store, id: str) -> str:  # noqa: A002 - the list's
    return store.live.name("word-hits", id)
