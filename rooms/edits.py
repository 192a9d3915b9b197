"""Other words for what one said: one's own texts, for five minutes, and marked for everybody to see.

The message's entry never changes. An `edited` entry carries the new words, and the message is shown with the newest of
them. Taking back is stronger: what was recalled is not edited any more, and shows no words at all.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from rooms import drafts, gate, ids, members, words
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Entry, Person
from rooms.live import keys, log
from rooms.live.scripts import EDIT
from rooms.permissions import RANK, Role, rank
from rooms.store import Store

OWN_MS = 300_000
PER_MINUTE = 30


class Edited(NamedTuple):
    """The entry that carries the new words."""

    epoch: str
    seq: int
    at: int


def edit(store: Store, person: Person, channel: str, seq: int, body: dict[str, Any]) -> Edited:
    """Raises Refused: not_found (no such message, or recalled), forbidden (another's, or too late), not_member,
    not_entered (put out, and not let in since), banned, muted, muted_all, closed, too_long, blocked_words,
    rate_limited, bad_frame (not a text)."""
    if not ids.is_channel(channel):
        raise Refused(Code.NOT_FOUND)
    members.count_try(store, "edit", person.id, PER_MINUTE)
    said = log.between(store.live, channel, seq, seq)
    entry = Entry.parse(said[0].frame) if said and said[0].op == "message" else None
    if entry is not None and (entry.type != "text" or entry.forwarded):
        raise Refused(Code.BAD_FRAME, "only one's own texts are edited, not what was forwarded")
    new = _judged(store, person, channel, Draft("text", body, "edit"))
    new = store.sealing.closed(person, channel, new)
    by = {"id": person.id, "name": person.name, "door": person.door.value}
    try:
        after = b"," + msgspec.json.encode({"of": seq, "body": new, "by": by})[1:]
    except UnicodeEncodeError as error:
        raise Refused(Code.BAD_FRAME, "text is not Unicode") from error
    name = keys.of_channel(store.live.prefix, channel)
    names = [name.room.gate, name.room.members, name.head, name.log, name.feed, name.room.sanctions, name.recalled,
             name.edited, name.room.free, name.allowed, name.outside]
    before = f'{{"op":"edited","channel":"{channel}"'
    epoch, number, at = gate.ask(store, ids.room_of(channel), EDIT, names, [
        person.organization, person.id, channel, str(seq), before, after, str(OWN_MS)])
    store.live.hint("archive", channel)
    store.live.hint("due", channel)
    return Edited(epoch.decode(), int(number), int(at))


def _judged(store: Store, person: Person, channel: str, draft: Draft) -> Any:
    """The new words as the lists of words let them stand. What would be held for review is not taken at all: it can be
    said as a message of its own."""
    new = drafts.check(draft)
    store.shelf.read(store, person.organization)
    book = store.shelf.book(person.organization)
    verdict = book.judge(ids.room_of(channel), draft) if book else None
    held = book is not None and book.holds(person, draft)
    if verdict is None and not held:
        return new
    roles = keys.of_channel(store.live.prefix, channel).room.members
    place = max(0, rank((store.live.command("HGET", roles, person.id, key=roles) or b"").decode()))
    if held and place < RANK[Role.MODERATOR]:
        raise Refused(Code.FORBIDDEN, "what is judged before it is shown is not edited")
    if verdict is None:
        return new
    if verdict.actions[place] in "hbu":
        raise words.stopped(store, person, channel, verdict, verdict.actions[place])
    return verdict.bodies[place] or new
