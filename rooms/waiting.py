"""The queue for a seat as others see it: who stands where, whose turn it is, and whom somebody must call.

`seats.arrive` takes a place, `seats.step_out` gives it up, and the script that frees a seat offers it to the first at
once. Who has a socket hears of it there, and the seat is held for 30 seconds; for who has none it is held for three
minutes, and `away_offers` gives them, each once, to whoever can reach them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from rooms.errors import Refused
from rooms.live import keys
from rooms.live.scripts import CALL
from rooms.seats import seat_keys
from rooms.store import Store

TOGETHER = 200
CALLED_TOGETHER = 500
ONE_BY_ONE = 50
"""Above so many it is cheaper to look at the whole queue."""


class Offer(NamedTuple):
    """A seat is held for `user` until then (ms); entering takes it."""

    channel: str
    user: str
    ticket: str
    until: int


class Standing(NamedTuple):
    """A place in the queue (1 is next), or 0 where a seat is held until `until`."""

    ticket: str
    place: int
    until: int


class Line(NamedTuple):
    """Those asked for who wait or were offered a seat, by user, and how long the queue is."""

    standings: dict[str, Standing]
    length: int


def away_offers(store: Store) -> list[Offer]:
    """Who was offered a seat while nothing connected them: each offer is given to exactly one caller, once.

    Call it every second or so. A caller that dies before it acted loses the call: the seat then goes to the next when
    its three minutes are over.
    """
    found: list[Offer] = []
    channels = store.live.hinted("calls", TOGETHER)
    asked = [(CALL, seat_keys(keys.of_channel(store.live.prefix, channel)), [str(CALLED_TOGETHER)])
             for channel in channels]
    for channel, answer in zip(channels, store.live.calls(asked), strict=True):
        if isinstance(answer, Refused) or answer[0] != b"ok":
            continue
        words = [word.decode() for word in answer[2:]]
        found += [Offer(channel, user, ticket, int(float(until)))
                  for user, ticket, until in zip(words[::3], words[1::3], words[2::3], strict=True)]
        if answer[1]:
            store.live.hint("calls", channel, surely=True)
    return found


def line(store: Store, channel: str, users: Sequence[str]) -> Line:
    """Where these stand. Who is not in it any more has no place and no ticket.

    The queue is read before the offers: whose turn comes while we read is seen in both, never in neither.
    """
    if not users:
        return Line({}, 0)
    name = keys.of_channel(store.live.prefix, channel)
    ranks = _ranks(name.queue, users)
    *ranked, offers, tickets, length = store.live.commands([
        *ranks, (("ZMSCORE", name.offers, *users), name.offers), (("HMGET", name.tickets, *users), name.tickets),
        (("ZCARD", name.queue), name.queue)])
    places = _places(ranked, users)
    standings = {}
    for user, ticket, offered in zip(users, tickets, offers, strict=True):
        if ticket is not None and (offered is not None or user in places):
            standings[user] = Standing(ticket.decode().split(" ")[0], 0 if offered is not None else places[user],
                                       int(float(offered or 0)))
    return Line(standings, int(length))


def _ranks(queue: str, users: Sequence[str]) -> list[tuple[Sequence[str], str]]:
    if len(users) > ONE_BY_ONE:
        return [(("ZRANGE", queue, "0", "-1"), queue)]
    return [(("ZRANK", queue, user), queue) for user in users]


def _places(ranked: Sequence[Any], users: Sequence[str]) -> dict[str, int]:
    if len(users) > ONE_BY_ONE:
        return {user.decode(): place for place, user in enumerate(ranked[0], start=1)}
    return {user: rank + 1 for user, rank in zip(users, ranked, strict=True) if rank is not None}
