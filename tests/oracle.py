"""Judges a house after a fault, by what its clients wrote down and by what lies in Redis and SQL.

A1 every acknowledged message is in the log or in SQL, exactly once, under the number that was acknowledged
A2 in a channel the numbers have no holes and no repeats
A3 everybody who is connected in the end has seen the same
A4 no message is shown twice, nothing is pushed twice, back, or after a silent hole, and no byte is out of a frame
A6 the processes live and their memory is bounded
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
import redis

from rooms import ids
from rooms.live import keys
from rooms.record import Record, bodies, keyring
from rooms.sealing import Sealing
from tests.house_client import House
from tests.patience import PATIENCE_SECONDS
from tests.phone import Phone, Sent

MEMORY_LIMIT = 400 << 20
"""Bytes of one process; a web process needs 80 MB."""


class Entry(NamedTuple):
    seq: int
    epoch: str
    op: str
    client_id: str
    frame: bytes


class Verdict(NamedTuple):
    """What a fault cost. Everything but the first and the last three must be 0."""

    acked: int
    lost: int
    duplicated: int
    reordered: int
    holes: int
    differing: int
    wrongs: int
    refused: int
    seconds_until_sending: float
    reconnected: int
    largest_process_mb: int

    @property
    def clean(self) -> bool:
        return not any((self.lost, self.duplicated, self.reordered, self.holes, self.differing, self.wrongs,
                        self.refused))

    def line(self) -> str:
        return (f"acked={self.acked} lost={self.lost} duplicated={self.duplicated} reordered={self.reordered} "
                f"sending again after {self.seconds_until_sending:.2f} s")


class Load:
    """Phones that talk, each one message after the other, until the block ends."""

    def __init__(self, phones: Sequence[Phone], channel: str, pause: float = 0.02, patience: float = 30.0) -> None:
        self.phones, self.channel = phones, channel
        self._pause, self._patience = pause, patience
        self._stop = threading.Event()
        self.problems: list[str] = []
        self._threads = [threading.Thread(target=self._talk, args=(phone,), daemon=True) for phone in phones]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(max(PATIENCE_SECONDS, self._patience) + 5)
        assert not self.problems, self.problems[:3]

    def acked(self) -> int:
        return sum(sent.seq is not None for phone in self.phones for sent in phone.sent)

    def wait_for(self, acked: int, seconds: float = 10.0) -> None:
        """Until everybody together has been acknowledged so often."""
        end = time.monotonic() + max(PATIENCE_SECONDS, seconds)
        while self.acked() < acked:
            assert time.monotonic() < end, f"the load does not run: {self.problems[:3]}"
            time.sleep(0.02)

    def wait_for_everybody(self, since: float, seconds: float = 15.0) -> None:
        """Until each has said something whose first try was after `since`, and was answered."""
        end = time.monotonic() + max(PATIENCE_SECONDS, seconds)
        while silent := [phone for phone in self.phones
                         if not any(sent.at >= since and sent.seq for sent in phone.sent[-200:])]:
            assert time.monotonic() < end, "\n".join([
                f"{len(silent)} of {len(self.phones)} do not speak again in {self.channel}: {self.problems[:3]}",
                *(phone.plight() for phone in silent[:5])])
            time.sleep(0.02)

    def _talk(self, phone: Phone) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            try:
                phone.say(self.channel, f"{phone.name} {number}", self._patience)
            except AssertionError as silence:
                self.problems.append(str(silence))
                return
            self._stop.wait(self._pause)


class Oracle:
    """Everything about one channel and the phones in it."""

    def __init__(self, house: House, channel: str, phones: Sequence[Phone]) -> None:
        self.house, self.channel, self.phones = house, channel, phones
        self._keys = Record.open(f"sqlite:///{house.var / 'teahouse.db'}",
                                 master_keys=[house.environ.get("TEAHOUSE_MASTER_KEY")])
        self._sealing = Sealing()
        self._sealing.begin(self._keys)
        self.fault_at = time.monotonic()

    def fault(self) -> float:
        """The fault begins now."""
        self.fault_at = time.monotonic()
        return self.fault_at

    def settle(self, seconds: float = 15.0) -> None:
        """Until all that was said is answered and every phone shows the log's newest entry."""
        for phone in self.phones:
            phone.wait(lambda phone=phone: all(sent.settled for sent in phone.sent), seconds, "all was answered")  # type: ignore[misc]
            phone.wait(lambda phone=phone: phone.entered(self.channel), seconds, "entered again")  # type: ignore[misc]
        tip = self.phones[0].history(self.channel, limit=1)["messages"]
        newest = tip[-1]["seq"] if tip else 0
        for phone in self.phones:
            phone.wait(lambda phone=phone: phone.shown[self.channel].last >= newest, seconds, f"shows {newest}")  # type: ignore[misc]

    def judge(self) -> Verdict:
        """Call `settle` first."""
        log, conflicts = self.log()
        acked = [sent for phone in self.phones for sent in phone.sent if sent.seq is not None]
        by_client_id = Counter(entry.client_id for entry in log if entry.client_id)
        at = {entry.client_id: entry.seq for entry in log}
        memory = self.house.memory()
        return Verdict(
            acked=len(acked),
            lost=sum(at.get(sent.client_id) != sent.seq for sent in acked),
            duplicated=sum(count - 1 for count in by_client_id.values()) + sum(map(self._shown_twice, self.phones)),
            reordered=sum(self._out_of_order(phone) for phone in self.phones),
            holes=_holes([entry.seq for entry in log]) + conflicts,
            differing=sum(self._differs(phone, log) for phone in self.phones),
            wrongs=sum(len(phone.wrongs) for phone in self.phones),
            refused=sum(sent.refused is not None for phone in self.phones for sent in phone.sent),
            seconds_until_sending=self.silence(),
            reconnected=sum(phone.connections > 1 for phone in self.phones),
            largest_process_mb=max(memory.values()) >> 20,
        )

    def check(self) -> Verdict:
        """The verdict, or AssertionError with everything that is wrong."""
        verdict = self.judge()
        wrongs = [f"{phone.name}: {wrong}" for phone in self.phones for wrong in phone.wrongs]
        refused = [f"{phone.name}: {sent.refused}" for phone in self.phones for sent in phone.sent if sent.refused]
        assert verdict.clean, f"{verdict}\n{wrongs[:10]}\n{refused[:10]}"
        assert verdict.largest_process_mb << 20 < MEMORY_LIMIT, verdict
        assert len(self.house.web()) == self.house.web_processes, "a web process is missing"
        return verdict

    def silence(self) -> float:
        """The longest time that any speaker waited for an answer since the fault."""
        return max((_silence(phone.sent, self.fault_at) for phone in self.phones), default=0.0)

    # ---- what lies where

    def log(self) -> tuple[list[Entry], int]:
        """Redis and SQL together, by seq, and how many entries lie in both and differ."""
        recorded = {entry.seq: entry for entry in self.recorded()}
        streamed = {entry.seq: entry for entry in self.streamed()}
        conflicts = sum(recorded[seq] != streamed[seq] for seq in recorded.keys() & streamed.keys())
        return sorted({**recorded, **streamed}.values()), conflicts

    def recorded(self) -> list[Entry]:
        """What is in SQL, but for ends of the log that were lost."""
        with sqlite3.connect(f"file:{self.house.var / 'teahouse.db'}?mode=ro", uri=True, timeout=60) as database:
            rows = database.execute(
                "SELECT seq, epoch, op, client_id, frame FROM entries AS e WHERE channel = ? AND NOT EXISTS ("
                "SELECT 1 FROM epochs own JOIN epochs later ON later.channel = own.channel AND "
                "later.number > own.number WHERE own.channel = e.channel AND own.epoch = e.epoch AND "
                "later.after_seq < e.seq) ORDER BY seq",
                (self.channel,)).fetchall()
        return [Entry(seq, epoch, op, client_id, self._opened(epoch, seq, bytes(frame)))
                for seq, epoch, op, client_id, frame in rows]

    def _opened(self, epoch: str, seq: int, frame: bytes) -> bytes:
        if frame[:1] == bodies.SEALED:
            place = f"entries/{self.channel}/{epoch}/{seq}"
            frame = self._keys.read(lambda c: keyring.unseal(c, frame, place))
        return bodies.unpacked(frame)

    def streamed(self) -> list[Entry]:
        """What is in Redis."""
        with connected(self.house) as client:
            name = keys.of_channel("th", self.channel).log
            items: list[Any] = client.xrange(name)
        return [_entry(int(number.split(b"-")[0]), {**fields, b"f": self._sealing.opened(fields[b"f"])})
                for number, fields in items]

    def keys(self) -> list[str]:
        """All of Redis' keys of the room."""
        with connected(self.house) as client:
            pattern = f"th:{{{ids.room_of(self.channel)}}}*"
            return sorted(key.decode() for key in client.scan_iter(pattern))

    # ---- what the phones say

    def _shown_twice(self, phone: Phone) -> int:
        shown = Counter(entry.get("client_id") for entry in phone.entries(self.channel) if entry["op"] == "message")
        return sum(count - 1 for count in shown.values())

    def _out_of_order(self, phone: Phone) -> int:
        """A person who waits for each answer is numbered in the order of speaking."""
        seqs = [sent.seq for sent in phone.sent if sent.seq is not None and sent.channel == self.channel]
        return sum(later <= earlier for earlier, later in pairwise(seqs))

    def _differs(self, phone: Phone, log: list[Entry]) -> int:
        """What it shows, from its first entry on, against the log; one that is behind has missed something."""
        shown = [(entry["seq"], entry["epoch"], entry.get("client_id", "")) for entry in phone.entries(self.channel)]
        begin = phone.shown[self.channel].begin
        expected = [(entry.seq, entry.epoch, entry.client_id) for entry in log if entry.seq > begin]
        return len(set(shown) ^ set(expected)) + (shown != sorted(shown))


