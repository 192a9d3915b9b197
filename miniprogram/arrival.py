"""Coming into a channel on a socket, so that no entry is missed and none comes twice.

First everything that may wait: the seat, the channel in step, the entries the reader lacks. Then, without a pause in
which anything could be heard, the answer, what was heard since, and membership from the next entry on.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Raw

from miniprogram.channel import Channel
from miniprogram.connection import Connection
from miniprogram.hub import Hub
from miniprogram.protocol import Entered, Forked, Gap, Me, Place, State, encode
from rooms import blocks, messages, overlay, positions, seats
from rooms.errors import Code, Refused
from rooms.events import Logged, Person, Position
from rooms.store import Store

LATEST = 50
MISSED = 200
PAGE_BYTES = 250 * 1024
"""Of entries in one frame, so that the frame stays below its limit."""
TRIES = 3


class Arrival(NamedTuple):
    """A seat taken; `after` is the last entry that the reader has, `page` what follows up to the seat's tip."""

    seat: seats.Entered
    channel: Channel
    after: int
    forked: Position | None
    page: list[Logged] | None
    """None where there is too much to send."""

    def state(self) -> State:
        seat = self.seat
        return State(channel=seat.channel, epoch=seat.epoch, tip=seat.tip, read=seat.read, unread=seat.unread,
                     mentions=seat.mentions, present=seat.present, entered_at=seat.entered_at,
                     me=Me(seat.role, seat.muted_until, seat.quiet), rules=seat.rules)

    def answer(self, request_id: int, *, latest: bool) -> bytes:
        page, whole = fit(self.page or [], keep_newest=latest)
        complete = latest or (whole and self.after + len(page) >= self.seat.tip)
        state = self.state()
        return encode(Entered(
            id=request_id, channel=state.channel, epoch=state.epoch, tip=state.tip, read=state.read,
            unread=state.unread, mentions=state.mentions, present=state.present, entered_at=state.entered_at,
            me=state.me, rules=state.rules, messages=raw(page), complete=complete))


def raw(entries: list[Logged]) -> list[Raw]:
    return [Raw(entry.frame) for entry in entries]


def fit(entries: list[Logged], *, keep_newest: bool) -> tuple[list[Logged], bool]:
    """As many as one frame carries, and whether that is all."""
    size, kept = 0, 0
    for entry in reversed(entries) if keep_newest else entries:
        size += len(entry.frame) + 1
        if size > PAGE_BYTES:
            break
        kept += 1
    if kept == len(entries):
        return entries, True
    return (entries[len(entries) - kept:] if keep_newest else entries[:kept]), False


class Door:
    """Lets people into channels, on behalf of sockets."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store = store
        self._hub = hub

    def arrive(self, person: Person, channel_id: str, holder: str, password: str | None = None,
               since: Place | None = None, ticket: str = "", *, resumed: bool = False) -> Arrival | seats.Queued:
        """Takes the seat and gathers what the reader lacks: after `since`, or the latest. Or takes a place in the
        queue. Who is `resumed` comes back to a seat of theirs, and lacks all that they missed or nothing.

        May wait. Raises Refused.
        """
        hidden = blocks.soon(self._store, person.id)  # on the way while the seat is taken
        seat = seats.arrive(self._store, person, channel_id, holder, password, ticket, again=resumed)
        channel = self._hub.follow(channel_id)
        if isinstance(seat, seats.Queued):
            return seat
        channel.forks = seat.forks
        for _ in range(TRIES):
            if channel.tip >= seat.tip and channel.epoch == seat.epoch:
                break
            self._hub.catch_up(channel)
        blocked = hidden()
        if since is None:
            after = max(0, seat.tip - LATEST)
            return Arrival(seat, channel, after, None, blocks.hide(self._entries(channel, after, seat.tip), blocked))
        resume = positions.where(seat.forks, seat.epoch, seat.tip, Position(since.epoch, since.seq))
        last = min(seat.tip, resume.after + MISSED)
        if resumed and last < seat.tip:
            return Arrival(seat, channel, resume.after, resume.forked, None)
        page = blocks.hide(self._entries(channel, resume.after, last), blocked)
        return Arrival(seat, channel, resume.after, resume.forked, page)

    def _entries(self, channel: Channel, after: int, last: int) -> list[Logged]:
        if last <= after:
            return []
        found = channel.since(after)
        if found is not None:
            return overlay.as_they_stand(self._store, channel.id, found[:last - after])
        return messages.after(self._store, channel.id, after, last - after, until=last)

    def check(self, arrival: Arrival) -> None:
        """Raises Refused when the log forked while the reader was on the way in: nothing told so far is wrong."""
        channel = arrival.channel
        if not channel.ready or channel.epoch != arrival.seat.epoch or channel.tip < arrival.seat.tip:
            raise Refused(Code.UNAVAILABLE, "the channel is being prepared", 1_000)

    def seat_in(self, arrival: Arrival, connection: Connection) -> bool:
        """What was heard since the seat was taken, then membership. Never waits. False when they were put out again
        meanwhile: then they have heard that as the last."""
        channel = arrival.channel
        late, out = channel.since(arrival.seat.tip), channel.outs.get(connection.speaker.user, 0)
        put_out = out > arrival.seat.tip
        if late is None:
            connection.answer(gap(channel.id, channel.epoch, arrival.seat.tip))
        for entry in blocks.hide(late or [], connection.hidden):
            if not put_out or entry.seq <= out:
                connection.answer(entry.frame)
        if not put_out:
            channel.join(connection)
        return not put_out


def gap(channel: str, epoch: str, seq: int) -> bytes:
    return encode(Gap(channel=channel, after=Place(epoch=epoch, seq=seq)))


def forked(channel: str, position: Position) -> bytes:
    return encode(Forked(channel=channel, epoch=position.epoch, seq=position.seq))
