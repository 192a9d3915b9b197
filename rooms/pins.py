"""Entries that are held up in a channel: at most ten."""

from __future__ import annotations

from rooms import authority, authorship
from rooms.authority import Actor, Done, Place
from rooms.authorship import Said
from rooms.errors import Code, Refused
from rooms.live import keys
from rooms.record import Connection
from rooms.store import Store

MOST = 10


def pin(store: Store, actor: Actor, channel: str, seq: int, on: bool = True) -> Done:
    """Holds an entry up, or takes it down. Raises Refused: not_found, not_member, forbidden, full."""
    where = authority.find(store, actor, channel)
    said = authorship.recorded(store, channel, seq)
    store.record.read(lambda c: authority.may(c, store, actor, where))
    if _changes(store, channel, said, seq, on):
        store.record.write(lambda c: _write_down(c, store, actor, where, said, seq, on))
    return authority.tell(store, actor, where, "pinned", "", {"of": seq, "on": on},
                          ["pin", str(seq), "1" if on else "0", said.by])


def _changes(store: Store, channel: str, said: Said, seq: int, on: bool) -> bool:
    """What the gate will ask is asked here too, so that nothing is written down that is not done."""
    if not said.by and not authorship.is_in_the_log(store, channel, seq):
        raise Refused(Code.NOT_FOUND)
    head = keys.of_channel(store.live.prefix, channel).head
    pinned = {int(one) for one in (store.live.command("HGET", head, "pins", key=head) or b"").split()}
    if on and seq not in pinned and len(pinned) >= MOST:
        raise Refused(Code.FULL, f"a channel holds up at most {MOST} entries")
    return (seq in pinned) is not on


def _write_down(connection: Connection, store: Store, actor: Actor, where: Place, said: Said, seq: int,
                on: bool) -> None:
    authority.may(connection, store, actor, where)
    authority.write_down(connection, store, actor, where, "pin" if on else "unpin", said.by, after={"seq": seq})
