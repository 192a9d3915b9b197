"""A channel as this process knows it: who listens here, how far the log has been heard, and the newest entries.

Entries come in order or not at all: `hear` says when some are missing, and whoever reads the log brings them. What is
heard waits in `pending` until the writer comes by, is then joined once, and goes to every member with one send each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from time import monotonic

from miniprogram.batch import Batch
from miniprogram.connection import Connection, deliver_to
from miniprogram.crowd import Crowd
from miniprogram.protocol import Gap, Place, encode
from miniprogram.shedding import Shedding
from rooms import tracing
from rooms.events import Logged

TAIL_ENTRIES, TAIL_BYTES = 256, 256 * 1024
BATCH_ENTRIES, BATCH_BYTES = 256, 512 * 1024
LONGEST_REST_SECONDS = 0.02
"""A busy channel, one that has sent several frames at once, rests as long as that took, but no longer than this."""
OUTS_REMEMBERED = 1_000
STRIDE = 64
"""Members served between two looks at the clock."""


class Channel:
    __slots__ = (
        "_add",
        "_rest_until",
        "_roll",
        "_sending",
        "_tail_bytes",
        "_worked",
        "crowd",
        "epoch",
        "filling",
        "forks",
        "id",
        "idle_since",
        "members",
        "outs",
        "pending",
        "queued",
        "ready",
        "shedding",
        "tail",
        "tip",
        "wanted",
    )

    def __init__(self, channel: str, add: Callable[[Channel], None]) -> None:
        self.id = channel
        self._add = add
        self.epoch = ""
        self.tip = 0
        self.forks: Sequence[tuple[str, int]] = ()
        self.tail: deque[Logged] = deque()
        """The newest entries, without holes, up to `tip`."""
        self._tail_bytes = 0
        self.members: dict[Connection, None] = {}
        self.outs: dict[str, int] = {}
        """Who was put out lately: user → seq of the entry that says so."""
        self._roll: list[Connection] | None = None
        self.pending: list[Logged] = []
        self._sending: deque[_Round] = deque()
        self.crowd = Crowd(channel)
        self.shedding = Shedding()
        self._rest_until = self._worked = 0.0
        self.queued = False
        self.ready = False
        self.filling = False
        self.wanted = 0
        """A seq that is known to exist and was not heard."""
        self.idle_since = 0

    # ---- what is heard

    def begin(self, epoch: str, tip: int, entries: Sequence[Logged]) -> None:
        """Knows the log's newest entries from here on."""
        self.epoch, self.tip = epoch, tip
        self.tail.clear()
        self._tail_bytes = 0
        for entry in entries:
            self._remember(entry)
        self.ready = True

    def hear(self, entry: Logged) -> bool:
        """False when entries before it are missing."""
        if entry.seq <= self.tip:
            return True
        if entry.seq != self.tip + 1:
            return False
        self.tip = entry.seq
        self._remember(entry)
        shedding = self.shedding
        if not shedding.most or shedding.lets_through(entry, len(self.members)):
            self.tell(entry)
        elif shedding.begins_a_gap():
            self._leave_out(entry)
        return True

    def _leave_out(self, entry: Logged) -> None:
        """A gap in its place, and in that of those after it."""
        after = Place(epoch=entry.epoch, seq=entry.seq - 1)
        self.tell(Logged(entry.seq, entry.epoch, "gap", encode(Gap(channel=self.id, after=after))))

    def tell(self, entry: Logged) -> None:
        """To all members, in its turn."""
        if not self.members:
            return
        self.pending.append(entry)
        if not self.queued:
            self._add(self)

    def fork(self, epoch: str, end: int, event: bytes) -> None:
        """What was heard above `end` is not in the log any more; `event` tells the members."""
        self.seal()
        self.epoch, self.tip = epoch, end
        while self.tail and self.tail[-1].seq > end:
            self._tail_bytes -= len(self.tail.pop().frame)
        self.tell(Logged(0, epoch, "forked", event))

    def go_on_in(self, epoch: str) -> None:
        """A new epoch in which nothing that was heard is lost."""
        self.epoch = epoch

    def skip_to(self, tip: int, event: bytes) -> None:
        """Too much was missed to be brought: `event` is the gap that stands for it."""
        self.tail.clear()
        self._tail_bytes = 0
        missing, self.tip = self.tip + 1, tip
        self.tell(Logged(missing, self.epoch, "gap", event))

    def _remember(self, entry: Logged) -> None:
        self.tail.append(entry)
        self._tail_bytes += len(entry.frame)
        while len(self.tail) > TAIL_ENTRIES or self._tail_bytes > TAIL_BYTES:
            self._tail_bytes -= len(self.tail.popleft().frame)

    def since(self, seq: int) -> list[Logged] | None:
        """The entries above `seq`, or None when the tail does not reach back so far."""
        count = self.tip - seq
        if count > len(self.tail):
            return None
        return list(islice(self.tail, len(self.tail) - max(0, count), None))

    # ---- who listens

    def join(self, member: Connection) -> None:
        """From the next entry on. What waits now was given to the member already, so it is closed to them."""
        self.seal()
        self.members[member] = None
        self._roll = None

    def leave(self, member: Connection) -> None:
        """At once: not even what waits is given to the member."""
        if member not in self.members:
            return
        self.seal()
        del self.members[member]
        self._roll = None
        for sending in self._sending:
            sending.without(member)

    def part(self, member: Connection) -> None:
        """What was heard so far still is theirs; nothing after it."""
        if member in self.members:
            self.seal()
            del self.members[member]
            self._roll = None

    def put_out(self, user: str, seq: int) -> None:
        """Remembered, for who is on the way in at this moment."""
        self.outs.pop(user, None)
        self.outs[user] = seq
        if len(self.outs) > OUTS_REMEMBERED:
            del self.outs[next(iter(self.outs))]

    # ---- what is sent

    def seal(self) -> None:
        """What waits belongs to those who are members now, and to nobody who comes later."""
        while self.pending:
            entries = self._next_entries()
            if self._roll is None:
                self._roll = list(self.members)
            self._sending.append(_Round(Batch(self.id, entries), self._roll))

    def _next_entries(self) -> list[Logged]:
        count = size = 0
        for entry in self.pending:
            size += len(entry.frame)
            if count and (count >= BATCH_ENTRIES or size > BATCH_BYTES):
                break
            count += 1
        entries, self.pending = self.pending[:count], self.pending[count:]
        return entries

    def flush(self, until: float) -> float | None:
        """Sends what waits. None when everybody has it, else when to go on: the time was up, or the channel rests."""
        began = monotonic()
        if not self._sending:
            if began < self._rest_until:
                return self._rest_until
            self.seal()
        gathered = sum(sending.frames for sending in self._sending)
        while self._sending:
            if not self._sending[0].go_on(until):
                self._worked += monotonic() - began
                return 0.0
            done = self._sending.popleft()
            if tracing.tell is not None:
                done.tell()
        return self._rest(gathered, monotonic(), began)

    def _rest(self, gathered: int, now: float, began: float) -> float | None:
        worked, self._worked = self._worked + now - began, 0.0
        self._rest_until = now + min(LONGEST_REST_SECONDS, worked) if gathered > 1 else 0.0
        return self._rest_until if self.pending else None


class _Round:
    """One batch on its way to the members of one moment."""

    __slots__ = ("_at", "_batch", "_members")

    def __init__(self, batch: Batch, members: list[Connection]) -> None:
        self._batch = batch
        self._members = members
        self._at = 0

    @property
    def frames(self) -> int:
        return self._batch.frames

    def tell(self) -> None:
        tracing.handed_over(self._batch.entries, len(self._members))

    def without(self, member: Connection) -> None:
        """The list may be shared with other rounds, and `_at` counts places in it."""
        if member in self._members:
            place = self._members.index(member)
            self._members = [*self._members[:place], *self._members[place + 1:]]
            self._at -= place < self._at

    def go_on(self, until: float) -> bool:
        batch = self._batch
        while self._at < len(self._members):
            start, self._at = self._at, self._at + STRIDE
            deliver_to(self._members[start:start + STRIDE], batch)  # may end a connection, and so call `without`
            if self._at < len(self._members) and monotonic() >= until:
                return False
        return True
