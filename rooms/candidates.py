"""Entries that the index proposes, block by block, and which of them are likely to be the newest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from rooms.record.search import STRETCH, Block


@dataclass
class Stream:
    """The candidates of one block that were not looked at yet, ascending. Time goes with the numbers, so that none is
    newer than what was `seen` last."""

    block: Block
    candidates: list[int]
    seen: int

    def newest(self, skipped: int = 0) -> int:
        """No candidate but the `skipped` last is newer; 0 where there is none."""
        if skipped >= len(self.candidates):
            return 0
        times, following = self.block.times, self._place(skipped) // STRETCH + 1
        return min(self.seen, (times[following] if following < len(times) else 0) or self.block.last_at)

    def likely(self, skipped: int) -> int:
        """About when the last but `skipped` was said, by its place in its stretch."""
        place, latest = self._place(skipped), self.newest(skipped)
        began = min(latest, self.block.times[place // STRETCH])
        return began + (latest - began) * (place % STRETCH) // STRETCH

    def take(self, count: int) -> list[int]:
        taken = self.candidates[len(self.candidates) - count:]
        del self.candidates[len(self.candidates) - count:]
        return taken

    def _place(self, skipped: int) -> int:
        return self.candidates[-1 - skipped] - self.block.first


def newest_of_all(streams: Sequence[Stream], wanted: int) -> list[int]:
    """How many candidates of each stream are looked at next: those that are likely to be the newest of all, and one of
    each stream that may hold a newer one than these."""
    counts, latest = [0] * len(streams), 0
    ahead = [(-stream.likely(0), number) for number, stream in enumerate(streams)]
    heapify(ahead)
    for _ in range(wanted):
        if ahead:
            latest, number = heappop(ahead)
            counts[number] += 1
            if counts[number] < len(streams[number].candidates):
                heappush(ahead, (-streams[number].likely(counts[number]), number))
    for number, stream in enumerate(streams):
        counts[number] += stream.newest(counts[number]) > -latest
    return counts


def common(parts: Sequence[Sequence[Sequence[int]]]) -> Sequence[int]:
    """What is in one list of each part, ascending, as the lists are."""
    if len(parts) == 1 and len(parts[0]) == 1:
        return parts[0][0]
    whole = sorted((set().union(*lists) for lists in parts), key=len)
    return sorted(set.intersection(*whole))
