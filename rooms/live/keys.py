"""Names of keys. All keys of a room carry its id as hash tag, so that one script sees them all on one node.

Names are short because a post carries nearly twenty of them: XXXX is what a channel's id has beyond its room's token.

`{r_…}:gate`      hash   ready mark, organization, state, flags of the room
`{r_…}:members`   hash   user → role
`{r_…}:pace`      hash   user → when the next message is due (GCRA), expires when the room falls silent
`{r_…}:sanctions` hash   "m:user" or "b:user", also with ":channel", ":*" for the
                         organization's → until when (ms), 0 for open-ended; "v:user" → version of the record's word
`{r_…}:free`      set    the white list: always may speak, counted first in the queue, never evicted
`{r_…}:quiet`     hash   "user" or "user:channel" → until when they do not want to be disturbed, 0 for open-ended
`{r_…}:rebuild`   string who is rebuilding the gates
`…:XXXX:head`      hash   state, epoch, tip, talk, archived, forks, limits of the channel
`…:XXXX:log`       stream `seq-0` → o(p) e(poch) u(ser) n (counted entries up to here) f(rame)
`…:XXXX:seats`     hash   user → {"id","name"} of everyone present
`…:XXXX:held`      hash   user → the sockets that hold the seat, as "process.socket" words
`…:XXXX:away`      zset   user → when the seat ends that no socket holds
`…:XXXX:queue`     zset   user → class and order of arrival, for those who wait for a seat
`…:XXXX:tickets`   hash   user → "ticket {"id","name"}" of everybody who waits or was offered a seat
`…:XXXX:waiting`   zset   user → when the ticket ends that no socket holds
`…:XXXX:offers`    zset   user → when the offered seat goes to the next
`…:XXXX:slow`      hash   user → when slow mode lets them speak again
`…:XXXX:echo`      hash   what was said lately, to fold and to guard: user → "digest seq at", digest → "count since"
`…:XXXX:outside`   hash   user → seq of the entry that put them out, up to which they may read until they enter again
`…:XXXX:shed`      stream of s(econd) c(hatter) l(ow): frames that readers were not sent
`…:XXXX:recalled`  zset   seqs that were recalled
`…:XXXX:allowed`   set    "right user": who may see, enter or post, where that is a list
`…:XXXX:edited`    hash   seq of a message → seq of the entry with its newest words
`…:XXXX:mentioned` hash   user → seqs of the newest messages that name them; "*" → "seq/author" of those to everybody
`…:XXXX:reactions` hash   seq → {"emoji": count}, "seq user" → emojis of one person, for the newest messages
`…:XXXX:reacted`   set    "seq user" that the record does not know yet
`…:XXXX:leases`    zset   web process → when it counts as dead
`…:XXXX:reads`     hash   user → "seq n own": read up to seq, which was the n-th counted entry; own posts since
`…:XXXX:places`    hash   follower → "epoch seq": what they were told
`…:XXXX:dirty`     set    users whose reading or place the record does not know yet
`…:XXXX:seen:0..2` hash   user|client_id → "epoch seq at", or "h" while it is held for a review: a ring of
                         12-hour buckets
`…:XXXX:feed`      sharded publish/subscribe channel
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rooms import ids


class RoomKeys(NamedTuple):
    gate: str
    members: str
    pace: str
    sanctions: str
    free: str
    quiet: str
    rebuild: str


class ChannelKeys(NamedTuple):
    room: RoomKeys
    head: str
    log: str
    seats: str
    held: str
    away: str
    leases: str
    queue: str
    tickets: str
    waiting: str
    offers: str
    slow: str
    echo: str
    recalled: str
    edited: str
    mentioned: str
    reactions: str
    reacted: str
    outside: str
    shed: str
    allowed: str
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
    tag = f"{prefix}:{{{room}}}:{channel[2 + ids.TOKEN:]}"
    parts = {name: f"{tag}:{name}" for name in ChannelKeys._fields if name not in ("room", "seen")}
    return ChannelKeys(room=of_room(prefix, room), seen=(f"{tag}:seen:0", f"{tag}:seen:1", f"{tag}:seen:2"), **parts)


@lru_cache(maxsize=65536)
def of_post(prefix: str, channel: str) -> tuple[str, ...]:
    """The keys of `post.lua`, in its order; the same object each time, as what is said together is found by it."""
    name = of_channel(prefix, channel)
    room = name.room
    return (room.gate, room.members, name.head, name.log, name.seats, name.reads, room.pace, name.away, name.places,
            *name.seen, name.feed, name.dirty, room.sanctions, room.free, name.slow, name.echo, name.allowed,
            name.mentioned, name.recalled)


def channel_of_feed(feed: str) -> str:
    before, _, suffix = feed.rpartition(":")[0].rpartition(":")
    return f"c_{before[-1 - ids.TOKEN:-1]}{suffix}"
