"""`/rooms`: rooms, their ways in, their members, invitations and requests."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from console.api_channels import ChannelView, views
from console.asking import Ask, Capacity, Done, Ids, In, Name, Out, Page, Password, Reason, Seconds, given
from rooms import arranging, doors, invitations, members, requests, shield, white_list
from rooms.doors import Ways
from rooms.errors import Code, Refused
from rooms.permissions import Role
from rooms.record import channels, people, rooms, shields
from rooms.record.rooms import Room


class RoomView(Out):
    """`locked`: a password is needed. `state`: open, or archived."""

    id: str
    name: str
    state: str
    private: bool
    listed: bool
    by_request: bool
    verified: bool
    white_only: bool
    direct: bool
    locked: bool
    shield: bool
    capacity: int
    members: int
    created_at: int
    channels: list[ChannelView]


class Rooms(Out):
    rooms: list[RoomView]


class NewRoom(In):
    name: Name
    password: Password = ""
    private: bool = False
    listed: bool = True


class EditRoom(In):
    """What is left out stays. An empty password takes it away."""

    name: Name | UnsetType = UNSET
    capacity: Capacity | UnsetType = UNSET
    archived: bool | UnsetType = UNSET
    private: bool | UnsetType = UNSET
    listed: bool | UnsetType = UNSET
    by_request: bool | UnsetType = UNSET
    verified: bool | UnsetType = UNSET
    white_only: bool | UnsetType = UNSET
    direct: bool | UnsetType = UNSET
    password: Password | UnsetType = UNSET


class SetShield(In):
    on: bool


class Order(In):
    """These first, in this order."""

    order: Ids


class MembersQuery(Page):
    q: Annotated[str, Meta(max_length=64)] = ""
    role: Role | None = None
    white_list: bool | None = None


class MemberView(Out):
    user: str
    name: str
    avatar: str
    role: str
    joined_at: int
    white_list: bool


class MembersPage(Out):
    """`cursor` is null at the end."""

    members: list[MemberView]
    cursor: str | None


class SetMember(In):
    role: Role | UnsetType = UNSET
    white_list: bool | UnsetType = UNSET


class NewInvitation(In):
    seconds: Seconds = invitations.USUAL_SECONDS
    uses: Annotated[int, Meta(ge=1, le=invitations.MOST_USES)] = 1


class InvitationMade(Out):
    """The code is shown only now."""

    code: str
    name: str
    expires_at: int
    uses: int


class InvitationView(Out):
    name: str
    by: str
    made_at: int
    expires_at: int
    uses: int
    used: int


class Invitations(Out):
    invitations: list[InvitationView]


class RequestView(Out):
    user: str
    name: str
    text: str
    at: int


class Requests(Out):
    requests: list[RequestView]


class Answer(In):
    approve: bool
    reason: Reason = ""


def listed(ask: Ask) -> Rooms:
    found, inside, counted, shielded = ask.store.record.read(lambda c: (
        rooms.of_organization(c, ask.organization), channels.of_organization(c, ask.organization),
        people.counts(c, ask.organization), shields.up(c, ask.organization)))
    shown = views(ask, inside)
    return Rooms(rooms=[
        _view(room, counted.get(room.id, 0), [one for one in shown if one.room == room.id], room.id in shielded)
        for room in found])


def make(ask: Ask, body: NewRoom) -> RoomView:
    room = arranging.add_room(ask.store, ask.actor, body.name, body.password, body.private, body.listed)
    return one(ask, room)


def one(ask: Ask, room: str) -> RoomView:
    found = find(ask, room)
    inside, counted = ask.store.record.read(lambda c: (
        channels.of_room(c, room), people.counts(c, ask.organization)))
    return _view(found, counted.get(room, 0), views(ask, inside), shield.is_up(ask.store, room))


def edit(ask: Ask, room: str, body: EditRoom) -> RoomView:
    find(ask, room)
    ways = given(body)
    plain = {name: ways.pop(name) for name in ("name", "capacity", "archived") if name in ways}
    if ways:
        doors.change(ask.store, ask.actor, room, Ways(**ways))
    if plain or not ways:
        arranging.edit_room(ask.store, ask.actor, room, **plain)
    return one(ask, room)


def order(ask: Ask, body: Order) -> Done:
    arranging.order_rooms(ask.store, ask.actor, body.order)
    return Done()


def set_shield(ask: Ask, room: str, body: SetShield) -> RoomView:
    """Against a raid: newcomers ask, everybody speaks slowly, the same words are refused. Off: all is as before."""
    find(ask, room)
    (shield.raise_ if body.on else shield.lower)(ask.store, ask.actor, room)
    return one(ask, room)


def order_channels(ask: Ask, room: str, body: Order) -> Done:
    arranging.order_channels(ask.store, ask.actor, room, body.order)
    return Done()


def members_of(ask: Ask, room: str, query: MembersQuery) -> MembersPage:
    find(ask, room)
    found = ask.store.record.read(lambda c: people.in_room(
        c, room, query.q, query.role or "", query.white_list, query.cursor, query.limit))
    shown = [MemberView(user=one.user, name=one.name, avatar=one.avatar, role=one.role, joined_at=one.joined_at,
                        white_list=one.free) for one in found]
    return MembersPage(members=shown, cursor=shown[-1].user if len(shown) == query.limit else None)


def set_member(ask: Ask, room: str, user: str, body: SetMember) -> Done:
    """Makes them a member first where they are none."""
    find(ask, room)
    if body.role is not UNSET:
        members.appoint(ask.store, ask.actor, room, user, body.role)
    if body.white_list is not UNSET:
        white_list.set_free(ask.store, ask.actor, room, user, body.white_list)
    return Done()


def invitations_of(ask: Ask, room: str) -> Invitations:
    found = invitations.of_room(ask.store, ask.who.reader, room)
    return Invitations(invitations=[InvitationView(**one._asdict()) for one in found])


def invite(ask: Ask, room: str, body: NewInvitation) -> InvitationMade:
    made = invitations.make(ask.store, ask.actor, room, body.seconds, body.uses)
    return InvitationMade(**made._asdict())


def uninvite(ask: Ask, room: str, name: str) -> Done:
    invitations.revoke(ask.store, ask.actor, room, name)
    return Done()


def requests_of(ask: Ask, room: str) -> Requests:
    found = requests.waiting(ask.store, ask.who.reader, room)
    return Requests(requests=[
        RequestView(user=asked.user, name=name, text=asked.text, at=asked.at) for asked, name in found])


def answer(ask: Ask, room: str, user: str, body: Answer) -> Done:
    requests.answer(ask.store, ask.actor, room, user, body.approve, body.reason)
    return Done()


def find(ask: Ask, room: str) -> Room:
    """Raises Refused(not_found), also for a room of another organization."""
    found = ask.store.record.read(lambda c: rooms.one(c, room))
    if found is None or found.organization != ask.organization:
        raise Refused(Code.NOT_FOUND)
    return found


def _view(room: Room, counted: int, inside: list[ChannelView], shielded: bool) -> RoomView:
    return RoomView(
        id=room.id, name=room.name, state=room.state, private=room.private, listed=room.listed,
        by_request=room.by_request, verified=room.verified, white_only=room.white_only, direct=room.direct,
        locked=room.password_hash is not None, shield=shielded, capacity=room.capacity, members=counted,
        created_at=room.created_at, channels=inside)
