"""The channel's log as it lies in Redis. What lies there sealed is opened here, for whoever reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rooms.events import Logged
from rooms.live import keys

if TYPE_CHECKING:
    from rooms.live.live import Live


class Raw(NamedTuple):
    """An entry with what the archive needs: who, and how many counted entries there are up to it."""

    seq: int
    epoch: str
    op: str
    author: str
    ordinal: int
    frame: bytes


def read(live: Live, channel: str, after_seq: int, limit: int) -> list[Raw]:
    """Up to `limit` entries with seq above `after_seq`, ascending."""
    log = keys.of_channel(live.prefix, channel).log
    found = live.command("XRANGE", log, str(after_seq + 1), "+", "COUNT", str(limit), key=log)
    return [_raw(live, item) for item in found]


def between(live: Live, channel: str, first: int, last: int) -> list[Logged]:
    """Entries first … last, both included, as far as the log still has them."""
    log = keys.of_channel(live.prefix, channel).log
    return [logged(live, item) for item in live.command("XRANGE", log, str(first), str(last), key=log)]


def each(live: Live, channel: str, seqs: Sequence[int]) -> list[Logged]:
    """These entries, as far as the log still has them; one round trip."""
    log = keys.of_channel(live.prefix, channel).log
    answers = live.commands([(("XRANGE", log, str(seq), str(seq)), log) for seq in seqs])
    return [logged(live, item) for answer in answers for item in answer]


def newest(live: Live, channel: str, limit: int, below: int | None = None) -> list[Logged]:
    """The newest entries, below `below` where it is given; ascending."""
    log = keys.of_channel(live.prefix, channel).log
    end = "+" if below is None else str(below - 1)
    found = live.command("XREVRANGE", log, end, "-", "COUNT", str(limit), key=log)
    return [logged(live, item) for item in reversed(found)]


def _raw(live: Live, item: Any) -> Raw:
    name, (_, op, _, epoch, _, author, _, ordinal, _, frame) = item
    return Raw(_seq(name), epoch.decode(), op.decode(), author.decode(), int(ordinal), live.opened(frame))


def logged(live: Live, item: Any) -> Logged:
    name, (_, op, _, epoch, _, _, _, _, _, frame) = item
    return Logged(_seq(name), epoch.decode(), op.decode(), live.opened(frame))


def _seq(name: bytes) -> int:
    return int(name[:-2])
