"""Many people before one small channel, over real sockets: who is in, who waits, and who is woken when."""

from __future__ import annotations

import itertools
import multiprocessing
import random
import selectors
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from rooms import channels, members, waiting
from tests.miniprogram.web import Web, ask
from tests.socket_client import Json, Socket

PROBE_EVERY_SECONDS = 0.02
PROBES = 6
PING_SECONDS = 15.0


class Guest:
    """One socket of one person, and what it was told."""

    def __init__(self, socket: Socket, user: str) -> None:
        self.socket, self.user = socket, user
        self.entered = False
        self.ticket = ""
        self.place = 0
        self.refused = ""
        self.seat_at = 0.0

    def take(self, frame: Json, now: float) -> None:
        if frame["op"] == "entered":
            self.entered, self.ticket = True, ""
        elif frame["op"] == "queued":
            self.ticket, self.place = frame["ticket"], frame["place"]
        elif frame["op"] == "queue":
            self.place = frame["place"]
        elif frame["op"] == "seat":
            self.seat_at = now
        elif frame["op"] == "refused":
            self.refused = frame["code"]


class Rush:
    def __init__(self, web: Web, people: int, capacity: int) -> None:
        self.web, self.capacity = web, capacity
        self.channel = channels.add(web.store, web.cast.room, f"rush {time.monotonic_ns()}", capacity=capacity)
        self.elsewhere = channels.add(web.store, web.cast.room, f"quiet {time.monotonic_ns()}")
        self.selector = selectors.DefaultSelector()
        self.numbers = itertools.count(1_000)
        self.guests: list[Guest] = []
        self.settled_after = 0.0
        self.pinged_at = time.monotonic()
        for number in range(people):
            self.guests.append(self._guest(number))
            self._stay_alive()

    def _guest(self, number: int) -> Guest:
        person = self.web.cast.person(f"guest {number}")
        members.join(self.web.store, person, self.web.cast.room)
        guest = Guest(self.web.greeted(person), person.id)
        self.selector.register(guest.socket.raw, selectors.EVENT_READ, guest)
        return guest

    # ---- what happens

    def all_enter(self) -> float:
        """Everybody at once; returns the seconds that the sending took."""
        began = time.monotonic()
        for guest in self.guests:
            guest.socket.send({"op": "enter", "id": next(self.numbers), "channel": self.channel})
        sent = time.monotonic() - began
        self.hear_until(lambda: all(guest.entered or guest.ticket or guest.refused for guest in self.guests), 120)
        self.settled_after = time.monotonic() - began
        return sent

    def free_seats(self, count: int) -> list[float]:
        """So many leave at once. Seconds until each of as many others is told; they take the seats."""
        leaving = [guest for guest in self.guests if guest.entered][:count]
        known = {guest.user for guest in self.guests if guest.seat_at}
        began = time.monotonic()
        for guest in leaving:
            guest.socket.send({"op": "leave", "id": next(self.numbers), "channel": self.channel})
            guest.entered = False
        self.hear_until(lambda: sum(1 for guest in self.guests if guest.seat_at) == len(known) + count, 20)
        woken = [guest for guest in self.guests if guest.seat_at and guest.user not in known]
        for guest in woken:
            guest.socket.send({"op": "enter", "id": next(self.numbers), "channel": self.channel,
                               "ticket": guest.ticket})
        self.hear_until(lambda: all(guest.entered for guest in woken), 20)
        return [guest.seat_at - began for guest in woken]

    def frees_a_seat(self, guest: Guest) -> float:
        """Seconds from the moment a seat is given up until the first in the queue is told; they take it."""
        first = self.first()
        guest.socket.send({"op": "leave", "id": next(self.numbers), "channel": self.channel})
        left_at = time.monotonic()
        guest.entered = False
        self.hear_until(lambda: first.seat_at > 0, 10)
        first.socket.send({"op": "enter", "id": next(self.numbers), "channel": self.channel, "ticket": first.ticket})
        self.hear_until(lambda: first.entered, 10)
        return first.seat_at - left_at

    def first(self) -> Guest:
        places = self.places()
        return next(guest for guest in self.guests if places.get(guest.user) == 1)

    def places(self) -> dict[str, int]:
        found = waiting.line(self.web.store, self.channel, [guest.user for guest in self.guests]).standings
        return {user: standing.place for user, standing in found.items()}

    def hear_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.hear_until(lambda: time.monotonic() >= end, seconds + 1)

    def hear_until(self, condition: Any, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "not in time"
            self._stay_alive()
            for key, _ in self.selector.select(0.1):
                guest: Guest = key.data
                now = time.monotonic()
                with suppress(TimeoutError):
                    while True:
                        guest.take(guest.socket.receive(0), now)

    def _stay_alive(self) -> None:
        if time.monotonic() - self.pinged_at > PING_SECONDS:
            self.pinged_at = time.monotonic()
            for guest in self.guests:
                guest.socket.send({"op": "ping", "id": next(self.numbers)})

    # ---- how others fare meanwhile

    def probing(self) -> Probing:
        return Probing(self.web, self.elsewhere)




class Probing:
    """Others who talk elsewhere, on sockets of all processes, from a program of their own."""

    def __init__(self, web: Web, channel: str) -> None:
        tokens = [web.token(web.cast.person(f"probe {number}")) for number in range(PROBES)]
        context = multiprocessing.get_context("spawn")
        self._mine, theirs = context.Pipe()
        self._process = context.Process(target=_probe, args=(web.port, tokens, channel, theirs), daemon=True)

    def __enter__(self) -> Probing:
        self._process.start()
        assert self._mine.recv() == "ready"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()

    def end(self) -> list[float]:
        self._mine.send("end")
        found: list[float] = self._mine.recv()
        return found


def _probe(port: int, tokens: list[str], channel: str, pipe: Connection) -> None:
    sockets = []
    for number, token in enumerate(tokens):
        socket = Socket("127.0.0.1", port)
        socket.send({"op": "hello", "id": 1, "token": token})
        socket.receive()
        ask(socket, {"op": "enter", "channel": channel}, number)
        sockets.append(socket)
    pipe.send("ready")
    waits, chance = [], random.Random(1)
    for number in itertools.count(100):
        if pipe.poll(PROBE_EVERY_SECONDS):
            break
        socket, began = chance.choice(sockets), time.monotonic()
        ask(socket, {"op": "ping"}, number)
        waits.append(time.monotonic() - began)
    pipe.send(waits)
