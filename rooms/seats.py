"""Being present in a channel: a seat belongs to (user, channel) and is held by sockets, or by a follower's
attention.

A holder is one socket, named "process.number", or "" for a follower, whose seat ends 30 idle minutes after the last
sign. A web process holds a lease in each channel where it has seats; when it dies, its seats are kept as those of lost
sockets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from rooms import cursors, gate, ids, members, mentions
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.live import keys
from rooms.live.scripts import ENTER, KEEP, LAPSE, LEAVE
from rooms.receipts import Reading
from rooms.record import outside as put_out
from rooms.store import Store

LARGEST_PAGE = 200
TOGETHER = 500
HOLD_SECONDS = 30
"""For which an offered seat is held for somebody on a socket."""


class Entered(NamedTuple):
    channel: str
    epoch: str
    tip: int
    read: int
    unread: int
    mentions: int
    present: int
    entered_at: int
    role: str
    muted_until: int | None
    quiet: int | None
    rules: dict[str, Any]
    forks: list[tuple[str, int]]


class Queued(NamedTuple):
    """A place in the queue for a seat: `place` 1 is next."""

    channel: str
    ticket: str
    place: int
    length: int


class Sitter(NamedTuple):
    id: str
    name: str


@dataclass(frozen=True)
class Present:
    """A page of those present; `cursor` is where to go on, and empty at the end."""

    people: list[Sitter]
    cursor: str
    count: int


def enter(store: Store, person: Person, channel: str, holder: str, password: str | None = None,
          *, again: bool = False) -> Entered:
    """Takes a seat, and joins an open room first. The same holder entering again changes nothing. `again`: they only
    come back to a seat that was theirs, which who was put out or left the room meanwhile may not.

    Raises Refused: not_found, password_needed, password_wrong, banned, forbidden, closed, unavailable; `full` where
    there is no seat (the place in the queue that was taken is given back: see `arrive` for who waits); not_entered.
    """
    there = arrive(store, person, channel, holder, password, again=again)
    if isinstance(there, Queued):
        step_out(store, person, channel, holder)
        raise Refused(Code.FULL, "no seat is free")
    return there


def arrive(store: Store, person: Person, channel: str, holder: str, password: str | None = None, ticket: str = "",
           *, again: bool = False) -> Entered | Queued:
    """Takes a seat, or a place in the queue for one. Entering again with a place keeps it; an offered seat is taken.

    Raises Refused as `enter` does, and queue_full; not_found for a `ticket` that is over or somebody else's.
    """
    if not ids.is_channel(channel):
        raise Refused(Code.NOT_FOUND)
    try:
        return _enter(store, person, channel, holder, ticket, again)
    except Refused as refused:
        if again or refused.code not in (Code.NOT_MEMBER, Code.PASSWORD_NEEDED) or (
                refused.code is Code.PASSWORD_NEEDED and password is None):
            raise
    members.join(store, person, ids.room_of(channel), password)
    return _enter(store, person, channel, holder, ticket, again)


def step_out(store: Store, person: Person, channel: str, holder: str) -> int:
    """This holder gives the seat up; it is free at once if nobody else holds it. Returns how many are present."""
    return _let_go(store, person.id, channel, holder, "left")


def lose(store: Store, person: Person, channel: str, holder: str) -> int:
    """This holder's socket is gone; the seat waits 30 seconds for its return if nobody else holds it."""
    return _let_go(store, person.id, channel, holder, "lost")


def part(store: Store, person: Person, channel: str) -> None:
    """Every holder lets go of the seat, or of the place in the queue, and a follower listens no more: the person left
    the room by another way. Their sockets hear of it."""
    _let_go(store, person.id, channel, "", "parted")
    cursors.forget(store, channel, person.id)


