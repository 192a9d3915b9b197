"""A room's white list: these may always speak, come first in the queue, and are never evicted."""

from __future__ import annotations

from rooms import authority, closing, gate, identities
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.live import keys
from rooms.live.scripts import FREE
from rooms.record import Connection, free, organizations
from rooms.store import Store


def set_free(store: Store, actor: Actor, room: str, user: str, on: bool = True) -> None:
    """Who is taken off it where only these may be is put out.

    Raises Refused: not_found, not_member, forbidden, bad_frame (it is no room).
    """
    where = authority.find(store, actor, room)
    if where.channel:
        raise Refused(Code.BAD_FRAME, "the white list is a room's")
    user = identities.whole(store, user)

    def act(connection: Connection) -> None:
        organizations.lock(connection, actor.person.organization)
        authority.may(connection, store, actor, where)
        if on:
            free.add(connection, room, user, actor.person.id, store.clock.now())
        else:
            free.remove(connection, room, user)
        authority.write_down(connection, store, actor, where, "free" if on else "unfree", user)

    store.record.write(act)
    name = keys.of_room(store.live.prefix, room)
    gate.ask(store, room, FREE, [name.gate, name.free], [actor.person.organization, user, "1" if on else "0"])
    if not on:
        closing.put_out_of_room(store, actor.person.organization, room, user)
