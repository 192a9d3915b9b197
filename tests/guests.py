"""Who is in a crowd (`tests/crowd.py`): people as the record knows them, and what the phone of each has."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import NamedTuple

from miniprogram.tokens import Tokens
from rooms import ids
from rooms.events import Door, Person
from rooms.record import Connection, tables
from rooms.store import Store
from tests.ledger import Place


class Guest(NamedTuple):
    token: str
    channel: str


class Listener:
    """One phone. `seq` is the last entry it has; `said_bye` and `lost_at` are of the socket that it had last."""

    __slots__ = ("asked", "channel", "due", "epoch", "failures", "fd", "filling", "forks", "gone_at", "inside", "name",
                 "out", "rest", "runs", "said_bye", "saying", "seq", "shaken", "socket", "spoke_at", "streamed",
                 "token", "told", "tried_at", "words")

    def __init__(self, name: str, guest: Guest) -> None:
        self.name = name
        self.token, self.channel = guest
        self.socket: socket.socket | None = None
        self.fd = -1
        self.rest, self.out = b"", b""
        self.shaken = self.inside = self.said_bye = False
        self.asked: dict[int, float] = {}
        """Requests without an answer, and when they were sent."""
        self.epoch, self.seq = "", -1
        self.runs: list[Place] = []
        """The epochs of what it has, each with the first seq in it."""
        self.streamed = -1
        """The last seq that the server gave on this socket; -1 where it may go on anywhere, since it told of a gap."""
        self.filling = False
        """Asks for history, and leaves alone what comes meanwhile: it is on one of the next pages."""
        self.forks: list[int] = []
        self.failures, self.told = 0, -1.0
        self.due = 0.0
        """When it connects, is given up or pings."""
        self.gone_at = 0.0
        """When it was told to go, or was cut; 0 while it is there."""
        self.words = 0
        """Messages begun; the number of the one that it says now."""
        self.saying = False
        self.tried_at = self.spoke_at = 0.0
        """When it first tried the message that it says, and the last one that was answered."""

    @property
    def client_id(self) -> str:
        return f"{self.name}.{self.words}"

    def has(self, epoch: str, seq: int) -> None:
        """The next entry."""
        self.seq = seq
        if epoch != self.epoch or not self.runs:
            self.epoch = epoch
            self.runs.append((epoch, seq))

    def begins(self, epoch: str, tip: int) -> None:
        self.epoch, self.seq = epoch, tip
        self.runs = []

    def drops(self, epoch: str, end: int) -> None:
        """What it has above `end` was lost."""
        self.forks.append(end)
        self.seq = min(self.seq, end)
        while self.runs and self.runs[-1][1] > self.seq:
            self.runs.pop()
        self.epoch = self.runs[-1][0] if self.runs else epoch
        self.streamed = end


def new_guests(store: Store, secret_key: str, organization: str, places: Sequence[str], count: int) -> list[Guest]:
    """People as after their first login, members of the rooms where they listen, in turn."""
    now, tokens = store.clock.now(), Tokens(secret_key)
    people = [Person(ids.new("u"), organization, f"客{number}", Door.MINIPROGRAM, "") for number in range(count)]
    rows = [{"id": each.id, "organization": each.organization, "name": each.name, "avatar": "", "tokens_after": 0,
             "created_at": now, "erased_at": None} for each in people]

    def act(connection: Connection) -> None:
        connection.execute(tables.users.insert(), rows)
        connection.execute(tables.members.insert(), [
            {"room": ids.room_of(places[number % len(places)]), "user": person.id, "role": "member", "joined_at": now}
            for number, person in enumerate(people)])

    store.record.write(act)
    return [Guest(tokens.issue(person.id, person.organization, now), places[number % len(places)])
            for number, person in enumerate(people)]