def connected(house: House, **settings: Any) -> redis.Redis:
    """A client of the house's Redis: the embedded one, unless `redis_port` says where another is."""
    if house.redis_port:
        return redis.Redis("127.0.0.1", house.redis_port, **settings)
    place = msgspec.json.decode((house.var / "redis.json").read_bytes())
    return redis.Redis("127.0.0.1", place["port"], password=place["password"], **settings)


def after_fault(oracle: Oracle, load: Load, fault: Callable[[], None], seconds: float = 15.0) -> Verdict:
    """Runs the load into the fault and out of it again: everybody speaks before, during and after."""
    with load:
        load.wait_for(60)
        oracle.fault()
        fault()
        load.wait_for_everybody(time.monotonic(), seconds)
        load.wait_for(load.acked() + 60)
    oracle.settle(seconds)
    return oracle.check()


def _entry(seq: int, fields: dict[bytes, bytes]) -> Entry:
    frame = fields[b"f"]
    client_id: str = msgspec.json.decode(frame).get("client_id", "")
    return Entry(seq, fields[b"e"].decode(), fields[b"o"].decode(), client_id, frame)


def _holes(seqs: list[int]) -> int:
    return (seqs[-1] - seqs[0] + 1 - len(seqs)) + (seqs[0] - 1) if seqs else 0


def _silence(sent: list[Sent], since: float) -> float:
    """The longest that any of these waited, counted from the fault on."""
    answered = [(each.at, each.acked_at) for each in sent if each.acked_at is not None]
    return max((acked_at - max(at, since) for at, acked_at in answered if acked_at > since), default=0.0)
