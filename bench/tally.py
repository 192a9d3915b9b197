"""Counting one channel's messages over all its sockets: how many, in order, and how late.

Each socket has the number of the last message it got; a histogram of these numbers tells without a look at the
sockets which message the last of them has.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.sockets import Socket

MEMOS = 64


class Tally:
    """`floor` is the last message that every socket has; `memos` are pieces of the stream counted already."""

    __slots__ = ("base", "counting", "delivered", "due", "each", "floor", "last", "memos", "name", "place", "said",
                 "sent", "sockets", "turn", "wrong")

    def __init__(self, name: str) -> None:
        self.name = name
        self.sockets: list[Socket] = []
        self.memos: dict[int, tuple[bytes, int]] = {}
        self.turn = 0
        self.begin(0)
        self.counting = False

    def begin(self, base: int) -> None:
        """Counts from now on: all sockets have message `base` and nothing above it."""
        self.counting = True
        self.base = self.floor = base
        self.place = deque([len(self.sockets)])
        self.sent = self.said = self.delivered = self.wrong = 0
        self.due: deque[float] = deque()
        self.each: list[float] = []
        self.last: list[float] = []
        self.memos.clear()

    @property
    def in_flight(self) -> int:
        """Sent, and not with everybody yet."""
        return self.base + self.sent - self.floor

    def moved(self, socket: Socket, to: int, now: float) -> bool:
        """The socket got everything up to `to`. True when a message reached its last reader."""
        if not self.counting:
            socket.position = to
            return False
        place, floor, at = self.place, self.floor, socket.position
        self.delivered += to - at
        while len(place) <= to - floor:
            place.append(0)
        place[at - floor] -= 1
        place[to - floor] += 1
        socket.position = to
        if socket.sampled and self.due:
            self._late(at, to, now)
        if at != floor or place[0]:
            return False
        while not place[0] and len(place) > 1:
            place.popleft()
            self.floor += 1
            if self.due:
                self.last.append(now - self.due.popleft())
        if len(self.memos) > MEMOS:
            self.memos.clear()
        return True

    def _late(self, at: int, to: int, now: float) -> None:
        for seq in range(at + 1, to + 1):
            if seq - self.floor <= len(self.due):
                self.each.append(now - self.due[seq - self.floor - 1])
