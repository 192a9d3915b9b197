"""Names of keys. All keys of a room carry its id as hash tag, so that one script sees them all on one node.

`{r_…}:gate`      hash   ready mark, organization, state, flags of the room
`{r_…}:members`   hash   user → role
`{r_…}:pace`      hash   user → when the next message is due (GCRA), expires when the room falls silent
`{r_…}:rebuild`   string who is rebuilding the gates
`…:c_…:head`      hash   state, epoch, tip, talk, archived, forks, limits of the channel
`…:c_…:log`       stream `seq-0` → o(p) e(poch) u(ser) n (counted entries up to here) f(rame)
`…:c_…:seats`     hash   user → {"id","name"} of everyone present
`…:c_…:held`      hash   user → the sockets that hold the seat, as "process.socket" words
`…:c_…:away`      zset   user → when the seat ends that no socket holds
`…:c_…:leases`    zset   web process → when it counts as dead
`…:c_…:reads`     hash   user → "seq n own": read up to seq, which was the n-th counted entry; own posts since
`…:c_…:places`    hash   follower → "epoch seq": what they were told
`…:c_…:dirty`     set    users whose reading or place the record does not know yet
`…:c_…:seen:0..2` hash   user|client_id → "epoch seq at", a ring of 12-hour buckets
`…:c_…:feed`      sharded publish/subscribe channel
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rooms import ids


class RoomKeys(NamedTuple):
    gate: str
    members: str
    pace: str
    rebuild: str


class ChannelKeys(NamedTuple):
    room: RoomKeys
    head: str
    log: str
    seats: str
    held: str
    away: str
    leases: str
    reads: str
    places: str
    dirty: str
    seen: tuple[str, str, str]
    feed: str


@lru_cache(maxsize=65536)
def of_room(prefix: str, room: str) -> RoomKeys:
    tag = f"{prefix}:{{{room}}}"
    return RoomKeys(*(f"{tag}:{name}" for name in RoomKeys._fields))


@lru_cache(maxsize=65536)
def of_channel(prefix: str, channel: str) -> ChannelKeys:
    room = ids.room_of(channel)
    tag = f"{prefix}:{{{room}}}:{channel}"
    return ChannelKeys(
        of_room(prefix, room), f"{tag}:head", f"{tag}:log", f"{tag}:seats", f"{tag}:held", f"{tag}:away",
        f"{tag}:leases", f"{tag}:reads", f"{tag}:places", f"{tag}:dirty",
        (f"{tag}:seen:0", f"{tag}:seen:1", f"{tag}:seen:2"), f"{tag}:feed")


def channel_of_feed(feed: str) -> str:
    return feed.rsplit(":", 2)[1]
