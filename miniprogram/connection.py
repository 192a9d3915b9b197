"""One WebSocket after its handshake: the only writer of its descriptor, a few hundred bytes while it is idle.

Everything leaves through `answer` (gathered, one frame for this reader), `deliver` or `deliver_to` (a batch shared by
all readers of a channel). A send never waits: what the kernel does not take at once goes to an Outbox, which a write
event empties.
"""

from __future__ import annotations

import _socket
import contextlib
import socket
from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from miniprogram import framing
from miniprogram.batch import Batch
from miniprogram.outbox import Outbox
from miniprogram.poller import READ, WRITE
from miniprogram.protocol import HEARTBEAT_SECONDS, Close, Place
from miniprogram.speaker import Speaker
from rooms.blocks import NOBODY, Blocked
from rooms.events import CHATTER, Logged

if TYPE_CHECKING:
    from miniprogram.reader import Reader

HELLO_SECONDS = 10
SILENCE_SECONDS = 2 * HEARTBEAT_SECONDS
WRITE_SECONDS = 10
LINGER_SECONDS = 2
UNSENT_BYTES = 1 << 18
"""What the kernel may hold for one reader before it says that it is full."""
PASSING = frozenset({"present", "read", "typing", "reacted", "progress"})
"""Events that may be left out without a word."""
_NOT_SENT_LOW_WATER = getattr(socket, "TCP_NOTSENT_LOWAT", 25)
_FLAGS = socket.MSG_DONTWAIT | getattr(socket, "MSG_NOSIGNAL", 0)


class State(IntEnum):
    OPEN = 0
    CLOSING = 1
    """A close frame is on its way out; nothing that comes in counts any more."""
    GONE = 2


