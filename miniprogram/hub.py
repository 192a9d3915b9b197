"""All channels that somebody at this process listens to, kept in step with their logs.

What is published is a hint. An entry whose number follows the last one is taken as it comes; when a number is missing,
after every new subscription, and every two seconds in any case, the truth is read from the log.
"""

from __future__ import annotations

from collections.abc import Callable

import gevent
import msgspec
from gevent.event import Event

from miniprogram.channel import TAIL_ENTRIES, Channel
from miniprogram.counters import Counters
from miniprogram.crowd import decode_note
from miniprogram.lines import Lines
from miniprogram.log import log
from miniprogram.protocol import Forked, Gap, Place, Rejected, encode
from miniprogram.watches import Watches
from miniprogram.workers import Workers
from miniprogram.writer import Writer
from rooms import messages, outside, positions, seats, shedding
from rooms.errors import Code, Refused
from rooms.events import PUTS_OUT, Logged, Position
from rooms.store import Store

PAGE = 200
BRING_AT_MOST = 1000
"""Entries missed by a whole process; where there are more, its readers are told of the gap instead."""
KEEP_IDLE_SECONDS = 30
THIN_TO_SECONDS = 5
"""Between two times that those present are told who came and went, in a channel that is near its rate."""
READY_SECONDS = 5

Forks = list[tuple[str, int]]
_NAMES: dict[bytes, str] = {}


class _Told(msgspec.Struct):
    """What we look at in an entry: whom it is about, or a rule that is ours to keep."""

    user: str = ""
    shed_per_second: int | None = None


_told = msgspec.json.Decoder(_Told)


