"""What readers were not sent because a channel was over its rate: written down by each process, second by second.

The log has everything. What is left out is told by a `gap`, and counted: `chatter` are frames of messages, `low` frames
of passing events, each as often as there was a reader who did not get it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rooms.live import keys
from rooms.store import Store

RULE = "shed_per_second"
MOST_KEPT = 7_200
KEPT_SECONDS = 86_400


class Shed(NamedTuple):
    """`second` since 1970."""

    second: int
    chatter: int
    low: int


def most_of(store: Store, channel: str) -> int:
    """How many messages a second the channel's readers are sent; 0: all."""
    head = keys.of_channel(store.live.prefix, channel).head
    return int(store.live.command("HGET", head, RULE, key=head) or 0)


def write_down(store: Store, channel: str, shed: Shed) -> None:
    """What one process left out in one second. Does not wait."""
    name = keys.of_channel(store.live.prefix, channel).shed
    store.live.tell("XADD", name, "MAXLEN", "~", str(MOST_KEPT), "*", "s", str(shed.second), "c", str(shed.chatter),
                    "l", str(shed.low), key=name)
    store.live.tell("EXPIRE", name, str(KEPT_SECONDS), key=name)


def counted(store: Store, channel: str, since: int = 0) -> list[Shed]:
    """By all processes together, for each second from `since` (ms) on in which there was any; a day at most."""
    name = keys.of_channel(store.live.prefix, channel).shed
    found: dict[int, Shed] = {}
    for _, (_, second, _, chatter, _, low) in store.live.command("XRANGE", name, str(since), "+", key=name):
        before = found.get(int(second), Shed(int(second), 0, 0))
        found[before.second] = Shed(before.second, before.chatter + int(chatter), before.low + int(low))
    return sorted(found.values())


def lately(store: Store, channels: Sequence[str], since: int) -> dict[str, int]:
    """channel → frames that readers were not sent since then (ms); only those that left out any. Two round trips."""
    names = {channel: keys.of_channel(store.live.prefix, channel).shed for channel in channels}
    last = store.live.commands([(("XREVRANGE", name, "+", str(since), "COUNT", "1"), name) for name in names.values()])
    return {channel: sum(one.chatter + one.low for one in counted(store, channel, since))
            for channel, newest in zip(names, last, strict=True) if newest}