class Connection:
    __slots__ = ("__weakref__", "bytes_left", "due", "fd", "frames", "frames_left", "hidden", "last_heard", "outbox",
                 "paused", "queued", "reader", "socket", "speaker", "state", "waiting", "window")

    def __init__(self, fd: int, reader: Reader, rest: bytes = b"") -> None:
        """Takes over the descriptor; `rest` is what came in behind the handshake."""
        self.fd = fd
        self.socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM, 0, fd)
        self.socket.setblocking(False)
        with contextlib.suppress(OSError):
            self.socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
            self.socket.setsockopt(_socket.IPPROTO_TCP, _NOT_SENT_LOW_WATER, UNSENT_BYTES)
        self.reader = reader
        self.speaker: Speaker
        self.frames = framing.FrameReader(rest)
        self.state = State.OPEN
        self.outbox: Outbox | None = None
        self.waiting: list[bytes] | None = None
        self.queued = False
        self.hidden: Blocked = NOBODY
        """Whom the one behind it does not want to read."""
        self.paused = False
        self.due = 0
        self.last_heard = reader.now
        self.window = self.frames_left = self.bytes_left = 0

    # ---- out

    def answer(self, payload: bytes) -> None:
        """One frame for this reader alone. Answers of one moment leave together."""
        if self.state is not State.OPEN:
            return
        self.put(payload, framing.TEXT)

    def offer(self, payload: bytes) -> None:
        """The same for what may be left out: a reader who lags is spared it."""
        if self.outbox is None:
            self.answer(payload)

    def put(self, payload: bytes, opcode: int) -> None:
        """A frame of any kind, in its turn."""
        if self.waiting is None:
            self.waiting = []
        self.waiting += (framing.header(len(payload), opcode), payload)
        if not self.queued:
            self.reader.writer.add(self)

    def flush(self, until: float) -> None:  # noqa: ARG002  as the writer calls it
        """Sends what `answer` gathered."""
        if self.waiting is not None:
            parts, self.waiting = self.waiting, None
            self._send(b"".join(parts), len(parts) // 2)

    def deliver(self, batch: Batch) -> None:
        """Frames of a channel, after everything that was answered before."""
        if self.state is not State.OPEN:
            return
        if self.hidden:
            batch = batch.without(self.hidden)
        if self.outbox is not None:
            self.flush(0)
            self._deliver_late(batch)
            return
        self.reader.counters.deliveries += batch.frames
        if self.waiting is None:
            self._send(batch.data, batch.frames)
        else:
            parts, self.waiting = self.waiting, None
            self._send(b"".join((*parts, batch.data)), len(parts) // 2 + batch.frames)

    def _deliver_late(self, batch: Batch) -> None:
        outbox = self.outbox
        if outbox is None or self.state is not State.OPEN:
            return  # the answers before it ended the connection
        if outbox.fits(batch.size, batch.frames) and batch.channel not in outbox.left_out:
            self._keep(batch.data, batch.frames)
            self.reader.counters.deliveries += batch.frames
            return
        for entry in batch.entries:
            if not self._deliver_one(batch.channel, entry, outbox):
                self.close(Close.TOO_SLOW)
                return

    def _deliver_one(self, channel: str, entry: Logged, outbox: Outbox) -> bool:
        """False when this entry may neither be kept nor left out."""
        size = len(entry.frame) + 10
        if channel not in outbox.left_out and outbox.fits(size, 1):
            self._keep(framing.frame(entry.frame), 1)
            self.reader.counters.deliveries += 1
        elif entry.op in CHATTER or entry.op == "gap":
            if channel not in outbox.left_out:
                self.reader.counters.gaps += 1
                outbox.left_out[channel] = Place(epoch=entry.epoch, seq=entry.seq - 1)
        elif entry.op not in PASSING:
            return False
        return True

    def _send(self, data: bytes, frames: int) -> None:
        if self.outbox is not None:
            if not self.outbox.fits(len(data), frames):
                self.close(Close.TOO_SLOW)
            elif self.state is State.OPEN:
                self._keep(data, frames)
            return
        sent = self._write(data)
        if sent < len(data) and self.state is not State.GONE:
            self.fall_behind(data[sent:], frames)

    def fall_behind(self, rest: bytes, frames: int) -> None:
        """The kernel took no more than what is before `rest`: from here on there is an outbox."""
        self.outbox = Outbox(self.reader.now)
        self._keep(rest, frames)
        self.reader.want(self)
        self.reader.wheel.by(self, self.reader.now + WRITE_SECONDS)

    def _keep(self, data: bytes, frames: int) -> None:
        assert self.outbox is not None
        self.outbox.put(data, frames)
        self.reader.counters.outbox_bytes += len(data)

    def _write(self, data: bytes) -> int:
        try:
            sent = self.socket.send(data, _FLAGS)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            self.lost()
            return 0
        self.reader.counters.sends += 1
        return sent

    def writable(self) -> None:
        """The peer took something: go on where the outbox stands."""
        outbox = self.outbox
        if outbox is None or self.state is State.GONE:
            return
        while outbox:
            head = outbox.head()
            sent = self._write(head)
            if sent:
                outbox.sent(sent, self.reader.now)
                self.reader.counters.outbox_bytes -= sent
            if sent < len(head):
                return
        self.outbox = None
        self._drained(outbox.gaps())

    def _drained(self, gaps: list[bytes]) -> None:
        self.reader.want(self)
        if self.state is State.CLOSING:
            self._shut()
        elif self.state is State.OPEN:
            for gap in gaps:
                self.answer(gap)
            self.flush(0)

    @property
    def wanted(self) -> int:
        """What the poller should watch for."""
        return (0 if self.paused else READ) | (0 if self.outbox is None else WRITE)

    # ---- the end

    def close(self, code: int, *, on_purpose: bool = False) -> None:
        """Says goodbye behind everything that was kept; whatever the peer still sends is thrown away."""
        if self.state is State.OPEN and code != Close.TOO_SLOW:
            self.flush(0)  # which may be what ends it
        if self.is_over():
            return
        self.reader.counters.too_slow += code == Close.TOO_SLOW
        self.state = State.CLOSING
        self.waiting = None
        self.last_heard = self.reader.now
        self._unpause()
        self._say_goodbye(framing.close_frame(code))
        self.reader.wheel.by(self, self.reader.now + LINGER_SECONDS)
        self.speaker.ended(on_purpose)

    def is_over(self) -> bool:
        return self.state is not State.OPEN

    def _say_goodbye(self, goodbye: bytes) -> None:
        if self.outbox is not None:
            self._keep(goodbye, 1)
            return
        self._send(goodbye, 1)
        if self.outbox is None:
            self._shut()

    def _shut(self) -> None:
        """No more from us. The descriptor lives until the peer has read it, or a reset would overtake the close."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(_socket.SHUT_WR)

    def lost(self) -> None:
        """The descriptor is of no more use."""
        if self.state is State.GONE:
            return
        ended = self.state is State.CLOSING
        self.state = State.GONE
        self.waiting = None
        if self.outbox is not None:
            self.reader.counters.outbox_bytes -= self.outbox.size
            self.outbox = None
        self.reader.remove(self)
        self.socket.close()
        if not ended:
            self.speaker.ended(False)

    def _unpause(self) -> None:
        if self.paused:
            self.reader.resume(self)

    # ---- time

    def tick(self, now: int) -> int:
        """For the wheel: closes what is overdue, answers when to look again."""
        if self.state is State.GONE:
            return 0
        if self.outbox is not None and now - self.outbox.moved >= WRITE_SECONDS:
            self._give_up()
            return now + LINGER_SECONDS if self.state is State.CLOSING else 0
        if self.state is State.CLOSING:
            return self._linger(now)
        if now - self.last_heard >= self._patience:
            self.reader.counters.silent += self.speaker.known
            self.close(Close.NO_HEARTBEAT if self.speaker.known else Close.NO_HELLO)
            return now + LINGER_SECONDS
        expires = self.speaker.expires()
        if expires and now >= expires:
            self.speaker.expire()
            expires = 0
        return self._next_deadline(expires)

    @property
    def _patience(self) -> int:
        return SILENCE_SECONDS if self.speaker.known else HELLO_SECONDS

    def _next_deadline(self, expires: int) -> int:
        deadline = self.last_heard + self._patience
        if expires:
            deadline = min(deadline, expires)
        if self.outbox is not None:
            deadline = min(deadline, self.outbox.moved + WRITE_SECONDS)
        return deadline

    def _linger(self, now: int) -> int:
        if self.outbox is not None and now - self.last_heard < WRITE_SECONDS:
            return now + 1
        self.lost()
        return 0

    def _give_up(self) -> None:
        """Ten seconds without taking a byte: the close frame would not be read either, but it is owed."""
        if self.state is State.CLOSING:
            self.lost()
        else:
            self.close(Close.TOO_SLOW)


def deliver_to(members: Sequence[Connection], batch: Batch) -> None:
    """`deliver` for many at once. Nearly all of them have nothing else to be sent and hide nobody: for those it is one
    system call and a few looks, without a call of ours, which is what a message costs in a large quiet channel."""
    data, size, frames, sends = batch.data, batch.size, batch.frames, 0
    for member in members:
        if (member.waiting is not None or member.outbox is not None or member.hidden
                or member.state is not State.OPEN):
            member.deliver(batch)
            continue
        sends += 1
        try:
            sent = member.socket.send(data, _FLAGS)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            member.lost()
            continue
        if sent < size:
            member.fall_behind(data[sent:], frames)
    if sends:
        counters = member.reader.counters  # all connections of a process have one reader
        counters.sends += sends
        counters.deliveries += sends * frames