class Hub:
    def __init__(self, store: Store, writer: Writer, workers: Workers, counters: Counters,
                 enter_again: Callable[[Channel], Forks | None], put_out: Callable[[Channel, str], None],
                 parted: Callable[[Channel, str], None]) -> None:
        """`enter_again` seats those who are in a channel again, and so learns how its epochs follow each other;
        `put_out` ends a user's presence in it on all sockets; `parted` does so where they left by another way."""
        self.channels: dict[str, Channel] = {}
        self._store = store
        self._writer = writer
        self._workers = workers
        self._counters = counters
        self._enter_again = enter_again
        self._put_out = put_out
        self._parted = parted
        self._missed = False
        self.lines = Lines(store, workers, counters)
        self.watches = Watches(store, workers)
        self.tell: Callable[[str, bytes], None] = _nobody
        """Sends a frame to all sockets of a user here; never waits. Whoever knows the sockets puts it in."""
        self.doubt: Callable[[], None] = _nothing
        """Notes may be lost: asks Redis who still has a seat. Put in by the same."""
        self._opening: dict[str, Event] = {}
        self._feed = store.live.feed(self.note, self.look_again)
        self._again = Event()
        self._stirred: set[Channel] = set()

    # ---- what the feed says

    def note(self, channel_id: str, payload: bytes) -> None:
        """Runs in the feed's thread of control; never waits."""
        channel = self.channels.get(channel_id)
        if channel is None or not channel.ready:
            return
        if payload[:1] == b"E":
            for line in payload[1:].split(b"\n"):
                self._entry(channel, line)
        elif payload[:1] == b"P":
            self._passing(channel, payload[1:])

    def _entry(self, channel: Channel, line: bytes) -> None:
        seq, epoch, op, frame = line.split(b" ", 3)
        if channel.filling:
            channel.wanted = max(channel.wanted, int(seq))
            return
        opened = self._store.sealing.at_once(frame)
        if opened is None or _name(epoch) != channel.epoch or not self._hear(
                channel, Logged(int(seq), channel.epoch, _name(op), opened)):
            self._mend(channel)

    def _hear(self, channel: Channel, entry: Logged) -> bool:
        """False when entries before it are missing. Who is put out gets the entry that says so as their last."""
        new = entry.seq > channel.tip
        if new and entry.op == "rules":
            changed = _told.decode(entry.frame).shed_per_second
            channel.shedding.most = channel.shedding.most if changed is None else changed
        heard = channel.hear(entry)
        self.watches.stir(channel.id)
        if heard and new and entry.op in PUTS_OUT:
            user = _told.decode(entry.frame).user
            channel.put_out(user, entry.seq)
            self._put_out(channel, user)
        return heard

    def _passing(self, channel: Channel, payload: bytes) -> None:
        try:
            note = decode_note(payload)
        except msgspec.DecodeError:
            log.warning("a note that is not understood")
            return
        if note.op == "seat" and not note.away:
            self.lines.seat(channel.id, note.user, note.ticket, note.hold_seconds)
        elif note.op == "parted":
            self._parted(channel, note.user)
        elif note.op == "rejected":
            self.tell(note.user, encode(Rejected(channel=channel.id, client_id=note.client_id, reason=note.reason)))
        elif channel.crowd.note(note):
            self._stirred.add(channel)

    def look_again(self) -> None:
        """The feed was away: whatever it missed is in the logs, and who holds a seat in Redis."""
        self._missed = True
        self._again.set()

    # ---- whom we follow

    def follow(self, channel_id: str) -> Channel:
        """The channel, kept in step from here on. Waits where it is new here. Raises Refused(UNAVAILABLE)."""
        channel = self.channels.get(channel_id)
        if channel is not None and channel.ready:
            return channel
        opening = self._opening.get(channel_id)
        if opening is None:
            return self._open(channel_id)
        opening.wait(READY_SECONDS)
        channel = self.channels.get(channel_id)
        if channel is None or not channel.ready:
            raise Refused(Code.UNAVAILABLE, "the channel could not be opened", 1_000)
        return channel

    def _open(self, channel_id: str) -> Channel:
        opening = self._opening[channel_id] = Event()
        try:
            self._feed.subscribe(channel_id)
            epoch, tip = self._tip(channel_id)
            tail = messages.after(self._store, channel_id, max(0, tip - TAIL_ENTRIES), TAIL_ENTRIES, until=tip)
            channel = Channel(channel_id, self._writer.add)
            channel.shedding.most = shedding.most_of(self._store, channel_id)
            if tail and tail[-1].seq == tip:
                channel.begin(epoch, tip, _of_one_run(tail))
            else:
                channel.begin(epoch, tip, [])
            self.channels[channel_id] = channel
            self._counters.channels = len(self.channels)
        finally:
            del self._opening[channel_id]
            opening.set()
        self._again.set()
        return channel

    def _tip(self, channel_id: str) -> tuple[str, int]:
        found = seats.tips(self._store, [channel_id]).get(channel_id)
        if found is None:
            raise Refused(Code.UNAVAILABLE, "the room is being prepared", 1_000)
        return found

    def _tip_of_ready(self, channel: Channel) -> tuple[str, int]:
        """Where the room is not ready, somebody who is in the channel enters again, which makes it ready."""
        found = seats.tips(self._store, [channel.id]).get(channel.id)
        if found is None:
            self._enter_again(channel)
        return found or self._tip(channel.id)

    def forget_idle(self, now: int) -> None:
        """Lets go of channels that nobody here has listened to for a while."""
        for channel in list(self.channels.values()):
            if channel.members or channel.id in self.lines or channel.id in self.watches:
                channel.idle_since = 0
            elif not channel.idle_since:
                channel.idle_since = now
            elif now - channel.idle_since >= KEEP_IDLE_SECONDS:
                del self.channels[channel.id]
                channel.ready = False
                self._stirred.discard(channel)
                self._feed.unsubscribe(channel.id)
        self._counters.channels = len(self.channels)

    # ---- holes

    def _mend(self, channel: Channel) -> None:
        if not channel.filling:
            channel.filling = True
            self._workers.do(lambda: self._fill(channel))

    def _fill(self, channel: Channel) -> None:
        """Brings what is missing, in order. Notes that come meanwhile only move `wanted`."""
        try:
            while channel.ready and (self.catch_up(channel) or channel.wanted > channel.tip):
                pass
        except Refused:
            pass  # the next comparison tries again
        finally:
            channel.filling = False

    def catch_up(self, channel: Channel) -> bool:
        """Reads on from the log; False when the channel has its newest entry."""
        channel.wanted = 0
        epoch, tip = self._tip_of_ready(channel)
        if epoch != channel.epoch:
            self._fork(channel, epoch, tip)
            return True
        if tip <= channel.tip:
            return False
        self._counters.holes_filled += 1
        if tip - channel.tip > BRING_AT_MOST:
            self._skip(channel, tip)
            return True
        found = messages.after(self._store, channel.id, channel.tip, PAGE, until=tip)
        for entry in found:
            self._hear(channel, entry)
        return bool(found)

    def _skip(self, channel: Channel, tip: int) -> None:
        """A gap for everybody. Among what is left out somebody may have been put out: they hear nothing more."""
        heard = channel.tip
        self.watches.stir(channel.id)
        users = sorted({member.speaker.user for member in channel.members})
        outs = outside.outsiders(self._store, channel.id, users)
        channel.skip_to(tip, encode(Gap(channel=channel.id, after=Place(epoch=channel.epoch, seq=heard))))
        for user, seq in outs.items():
            if seq > heard:
                channel.put_out(user, seq)
                self._put_out(channel, user)

    def _fork(self, channel: Channel, epoch: str, tip: int) -> None:
        forks = self._enter_again(channel)
        if forks is None:
            channel.begin(epoch, tip, [])
            return
        channel.forks = forks
        resume = positions.where(forks, epoch, tip, Position(channel.epoch, channel.tip))
        if resume.forked is None:
            channel.go_on_in(epoch)
            return
        event = encode(Forked(channel=channel.id, epoch=epoch, seq=resume.after))
        channel.fork(epoch, resume.after, event)

    # ---- rounds

    def compare(self) -> None:
        """Whose newest entry did we not hear? One round trip for all channels."""
        following = [channel for channel in self.channels.values() if channel.ready and not channel.filling]
        tips = seats.tips(self._store, [channel.id for channel in following])
        for channel in following:
            epoch, tip = tips.get(channel.id, ("", 0))
            if epoch != channel.epoch or tip > channel.tip:
                self._mend(channel)

    def compare_soon(self, seconds: float) -> None:
        """Waits for that time, or until the feed says that it was away; then compares."""
        self._again.wait(seconds)
        self._again.clear()
        missed, self._missed = self._missed, False
        try:
            self.compare()
            if missed:
                self.doubt()
        except Refused as refused:
            self._missed |= missed
            log.warning("cannot compare with the logs: %s", refused.code)
            gevent.sleep(0.2)

    def stir(self, now: int) -> None:
        """Once a second: who came and went, and who waits."""
        stirred, self._stirred = self._stirred, set()
        second = self._store.clock.now() // 1000
        for channel in stirred:
            if channel.shedding.is_busy(second) and now % THIN_TO_SECONDS:
                channel.shedding.thinned(second, channel.crowd.thin() * len(channel.members))
                self._stirred.add(channel)
                continue
            for op, frame in channel.crowd.events():
                channel.tell(Logged(0, channel.epoch, op, frame))
        for channel in self.channels.values():
            if channel.shedding.most:
                self._write_down(channel, second)
        self.lines.tick(now)
        self.watches.tick()

    def _write_down(self, channel: Channel, second: int) -> None:
        for shed in channel.shedding.ended(second):
            self._counters.shed_chatter += shed.chatter
            self._counters.shed_low += shed.low
            shedding.write_down(self._store, channel.id, shed)

    def close(self) -> None:
        self._feed.close()


def _nobody(_user: str, _frame: bytes) -> None:
    """No socket is known yet."""


def _nothing() -> None:
    """No socket is known yet."""


def _of_one_run(entries: list[Logged]) -> list[Logged]:
    """The end of the list that has no holes."""
    start = len(entries) - 1
    while start > 0 and entries[start - 1].seq == entries[start].seq - 1:
        start -= 1
    return entries[start:]


def _name(word: bytes) -> str:
    """One string for the same word, as epochs and operations repeat without end."""
    name = _NAMES.get(word)
    if name is None:
        if len(_NAMES) > 4096:
            _NAMES.clear()
        name = _NAMES[word] = word.decode()
    return name
