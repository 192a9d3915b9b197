"""What could not be sent yet to one reader: bounded, in order, never cut inside a frame.

Exists only while a reader lags. Where the bound is reached, chatter is left out and the place is remembered, so that a
`gap` can say so when the reader has caught up; what may not be left out ends the connection.
"""

from __future__ import annotations

from collections import deque

from miniprogram.protocol import Gap, Place, encode

FRAMES, BYTES = 256, 1 << 20
AT_ONCE = 1 << 18


class Outbox:
    __slots__ = ("_pieces", "frames", "left_out", "moved", "size")

    def __init__(self, now: int) -> None:
        self._pieces: deque[tuple[bytes, int]] = deque()
        self.frames = 0
        self.size = 0
        self.left_out: dict[str, Place] = {}
        """channel → the last position this reader was given before entries were left out"""
        self.moved = now
        """when the peer last took something, in seconds"""

    def __bool__(self) -> bool:
        return self.size > 0

    def fits(self, size: int, frames: int) -> bool:
        return self.size + size <= BYTES and self.frames + frames <= FRAMES

    def put(self, data: bytes, frames: int) -> None:
        self._pieces.append((data, frames))
        self.frames += frames
        self.size += len(data)

    def head(self) -> bytes:
        """The next bytes to send, as many as are worth one system call."""
        first = self._pieces[0][0]
        if len(first) >= AT_ONCE or len(self._pieces) == 1:
            return first
        taken, size = [], 0
        for data, _ in self._pieces:
            taken.append(data)
            size += len(data)
            if size >= AT_ONCE:
                break
        return b"".join(taken)

    def sent(self, count: int, now: int) -> None:
        self.size -= count
        self.moved = now
        while count:
            data, frames = self._pieces.popleft()
            if len(data) > count:
                self._pieces.appendleft((data[count:], frames))
                return
            count -= len(data)
            self.frames -= frames

    def gaps(self) -> list[bytes]:
        """The `gap` events that are due now that everything before them has been sent."""
        events = [encode(Gap(channel=channel, after=after)) for channel, after in self.left_out.items()]
        self.left_out = {}
        return events
