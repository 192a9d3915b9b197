"""Getting it all back: what is known of a person, for that person; what was said in a room, for its owners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rooms import archive, blocks, doors, ids, overlay, recovery
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.events import Logged, Person
from rooms.media import DAY_MS, Media
from rooms.permissions import Role
from rooms.record import (
    Connection,
    aliases,
    audit,
    channels,
    entries,
    identities,
    media,
    members,
    phones,
    requests,
    sanctions,
    spent,
    users,
)
from rooms.record.audit import Act
from rooms.record.media import WAITING
from rooms.store import Store

PERSON, ROOM = "export", "room_export"
A_DAY, A_DAY_OF_STAFF = 3, 100
PAGE = 500
SHOWN = 10


def ask(store: Store, person: Person) -> Media:
    """A job that packs what is known of them; it lives a day. Raises Refused(rate_limited): three times a day."""
    return _ask(store, person, PERSON, "data")


def ask_room(store: Store, actor: Actor, room: str) -> Media:
    """The same of a room, for its owners. Raises Refused: not_found, not_member, forbidden, rate_limited."""
    def act(connection: Connection) -> None:
        doors.moderator(connection, store, actor, room, Role.OWNER)
        audit.add(connection, actor.person.organization, Act(
            store.clock.now(), actor.person.id, actor.person.door.value, "export", "", room, "", "", "{}", "{}"))

    store.record.write(act)
    return _ask(store, actor.person, ROOM, room)


def ask_for(store: Store, actor: Actor, user: str) -> Media:
    """The same of a person of the actor's organization, whom the caller has found. Raises Refused(rate_limited)."""
    organization, now = actor.person.organization, store.clock.now()
    job = new(store, organization, user, PERSON, "data")

    def act(connection: Connection) -> None:
        if not spent.spend(connection, now // DAY_MS, PERSON, organization, A_DAY_OF_STAFF):
            raise Refused(Code.RATE_LIMITED, f"{A_DAY_OF_STAFF} a day", DAY_MS - now % DAY_MS)
        media.add(connection, job)
        audit.add(connection, organization, Act(
            now, actor.person.id, actor.person.door.value, "export", user, "", "", "", "{}", "{}"))

    store.record.write(act)
    return job


def of_person(store: Store, user: str) -> list[Media]:
    """What was packed of them lately, whoever asked, newest first."""
    return store.record.read(lambda c: media.jobs_of(c, user, PERSON, SHOWN))


def of(store: Store, person: Person) -> list[Media]:
    """What this person asked for lately, newest first."""
    return store.record.read(lambda c: [
        *media.jobs_of(c, person.id, PERSON, SHOWN), *media.jobs_of(c, person.id, ROOM, SHOWN)])


def new(store: Store, organization: str, user: str, kind: str, name: str) -> Media:
    """A job that nobody knows of yet."""
    return Media(ids.new("m"), organization, user, kind, WAITING, name, 0, 0, 0, 0, "", "", 0, 0, 0, "",
                 store.clock.now())


def about(store: Store, organization: str, user: str) -> dict[str, Any]:
    """What the record says of a person, apart from what they said."""
    def look(connection: Connection) -> dict[str, Any]:
        known = users.one(connection, user)
        phone = phones.of_user(connection, user)
        return {
            "profile": known._asdict() if known else {},
            "identities": [each._asdict() for each in identities.of_user(connection, user)],
            "phone": None if phone is None else {"verified_at": phone.verified_at},
            "rooms": members.of_user(connection, user),
            "requests": [each._asdict() for each in requests.of_user(connection, user)],
            "sanctions": [each._asdict() for each in sanctions.of_user(connection, organization, user)],
            "files": [{"id": each.id, "type": each.type, "name": each.name, "bytes": each.bytes, "at": each.at}
                      for each in media.of_user(connection, user) if each.type not in (PERSON, ROOM)]}

    return store.record.read(look) | {"blocked": sorted(blocks.of(store, user))}


def words_of(store: Store, organization: str, user: str) -> Iterator[Logged]:
    """Everything the person said, as it stands, channel by channel."""
    theirs = store.record.read(lambda c: [user, *(alias.user for alias in aliases.of(c, user))])
    for channel in store.record.read(lambda c: channels.every_of_organization(c, organization)):
        archive.archive_channel(store, channel.id)
        after = 0
        while rows := store.record.read(lambda c, id_=channel.id, after=after: entries.by_users(  # type: ignore[misc]
                c, id_, theirs, after, PAGE)):
            after = rows[-1].seq
            yield from _standing(store, channel.id, [Logged(row.seq, row.epoch, row.op, row.frame) for row in rows])


def words_in(store: Store, room: str) -> Iterator[Logged]:
    """Everything that was said in a room, as it stands, channel by channel; not what two members said to each other."""
    for channel in store.record.read(lambda c: channels.of_room(c, room)):
        archive.archive_channel(store, channel.id)
        after = 0
        while page := store.record.read(lambda c, id_=channel.id, after=after: entries.page(  # type: ignore[misc]
                c, id_, after=after, limit=PAGE)):
            after = page[-1].seq
            yield from _standing(store, channel.id, page)


def _standing(store: Store, channel: str, page: list[Logged]) -> list[Logged]:
    recovery.make_ready(store, ids.room_of(channel))
    return overlay.as_they_stand(store, channel, page)


def _ask(store: Store, person: Person, kind: str, name: str) -> Media:
    now, job = store.clock.now(), new(store, person.organization, person.id, kind, name)

    def act(connection: Connection) -> None:
        if not spent.spend(connection, now // DAY_MS, kind, person.id, A_DAY):
            raise Refused(Code.RATE_LIMITED, f"{A_DAY} a day", DAY_MS - now % DAY_MS)
        media.add(connection, job)

    store.record.write(act)
    return job
