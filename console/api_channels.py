"""`/channels`: channels, their rules, what is said in them, and who waits."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from console.asking import Ask, Capacity, In, Limit, Name, Out, Reason, Seq, Text, given
from rooms import announcements, arranging, messages, overlooking, pins, recalls, rules, seats, shedding
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.overlooking import NOTHING
from rooms.permissions import Role
from rooms.record import rules as rule_rows
from rooms.record.channels import Channel

Entry = Annotated[dict[str, Any], Meta(description="An entry of the log, in the form of docs/protocol.md.")]
READER = Role.OWNER
"""Staff may read every channel of their organization, whatever it asks of members."""


class Rules(Out):
    """What the channel holds people to; 0 is none. `see`, `enter` and `post` name the least role that may."""

    muted_all: bool = False
    slow_seconds: int = 0
    capacity: int = 0
    queue_most: int = 10_000
    fold_seconds: int = 0
    guard_count: int = 0
    guard_seconds: int = 60
    shed_per_second: int = 0
    see: str = "guest"
    enter: str = "guest"
    post: str = "guest"


class ChannelView(Out):
    id: str
    room: str
    name: str
    state: str
    created_at: int
    present: int
    waiting: int
    tip: int
    rules: Rules


class NewChannel(In):
    name: Name
    capacity: Capacity = 0
    slow_seconds: Annotated[int, Meta(ge=0, le=86_400)] = 0


class EditChannel(In):
    """What is left out stays."""

    name: Name | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class SetRules(In):
    """What is left out stays."""

    muted_all: bool | UnsetType = UNSET
    slow_seconds: Annotated[int, Meta(ge=0, le=86_400)] | UnsetType = UNSET
    capacity: Capacity | UnsetType = UNSET
    queue_most: Annotated[int, Meta(ge=0, le=100_000)] | UnsetType = UNSET
    fold_seconds: Annotated[int, Meta(ge=0, le=3_600)] | UnsetType = UNSET
    guard_count: Annotated[int, Meta(ge=0, le=1_000)] | UnsetType = UNSET
    guard_seconds: Annotated[int, Meta(ge=1, le=3_600)] | UnsetType = UNSET
    shed_per_second: Annotated[int, Meta(ge=0, le=100_000)] | UnsetType = UNSET
    see: Role | UnsetType = UNSET
    enter: Role | UnsetType = UNSET
    post: Role | UnsetType = UNSET


class HistoryQuery(In):
    before: Seq | None = None
    after: Annotated[int, Meta(ge=0, lt=1 << 53)] | None = None
    limit: Limit = 50


class History(Out):
    """`seq` ascending; `more`: there are further ones in the direction that was asked for."""

    messages: list[Entry]
    more: bool


class Say(In):
    """The same `client_id` again is the same message; one is made where it is left out."""

    text: Text
    client_id: Annotated[str, Meta(max_length=64)] = ""
    reply_to: Seq | None = None


class Said(Out):
    channel: str
    client_id: str
    epoch: str
    seq: int
    at: int


class Announce(In):
    text: Text


class Acted(Out):
    """channel → the seq of the entry that tells of the act; 0 where nothing had to change."""

    seqs: dict[str, int]


class Pin(In):
    on: bool = True


class Recall(In):
    reason: Reason = ""


class Sitter(Out):
    id: str
    name: str


class PresentQuery(In):
    cursor: Annotated[str, Meta(pattern="^[0-9]{1,20}$")] = "0"
    limit: Limit = 100


class Present(Out):
    count: int
    people: list[Sitter]
    cursor: str | None


class WaiterView(Out):
    id: str
    name: str
    place: int


class Queue(Out):
    """The first two hundred of them; `length` counts all."""

    length: int
    people: list[WaiterView]


class ShedView(Out):
    """Frames that readers were not sent in a second, counted for each reader: of messages, and of passing events."""

    second: int
    chatter: int
    low: int


class Sheds(Out):
    """The seconds of the last day in which the channel was over its rate."""

    seconds: list[ShedView]


def make(ask: Ask, room: str, body: NewChannel) -> ChannelView:
    channel = arranging.add_channel(ask.store, ask.actor, room, body.name, body.capacity, body.slow_seconds)
    return one(ask, channel)


def one(ask: Ask, channel: str) -> ChannelView:
    return views(ask, [find(ask, channel)])[0]


def edit(ask: Ask, channel: str, body: EditChannel) -> ChannelView:
    arranging.edit_channel(ask.store, ask.actor, channel, **given(body))
    return one(ask, channel)


def set_rules(ask: Ask, channel: str, body: SetRules) -> ChannelView:
    find(ask, channel)
    rules.change(ask.store, ask.actor, channel, given(body))
    return one(ask, channel)


def history(ask: Ask, channel: str, query: HistoryQuery) -> History:
    find(ask, channel)
    page = messages.history(ask.store, ask.actor.person, channel, query.before, query.after, query.limit, READER)
    return History(messages=[msgspec.json.decode(entry.frame) for entry in page.entries], more=page.more)


def say(ask: Ask, channel: str, body: Say) -> Said:
    """In the name of the organization, at the door `console`."""
    find(ask, channel)
    draft = Draft("text", {"text": body.text}, body.client_id or secrets.token_hex(12), body.reply_to)
    said = messages.post(ask.store, ask.actor.person, channel, draft, ask.actor.role)
    if isinstance(said, messages.Held):
        raise Refused(Code.BLOCKED_WORDS, "it waits for a review")
    return Said(channel=channel, client_id=said.client_id, epoch=said.epoch, seq=said.seq, at=said.at)


def announce(ask: Ask, channel: str, body: Announce) -> Acted:
    return Acted(seqs=dict(announcements.announce(ask.store, ask.actor, channel, body.text).seqs))


def announce_in_all(ask: Ask, room: str, body: Announce) -> Acted:
    """In every channel of the room."""
    return Acted(seqs=dict(announcements.announce(ask.store, ask.actor, room, body.text).seqs))


def pin(ask: Ask, channel: str, seq: int, body: Pin) -> Acted:
    return Acted(seqs=dict(pins.pin(ask.store, ask.actor, channel, seq, body.on).seqs))


def recall(ask: Ask, channel: str, seq: int, body: Recall) -> Acted:
    return Acted(seqs=dict(recalls.recall(ask.store, ask.actor, channel, seq, body.reason).seqs))


def present(ask: Ask, channel: str, query: PresentQuery) -> Present:
    find(ask, channel)
    found = seats.present(ask.store, channel, query.cursor, query.limit)
    return Present(count=found.count, people=[Sitter(id=one.id, name=one.name) for one in found.people],
                   cursor=found.cursor or None)


def queue(ask: Ask, channel: str) -> Queue:
    known = find(ask, channel)
    length = overlooking.states(ask.store, [known])[channel].waiting
    people = overlooking.waiting(ask.store, channel)
    return Queue(length=length, people=[WaiterView(id=one.id, name=one.name, place=one.place) for one in people])


def shed(ask: Ask, channel: str) -> Sheds:
    find(ask, channel)
    counted = shedding.counted(ask.store, channel)
    return Sheds(seconds=[ShedView(second=one.second, chatter=one.chatter, low=one.low) for one in counted])


def find(ask: Ask, channel: str) -> Channel:
    return arranging.find_channel(ask.store, ask.actor, channel)


def views(ask: Ask, those: Sequence[Channel]) -> list[ChannelView]:
    held = ask.store.record.read(lambda c: rule_rows.of_channels(c, [channel.id for channel in those]))
    states = overlooking.states(ask.store, those)
    return [_view(channel, states.get(channel.id, NOTHING), held.get(channel.id, {})) for channel in those]


def _view(channel: Channel, state: overlooking.State, held: dict[str, str]) -> ChannelView:
    known = {name: value for name, value in held.items() if name in Rules.__struct_fields__}
    set_ = {"capacity": channel.capacity, "slow_seconds": channel.slow_seconds, **known}
    return ChannelView(
        id=channel.id, room=channel.room, name=channel.name, state=channel.state, created_at=channel.created_at,
        present=state.present, waiting=state.waiting, tip=state.tip,
        rules=msgspec.convert(set_, Rules, strict=False))