def unheld(store: Store, channel: str, holders: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (user, holder) hold no seat there."""
    held = keys.of_channel(store.live.prefix, channel).held
    found: list[bytes | None] = []
    for start in range(0, len(holders), TOGETHER):
        part = [user for user, _ in holders[start:start + TOGETHER]]
        found += store.live.command("HMGET", held, *part, key=held)
    return {(user, holder) for (user, holder), words in zip(holders, found, strict=True)
            if holder.encode() not in (words or b"").split()}


def keep_alive(store: Store, process: str, channels: Iterable[str]) -> list[str]:
    """The process lives and holds its seats in these channels. Returns those whose lease was lost: enter again there.

    A channel whose room cannot be reached now is left out silently; the next round tries again.
    """
    arguments = [process, str(store.limits.lease_ms)]
    return [channel for channel, answer in _each(store, KEEP, channels, arguments) if answer[0] == 0]


def lapse(store: Store, channels: Iterable[str]) -> int:
    """Frees the seats whose time is over; returns how many."""
    freed = 0
    for channel, (gone, _, _, offered) in _each(store, LAPSE, channels, []):
        freed += gone
        if offered:
            store.live.hint("calls", channel)
    return freed


def tips(store: Store, channels: Sequence[str]) -> dict[str, tuple[str, int]]:
    """channel → (epoch, tip) in one round trip; a channel whose room is not ready is left out."""
    wanted = []
    for channel in channels:
        name = keys.of_channel(store.live.prefix, channel)
        wanted += [(("HMGET", name.head, "epoch", "tip"), name.head), (("HGET", name.room.gate, "ready"), name.head)]
    answers = iter(store.live.commands(wanted))
    found = {}
    for channel in channels:
        (epoch, tip), mark = next(answers), next(answers)
        if epoch is not None and (mark or b"").decode() == store.live.ready_for(ids.room_of(channel)):
            found[channel] = (epoch.decode(), int(tip))
    return found


def present(store: Store, channel: str, cursor: str = "0", limit: int = 100) -> Present:
    """Some of those present, in no order, and where to go on. For readers that are in already."""
    name = keys.of_channel(store.live.prefix, channel)
    limit = max(1, min(limit, LARGEST_PAGE))
    (following, found), count = store.live.commands([
        (("HSCAN", name.seats, cursor if cursor.isdigit() else "0", "COUNT", str(limit)), name.seats),
        (("HLEN", name.seats), name.seats)])
    people = [msgspec.json.decode(value, type=dict[str, str]) for value in found[1::2]]
    sitters = [Sitter(person["id"], person["name"]) for person in people]
    return Present(sitters, "" if following == b"0" else following.decode(), int(count))


def is_present(store: Store, user: str, channel: str) -> bool:
    """Whether a socket holds a seat of this person in the channel right now."""
    held = keys.of_channel(store.live.prefix, channel).held
    return bool(store.live.command("HEXISTS", held, user, key=held))


def is_seated(store: Store, user: str, channel: str) -> bool:
    """Whether this person has a seat there, on whatever door."""
    seats = keys.of_channel(store.live.prefix, channel).seats
    return bool(store.live.command("HEXISTS", seats, user, key=seats))


def present_among(store: Store, channels: Sequence[str], users: Sequence[str]) -> set[str]:
    """Whose seat a socket holds right now, of these people, in any of these channels. One round trip."""
    wanted = [(("HMGET", held, *users), held) for held in (
        keys.of_channel(store.live.prefix, channel).held for channel in channels)]
    answers = store.live.commands(wanted) if users and wanted else []
    return {user for answer in answers for user, held in zip(users, answer, strict=True) if held is not None}


def typing(store: Store, person: Person, channel: str) -> None:
    """Shows those present that the person writes something. May be lost."""
    who = msgspec.json.encode({"op": "typing", "who": {"id": person.id, "name": person.name}})
    feed = keys.of_channel(store.live.prefix, channel).feed
    store.live.tell("SPUBLISH", feed, b"P" + who, key=feed)


def _enter(store: Store, person: Person, channel: str, holder: str, ticket: str, again: bool) -> Entered | Queued:
    name = keys.of_channel(store.live.prefix, channel)
    names = [*seat_keys(name), name.reads, name.dirty, name.room.sanctions, name.room.free, name.recalled, name.outside,
             name.room.quiet, name.allowed, name.mentioned]
    keep = store.limits.lease_ms if holder else store.limits.follower_idle_ms
    who = msgspec.json.encode({"id": person.id, "name": person.name})
    rush = store.limits.channel_enters_per_second
    arguments: list[str | bytes] = [
        person.organization, person.id, who, holder, str(keep), channel, ids.new("t"), ticket,
        str(1_000 / rush) if rush else "0", str(rush or 1), "1" if again else ""]
    answer = gate.ask(store, ids.room_of(channel), ENTER, names, arguments)
    store.live.hint("seats", channel)
    if len(answer) == 3:
        store.live.hint("calls", channel)
        return Queued(channel, answer[0].decode(), int(answer[1]), int(answer[2]))
    (epoch, tip, talk, text, count, at, role, capacity, slow, forks, muted, gone, muted_all, quiet, was_out, mine,
     everybody, recalled) = answer
    if was_out:
        store.record.write(lambda c: put_out.end(c, channel, person.id))
    reading = Reading.parse(text)
    rules = {"muted_all": muted_all == b"1", "slow_seconds": int(slow or 0), "capacity": int(capacity or 0)}
    return Entered(channel, epoch.decode(), int(tip), reading.seq, reading.unread(int(talk), int(gone)),
                   mentions.above(reading.seq, int(tip), person.id, mine, everybody, map(int, recalled)), int(count),
                   int(at), role.decode(), int(muted) if muted else None, int(quiet) if quiet else None, rules,
                   parse_forks(forks))


def seat_keys(name: keys.ChannelKeys) -> list[str]:
    """What every script that touches seats is given first, in this order."""
    return [name.room.gate, name.room.members, name.head, name.seats, name.held, name.away, name.leases, name.queue,
            name.tickets, name.waiting, name.offers, name.feed]


def parse_forks(text: bytes | None) -> list[tuple[str, int]]:
    return [(epoch, end) for epoch, end in msgspec.json.decode(text or b"[]")]


def _let_go(store: Store, user: str, channel: str, holder: str, how: str) -> int:
    name = keys.of_channel(store.live.prefix, channel)
    present, offered = gate.ask(store, ids.room_of(channel), LEAVE, seat_keys(name), [user, holder, how])
    if offered:
        store.live.hint("calls", channel)
    return int(present)


def _each(store: Store, script: Any, channels: Iterable[str], arguments: list[str]) -> list[tuple[str, list[Any]]]:
    """Runs a script for each channel, all in one round trip a node, without rebuilding rooms that are not ready."""
    waiting = []
    for channel in channels:
        name = keys.of_channel(store.live.prefix, channel)
        waiting.append((channel, seat_keys(name)))
    replies = store.live.calls([(script, names, arguments) for _, names in waiting])
    return [(channel, list(reply[1:])) for (channel, _), reply in zip(waiting, replies, strict=True)
            if not isinstance(reply, Refused) and reply[0] == b"ok"]
