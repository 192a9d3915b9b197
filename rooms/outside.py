"""Who was put out of a channel reads up to the entry that says so, and nothing above it, until they are let in again.

The script that appends `kicked` or `banned` writes it down, the script that gives a seat again takes it away. Every
door that gives entries to somebody asks here how far they go.
"""

from __future__ import annotations

from collections.abc import Sequence

from rooms.live import keys
from rooms.store import Store


def limits(store: Store, user: str, channels: Sequence[str]) -> dict[str, int]:
    """channel → the newest seq that the user may be shown, for those of the channels that they were put out of."""
    wanted = []
    for channel in channels:
        name = keys.of_channel(store.live.prefix, channel)
        wanted += [(("HGET", name.outside, user), name.outside),
                   (("HMGET", name.room.sanctions, f"b:{user}", f"b:{user}:{channel}", f"b:{user}:*"), name.outside)]
    answers = iter(store.live.commands(wanted))
    now = store.clock.now() + store.live.offset_ms
    found = {}
    for channel in channels:
        seq, bans = next(answers), next(answers)
        if seq is not None:
            found[channel] = int(seq)
        elif any(until is not None and (int(until) == 0 or int(until) > now) for until in bans):
            found[channel] = 0  # banned by an act that left no entry here
    return found


def outsiders(store: Store, channel: str, users: Sequence[str]) -> dict[str, int]:
    """user → the newest seq that they may be shown, for those of the users who were put out of the channel."""
    if not users:
        return {}
    name = keys.of_channel(store.live.prefix, channel).outside
    seqs = store.live.command("HMGET", name, *users, key=name)
    return {user: int(seq) for user, seq in zip(users, seqs, strict=True) if seq is not None}
