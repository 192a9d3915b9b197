"""`/people`: the organization's people, and one person's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from console.api_channels import Entry
from console.asking import Ask, Out, Page
from rooms import overlay, overlooking, phones, search
from rooms.errors import Code, Refused
from rooms.events import Logged
from rooms.live import log
from rooms.record import Connection, aliases, channels, deliveries, members, people, rooms, sanctions, tags, users
from rooms.record import identities as identity_rows
from rooms.record.channels import Channel
from rooms.record.deliveries import Delivery
from rooms.record.sanctions import Sanction
from rooms.record.users import User
from rooms.search import Query

LOOKED_AT, SHOWN = 300, 30
"""Newest entries of each channel among which a person's own are looked for, and how many are shown."""


class PeopleQuery(Page):
    """`q`: a part of the name, or the whole id."""

    q: Annotated[str, Meta(max_length=64)] = ""


class PersonRow(Out):
    id: str
    name: str
    avatar: str
    created_at: int


class People(Out):
    people: list[PersonRow]
    cursor: str | None


class IdentityView(Out):
    appid: str
    openid: str
    unionid: bool
    kind: str
    subscribed: bool
    created_at: int


class MembershipView(Out):
    room: str
    name: str
    role: str
    present: list[str]


class SanctionView(Out):
    """No `channel` is the whole room, no `room` the organization; `until` null: no end."""

    kind: str
    room: str
    channel: str
    user: str
    name: str
    until: int | None
    reason: str
    by: str
    at: int


class DeliveryView(Out):
    """`detail` says why it was sent, or what went wrong."""

    id: str
    appid: str
    way: str
    channel: str | None
    from_seq: int
    to_seq: int
    state: str
    errcode: int | None
    at: int
    settled_at: int | None
    detail: str


class PersonView(Out):
    """`phone` is masked. `recent` are their newest messages in channels that staff may read."""

    id: str
    name: str
    avatar: str
    created_at: int
    phone: str | None
    also: list[str]
    tags: list[str]
    identities: list[IdentityView]
    rooms: list[MembershipView]
    sanctions: list[SanctionView]
    recent: list[Entry]
    deliveries: list[DeliveryView]


def listed(ask: Ask, query: PeopleQuery) -> People:
    found = _by_id(ask, query.q) or ask.store.record.read(
        lambda c: people.page(c, ask.organization, query.q, query.cursor, query.limit))
    shown = [PersonRow(id=one.id, name=one.name, avatar=one.avatar, created_at=one.created_at) for one in found]
    return People(people=shown, cursor=shown[-1].id if len(shown) == query.limit else None)


def _by_id(ask: Ask, text: str) -> Sequence[User]:
    try:
        return [find(ask, text)] if text.startswith("u_") else []
    except Refused:
        return []


def one(ask: Ask, user: str) -> PersonView:
    """Also under an id that the person had before they were found to be one with another."""
    known = find(ask, user)
    theirs = ask.store.record.read(lambda c: _Theirs(c, known))
    present = {channel.id for channel in overlooking.presence(ask.store, known.id, theirs.channels)}
    return PersonView(
        id=known.id, name=known.name, avatar=known.avatar, created_at=known.created_at,
        phone=phones.of(ask.store, known.id), also=theirs.also, tags=theirs.tags,
        identities=[IdentityView(appid=i.appid, openid=i.openid, unionid=bool(i.unionid), kind=i.kind,
                                 subscribed=i.subscribed, created_at=i.created_at) for i in theirs.identities],
        rooms=[MembershipView(room=room, name=theirs.names[room], role=role, present=[
            channel.id for channel in theirs.channels if channel.room == room and channel.id in present])
            for room, role in theirs.roles.items() if room in theirs.names],
        sanctions=[sanction_view(one, known.name) for one in theirs.sanctions],
        recent=_recent(ask, known.id, theirs.channels),
        deliveries=[_delivery(one) for one in theirs.deliveries])


def find(ask: Ask, user: str) -> User:
    """Raises Refused(not_found), also for a person of another organization and for who was erased."""
    known = ask.store.record.read(lambda c: users.one(c, aliases.kept(c, user)))
    if known is None or known.organization != ask.organization or known.erased_at is not None:
        raise Refused(Code.NOT_FOUND)
    return known


def sanction_view(one: Sanction, name: str) -> SanctionView:
    return SanctionView(kind=one.kind, room=one.room, channel=one.channel, user=one.user, name=name,
                        until=one.until or None, reason=one.reason, by=one.by, at=one.at)


class _Theirs:
    """What the record holds of one person."""

    def __init__(self, connection: Connection, known: User) -> None:
        self.identities = identity_rows.of_user(connection, known.id)
        self.roles = members.of_user(connection, known.id)
        self.also = [alias.user for alias in aliases.of(connection, known.id)]
        self.tags = tags.of_user(connection, known.id)
        self.sanctions = sanctions.of_user(connection, known.organization, known.id)
        self.deliveries = deliveries.of_user(connection, known.id)
        self.names = {room.id: room.name for room in rooms.of_organization(connection, known.organization)}
        self.channels: list[Channel] = [
            channel for room in list(self.roles)[:50] for channel in channels.of_room(connection, room)]


def _recent(ask: Ask, user: str, those: list[Channel]) -> list[dict[str, Any]]:
    """As it stands now: what the index knows, and what was said since."""
    found = search.search(ask.store, ask.actor.person, Query(user=user), limit=SHOWN, staff=True).hits
    said = {(hit.channel, hit.entry.seq): hit.entry for hit in found if hit.entry.op == "message"}
    fresh = {channel.id: own for channel in those[:50] if (own := _own(ask, user, channel.id))}
    for channel, entries in overlay.each_as_it_stands(ask.store, fresh).items():
        said |= {(channel, entry.seq): entry for entry in entries}
    frames = [msgspec.json.decode(entry.frame) for entry in said.values()]
    return sorted(frames, key=lambda frame: -int(frame["at"]))[:SHOWN]


def _own(ask: Ask, user: str, channel: str) -> list[Logged]:
    """Their messages among the newest of a channel's log."""
    return [entry for entry in log.newest(ask.store.live, channel, LOOKED_AT)
            if entry.op == "message" and user.encode() in entry.frame and _author(entry) == user]


def _author(entry: Logged) -> str:
    return str(msgspec.json.decode(entry.frame)["from"]["id"])


def _delivery(one: Delivery) -> DeliveryView:
    return DeliveryView(**{name: getattr(one, name) for name in DeliveryView.__struct_fields__})


