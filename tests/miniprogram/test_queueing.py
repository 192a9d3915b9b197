"""A full channel on sockets: a place in the queue, what is told about it, and the seat that comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from rooms import channels, rules, sanctions, seats
from rooms.authority import Actor
from rooms.events import Person
from tests.miniprogram.web import Web, ask, events, say
from tests.patience import PATIENCE_SECONDS
from tests.socket_client import Json, Socket


class Table:
    """A channel with one seat, on which Alice sits; others come and wait."""

    def __init__(self, web: Web, capacity: int = 1) -> None:
        self.web = web
        self.channel = channels.add(web.store, web.cast.room, f"table {time.monotonic_ns()}", capacity=capacity)
        self.alice = web.cast.person("Alice")
        self.a = web.member(self.alice, self.channel)

    def waits(self, person: Person) -> tuple[Socket, Json]:
        socket = self.web.greeted(person)
        queued = self.enters(socket)
        assert queued["op"] == "queued", queued
        return socket, queued

    def enters(self, socket: Socket, **given: object) -> Json:
        return ask(socket, {"op": "enter", "channel": self.channel, **given})


@pytest.fixture
def table(web: Web) -> Table:
    return Table(web)


def test_who_finds_no_seat_gets_a_ticket_and_then_a_seat_that_is_held(table: Table) -> None:
    socket, queued = table.waits(table.web.cast.person("Bob"))
    assert {key: queued[key] for key in ("channel", "place", "length")} == {
        "channel": table.channel, "place": 1, "length": 1}
    assert ask(table.a, {"op": "leave", "channel": table.channel})["op"] == "left"
    seat = events(socket, "seat", 1, 5)[0]
    assert seat == {"op": "seat", "channel": table.channel, "ticket": queued["ticket"], "hold_seconds": 30}
    assert table.enters(table.a)["op"] == "queued", "it is held for Bob"
    assert table.enters(socket, ticket=seat["ticket"])["op"] == "entered"
    assert ask(socket, say(table.channel, "here", "one"))["op"] == "said"


def test_how_many_wait_and_for_how_long_stands_on_the_page_of_numbers(table: Table) -> None:
    before = numbers(table.web)
    socket, _ = table.waits(table.web.cast.person("Bob"))
    patiently(lambda: numbers(table.web)["waiting"] > before["waiting"])
    ask(table.a, {"op": "leave", "channel": table.channel})
    events(socket, "seat", 1, 5)
    patiently(lambda: numbers(table.web)["called_total"] > before["called_total"])
    assert numbers(table.web)["waited_ms_total"] > before["waited_ms_total"]


def numbers(web: Web) -> dict[str, float]:
    lines = [line.split() for line in web.get("/metrics").text.splitlines() if line.startswith("teahouse_socket_")]
    return {name.removeprefix("teahouse_socket_"): float(value) for name, value in lines}


def patiently(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_places_are_told_when_they_change_and_not_otherwise(table: Table) -> None:
    (bob, _), (charlie, third) = (table.waits(table.web.cast.person(name)) for name in ("Bob", "Charlie"))
    assert third["place"] == 2
    assert ask(bob, {"op": "leave", "channel": table.channel})["op"] == "left"
    assert events(charlie, "queue", 1, 6) == [{"op": "queue", "channel": table.channel, "place": 1, "length": 1}]
    with pytest.raises(TimeoutError):
        events(charlie, "queue", 1, 2.5)


def test_who_waits_hears_nothing_of_what_is_said_inside(table: Table) -> None:
    socket, _ = table.waits(table.web.cast.person("Bob"))
    ask(table.a, say(table.channel, "private", "one"))
    assert ask(socket, say(table.channel, "let me", "two"))["code"] == "not_entered"
    with pytest.raises(TimeoutError):
        events(socket, "message", 1, 0.5)


def test_a_ticket_of_nobody_is_not_found(table: Table) -> None:
    socket, _ = table.waits(table.web.cast.person("Bob"))
    assert table.enters(socket, ticket="t_000000000000")["code"] == "not_found"
    assert table.enters(socket)["place"] == 1, "the place is kept"


def test_coming_back_shows_the_same_place_and_ticket(table: Table) -> None:
    bob = table.web.cast.person("Bob")
    first, queued = table.waits(bob)
    first.vanish()
    time.sleep(0.2)
    table.waits(table.web.cast.person("Charlie"))
    again = table.web.greeted(bob, {table.channel: {"epoch": "e1", "seq": 0}})
    assert again.welcome["channels"] == [  # type: ignore[attr-defined]
        {"channel": table.channel, "ticket": queued["ticket"], "place": 1, "length": 2}]
    ask(table.a, {"op": "leave", "channel": table.channel})
    assert events(again, "seat", 1, 5)[0]["ticket"] == queued["ticket"]


def test_a_seat_that_nobody_takes_goes_to_the_next(table: Table) -> None:
    (bob, _), (charlie, _) = (table.waits(table.web.cast.person(name)) for name in ("Bob", "Charlie"))
    ask(table.a, {"op": "leave", "channel": table.channel})
    events(bob, "seat", 1, 5)
    table.web.store.live.offset_ms += 31_000
    try:
        seats.lapse(table.web.store, [table.channel])
    finally:
        table.web.store.live.offset_ms = 0
    assert events(charlie, "seat", 1, 6)[0]["hold_seconds"] >= 30
    assert events(bob, "queue", 1, 6)[0]["place"] == 0, "the ticket is over"


def test_a_larger_room_and_a_ban_reach_those_who_wait(table: Table) -> None:
    owner = Actor(table.alice, "owner")
    bob, charlie = table.web.cast.person("Bob"), table.web.cast.person("Charlie")
    (b, _), (c, _) = table.waits(bob), table.waits(charlie)
    sanctions.ban(table.web.store, owner, table.channel, bob.id)
    assert events(b, "queue", 1, 5)[0]["place"] == 0
    rules.change(table.web.store, owner, table.channel, {"capacity": 2})
    assert events(c, "seat", 1, 5)
    assert table.enters(c)["op"] == "entered"
    assert table.enters(b)["code"] == "banned"
