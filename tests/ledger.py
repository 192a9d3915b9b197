"""What a crowd was promised and shown, to be compared with the log in the end.

Every `said` stands here under its place (epoch, seq), and every entry that anybody was shown. Two who were shown
different things at one place are noticed at once; whether all of it is in the log is asked when the talk is over.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

Place = tuple[str, int]
"""Epoch and seq."""


class Entry(Protocol):
    @property
    def seq(self) -> int: ...
    @property
    def epoch(self) -> str: ...
    @property
    def client_id(self) -> str: ...


class Reader(Protocol):
    """One who listened: the epochs of what they have, each with the first seq in it, and the last seq."""

    @property
    def runs(self) -> Sequence[Place]: ...
    @property
    def seq(self) -> int: ...
    @property
    def forks(self) -> Sequence[int]: ...
    @property
    def name(self) -> str: ...


class Judgement(NamedTuple):
    """Of one channel. Everything but `acked` and `lost_and_told` must be 0."""

    acked: int = 0
    lost: int = 0
    """Acknowledged, not in the log, and whoever was given the `said` was not told by `forked`."""
    lost_and_told: int = 0
    duplicated: int = 0
    reordered: int = 0
    """Of one who waits for each answer, something that was said later is numbered earlier."""
    holes: int = 0
    differing: int = 0
    """Readers who have, of what they were shown, something that is not in the log, and were not told."""
    behind: int = 0

    @property
    def clean(self) -> bool:
        return not any((self.lost, self.duplicated, self.reordered, self.holes, self.differing, self.behind))


class Ledger:
    def __init__(self) -> None:
        self.acked = 0
        self._said: defaultdict[str, dict[str, Place]] = defaultdict(dict)
        self._forks_then: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._shown: defaultdict[str, dict[Place, str]] = defaultdict(dict)

    def said(self, channel: str, client_id: str, place: Place, forks: int = 0) -> str:
        """What is wrong with this answer; empty where nothing is. `forks`: how many its reader had been told of before:
        they say nothing of this message."""
        self._forks_then[channel].setdefault(client_id, forks)
        before = self._said[channel].setdefault(client_id, place)
        self.acked += 1
        return "" if before == place else f"{client_id} was said as {before} and as {place} in {channel}"

    def shown(self, channel: str, client_id: str, place: Place) -> str:
        """What is wrong with this entry, by what others were shown; empty where nothing is."""
        before = self._shown[channel].setdefault(place, client_id)
        return "" if before == client_id else f"{place} of {channel} was shown as {before} and as {client_id}"

    def acked_in(self, channels: Iterable[str]) -> int:
        return sum(len(self._said[channel]) for channel in channels)

    def judge(self, channel: str, log: Sequence[Entry], readers: Sequence[Reader]) -> Judgement:
        at = {entry.client_id: (entry.epoch, entry.seq) for entry in log}
        gone = {client_id: place for client_id, place in self._said[channel].items() if at.get(client_id) != place}
        by_name = {reader.name: reader for reader in readers}
        before = self._forks_then[channel]
        untold = sum(not any(end < seq for end in by_name[speaker(client_id)].forks[before[client_id]:])
                     for client_id, (_, seq) in gone.items())
        counts = Counter(entry.client_id for entry in log if entry.client_id)
        shown = self._shown[channel]
        epochs, words = {entry.seq: entry.epoch for entry in log}, {entry.seq: entry.client_id for entry in log}
        wrong = {place for place, client_id in shown.items()
                 if epochs.get(place[1]) == place[0] and words[place[1]] != client_id}
        tip = log[-1].seq if log else 0
        return Judgement(
            acked=len(self._said[channel]), lost=untold, lost_and_told=len(gone) - untold,
            duplicated=sum(count - 1 for count in counts.values()), reordered=_reordered(log),
            holes=tip - len(log) + len(wrong), differing=sum(_differs(reader, epochs) for reader in readers),
            behind=sum(reader.seq < tip for reader in readers))


def speaker(client_id: str) -> str:
    """The name of whoever gave it: `name.number`."""
    return client_id.rpartition(".")[0]


def _reordered(log: Sequence[Entry]) -> int:
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for entry in log:
        name, _, number = entry.client_id.rpartition(".")
        if name:
            numbers[name].append(int(number))
    return sum(later <= earlier for said in numbers.values() for earlier, later in pairwise(said))


def _differs(reader: Reader, epochs: dict[int, str]) -> bool:
    """Whether something that they have was of an epoch that the log does not have there."""
    ends = [first for _, first in reader.runs[1:]] + [reader.seq + 1]
    return any(epochs.get(seq) != epoch
               for (epoch, first), end in zip(reader.runs, ends, strict=True) for seq in range(first, end))
