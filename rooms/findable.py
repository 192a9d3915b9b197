"""In which channels somebody finds what was said, and who is meant by an author."""

from __future__ import annotations

from rooms import ids
from rooms.events import Person
from rooms.permissions import Right, allows
from rooms.record import Connection, aliases, allowed, channels, rooms, rules, sanctions


def meant(connection: Connection, user: str) -> frozenset[str]:
    """Everybody who that person is and was: old entries keep the old id."""
    if not user:
        return frozenset()
    kept = aliases.kept(connection, user)
    return frozenset({user, kept, *(alias.user for alias in aliases.of(connection, kept))})


def readable(connection: Connection, person: Person, room: str, channel: str, now: int) -> list[str]:
    """The channels that the person may read, of one room or one channel where these are named."""
    banned = {(s.room, s.channel) for s in sanctions.of_user(connection, person.organization, person.id)
              if s.kind == "ban" and (s.until == 0 or s.until > now)}
    roles = {one.id: role for one, role in rooms.seen_by(connection, person.organization, person.id, unlisted=True)
             if role and (one.id, "") not in banned and room in ("", one.id)}
    if ("", "") in banned:
        return []
    inside = (*channels.of_organization(connection, person.organization),
              *channels.direct_of(connection, person.id))
    found = [one.id for one in inside
             if one.room in roles and channel in ("", one.id) and (one.room, one.id) not in banned]
    seen, listed = rules.named(connection, found, Right.SEE), allowed.of_user(connection, person.id, Right.SEE)
    named = {one.channel for one in listed}
    return [one for one in found if allows(seen.get(one), roles[ids.room_of(one)], one in named)]


def of_staff(connection: Connection, person: Person, room: str, channel: str) -> list[str]:
    """Those of their organization, words between two apart: whether they may search is for the console to say."""
    return [one.id for one in channels.of_organization(connection, person.organization)
            if room in ("", one.room) and channel in ("", one.id)]
