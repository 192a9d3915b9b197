"""What moderators say to everybody in a channel or a room. It is always sent, however busy the channel is."""

from __future__ import annotations

from rooms import authority
from rooms.authority import Actor, Done
from rooms.errors import Code, Refused
from rooms.record import Connection
from rooms.store import Store

LONGEST = 2_000


def announce(store: Store, actor: Actor, place: str, text: str) -> Done:
    """Raises Refused: not_found, not_member, forbidden, banned, muted, too_long, bad_frame."""
    where = authority.find(store, actor, place)
    if not text.strip() or "\0" in text:
        raise Refused(Code.BAD_FRAME, "an announcement needs words")
    if len(text) > LONGEST:
        raise Refused(Code.TOO_LONG, f"an announcement has at most {LONGEST} characters")

    def act(connection: Connection) -> None:
        authority.may(connection, store, actor, where)
        authority.refuse_muted(connection, store, actor, where)
        authority.write_down(connection, store, actor, where, "announce", after={"characters": len(text)})

    store.record.write(act)
    return authority.tell(store, actor, where, "announced", "", {"text": text}, counted=True)
