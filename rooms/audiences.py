"""Who may see, enter and post in a channel: a rule names everyone, a role, or a list of people, which is kept here.

The rule itself is set with the others (`rules.change`). Who is in already stays until they leave or are put
out; what they may post is judged anew each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from rooms import closing, doors, ids, recovery
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.permissions import Right, allows
from rooms.record import Connection, aliases, allowed, audit, channels, members, organizations, rules
from rooms.record.audit import Act
from rooms.record.channels import Channel
from rooms.store import Store

MOST_LISTED = 2_000


class Sight(NamedTuple):
    """What one person may see in an organization: the channels' rules, and on whose lists they are."""

    rules: dict[str, str]
    listed: frozenset[str]

    def of(self, inside: Iterable[Channel], role: str) -> list[Channel]:
        """Those of the channels of one room, where the person has this role ("" for none)."""
        return [one for one in inside if allows(self.rules.get(one.id), role, one.id in self.listed)]


def sight(connection: Connection, organization: str, user: str) -> Sight:
    listed = frozenset(one.channel for one in allowed.of_user(connection, user, Right.SEE))
    return Sight(rules.in_organization(connection, organization, Right.SEE), listed)


def set_list(store: Store, actor: Actor, channel: str, right: str, users: Sequence[str]) -> None:
    """These people and nobody else are on the channel's list for that right. It counts where the rule is `list`.

    Raises Refused: not_found (channel, or somebody of another organization), not_member, forbidden, bad_frame, full.
    """
    if right not in list(Right) or not ids.is_channel(channel):
        raise Refused(Code.BAD_FRAME, f"right: one of {', '.join(Right)}")
    if len(users) > MOST_LISTED:
        raise Refused(Code.FULL, f"a list has at most {MOST_LISTED} people")
    room = ids.room_of(channel)

    def act(connection: Connection) -> None:
        organizations.lock(connection, actor.person.organization)
        _channel(connection, store, actor, channel)
        wanted = sorted({aliases.kept(connection, user) for user in users})
        if not all(members.may_belong(connection, room, user) for user in wanted):
            raise Refused(Code.NOT_FOUND, "no such user")
        before = [one.user for one in allowed.of_channel(connection, channel) if one.right == right]
        now = store.clock.now()
        allowed.replace(connection, channel, right, wanted, actor.person.id, now)
        told = [msgspec.json.encode({right: sorted(those)}).decode() for those in (before, wanted)]
        audit.add(connection, actor.person.organization, Act(
            now, actor.person.id, actor.person.door.value, "list", "", room, channel, "", *told))

    store.record.write(act)
    recovery.close(store, room)
    if right in (Right.SEE, Right.ENTER):
        closing.put_out(store, actor.person.organization, channel)


def listed(store: Store, actor: Actor, channel: str) -> dict[str, list[str]]:
    """right → the people on the channel's list for it. Raises Refused: not_found, not_member, forbidden."""
    def look(connection: Connection) -> dict[str, list[str]]:
        _channel(connection, store, actor, channel)
        rows = allowed.of_channel(connection, channel)
        return {right: [one.user for one in rows if one.right == right] for right in Right}

    return store.record.read(look)


def _channel(connection: Connection, store: Store, actor: Actor, channel: str) -> None:
    """Raises Refused for who does not moderate there."""
    found = channels.one(connection, channel) if ids.is_channel(channel) else None
    if found is None or found.direct:
        raise Refused(Code.NOT_FOUND)
    doors.moderator(connection, store, actor, ids.room_of(channel))
