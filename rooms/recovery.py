"""Making a room ready: its gates, channels and readers' places are set in Redis from the record.

Whoever meets a room that is not ready does it, under a lock; until the ready mark stands, every verb is refused. The
mark names the run of the server and the record's generation, so that a Redis that was restarted, emptied or put back,
and a record that was restored, are all met with doubt once. A server that ran anew may have lost the end of a log
without a trace, so every run begins a new epoch above what is known; who has nothing above that hears nothing of it.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from rooms import ids, positions
from rooms.errors import Code, Refused
from rooms.events import Position
from rooms.live import keys
from rooms.live.live import token
from rooms.live.scripts import OPEN_CHANNEL, OPEN_ROOM, Script
from rooms.record import Connection, aliases, entries
from rooms.record import recovery as record
from rooms.record.channels import Channel
from rooms.store import Store

log = logging.getLogger(__name__)

LOCK_MS = 10_000
PATIENCE_SECONDS = 5.0
TOGETHER = 1_000
STEPS_TOGETHER = 16
"""In one round trip."""
COUNTED_AGAIN = 10_000
MOST_MENTIONS = 100
MOST_EPOCHS = 200
"""Ends of a log that readers are told of. Who comes back with an older one begins again."""
REMEMBERED_MS = 24 * 3_600_000


class _LockLost(Exception):
    """Somebody else rebuilds the room now."""


def make_ready(store: Store, room: str) -> None:
    """Returns when the room is ready, by us or by another process.

    Raises Refused: `not_found` when the record has no such room, `unavailable` when it cannot be made ready now.
    """
    def rebuild(lock: str) -> None:
        if not _is_ready(store, room):  # it may have become so before we had the lock: members may know it
            _Rebuild(store, room, lock).run()

    store.live.meet(room)
    _with_lock(store, room, rebuild, unless=lambda: _is_ready(store, room))


def _with_lock(store: Store, room: str, act: Callable[[str], None], unless: Callable[[], bool] = lambda: False) -> None:
    """Runs `act` with the room's lock, again where it was lost meanwhile. Raises Refused(unavailable) in the end."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if unless():
            return
        mine = token()
        if store.live.set(keys.of_room(store.live.prefix, room).rebuild, mine, px=LOCK_MS, nx=True):
            try:
                act(mine)
                return
            except _LockLost:
                continue
            finally:
                store.live.delete_if(keys.of_room(store.live.prefix, room).rebuild, mine)
        time.sleep(0.02)
    raise Refused(Code.UNAVAILABLE, "the room is being prepared", 1_000)


def when_ready(store: Store, room: str, look: Callable[[], list[Any]]) -> list[Any]:
    """What `look` sees (its first item is the room's ready mark) once the room is ready."""
    seen = look()
    if (seen[0] or b"").decode() != store.live.ready_for(room) or not seen[0]:
        make_ready(store, room)
        seen = look()
    return seen


def hide(store: Store, room: str, organization: str) -> None:
    """For who was told `not_found`: where the room is another organization's, takes as long as where there is none,
    which is looked for in the record. So nobody learns by the clock which of the two it is."""
    gate = keys.of_room(store.live.prefix, room).gate
    owner = store.live.command("HGET", gate, "organization", key=gate)
    if owner is not None and owner.decode() != organization:
        look_in_vain(store)


def look_in_vain(store: Store) -> None:
    """What `make_ready` does about a room that never was."""
    try:
        make_ready(store, ids.new("r"))
    except Refused as refused:
        if refused.code is not Code.NOT_FOUND:
            raise


def admit(store: Store, room: str, channel: str) -> None:
    """Sets one channel that is new, without closing its room to everybody else.

    Raises Refused: `not_found` when the record has no such channel, `unavailable` when it cannot be done now.
    """
    _with_lock(store, room, lambda lock: _Rebuild(store, room, lock).admit(channel))


def closed(store: Store, rooms: Collection[str]) -> list[str]:
    """Those that are not ready, in one round trip."""
    gates = [keys.of_room(store.live.prefix, room).gate for room in rooms]
    marks = store.live.commands([(("HGET", gate, "ready"), gate) for gate in gates]) if gates else []
    return [room for room, mark in zip(rooms, marks, strict=True)
            if mark is None or mark.decode() != store.live.ready_for(room)]


def close(store: Store, room: str) -> None:
    """Takes the ready mark away: the next verb sets the room anew from the record. For after a change of settings."""
    name = keys.of_room(store.live.prefix, room)
    store.live.commands([  # the lock first: a rebuild that is under way has read what was, and must begin again
        (("DEL", name.rebuild), name.gate), (("HDEL", name.gate, "ready"), name.gate)])


def _is_ready(store: Store, room: str) -> bool:
    gate = keys.of_room(store.live.prefix, room).gate
    mark = store.live.command("HGET", gate, "ready", key=gate)
    return mark is not None and mark.decode() == store.live.ready_for(room)


class _Rebuild:
    """One rebuild under one lock. Each step checks the lock first, in the same script. Steps travel together where
    their order does not count, as what has to be asked again may come to Redis behind what followed it: what empties
    goes before what fills, and the mark that ends it when all before it were done. No replica is waited for: what one
    takes over as a master is met as another run, and built anew."""

    def __init__(self, store: Store, room: str, lock: str) -> None:
        self._store, self._room, self._lock = store, room, lock
        self._keys = keys.of_room(store.live.prefix, room)
        self._run_id = store.live.ready_for(room).partition("/")[0]
        self._steps: list[tuple[Script, list[str], list[str]]] = []

    def run(self) -> None:
        started = time.monotonic()
        snapshot = self._store.record.read(lambda c: record.snapshot(c, self._room))
        if snapshot is None:
            raise Refused(Code.NOT_FOUND)
        room = snapshot.room
        self._on_room("begin", room.organization, room.state, _flag(room.private), _flag(room.password_hash),
                      _flag(room.white_only))
        self._send()
        for part in _pieces([word for member in snapshot.members for word in (member.user, member.role)]):
            self._on_room("members", *part)
        held = [word for s in snapshot.sanctions for word in (_field(s), str(s.until))]
        heard = [word for s in snapshot.wide for word in (f"v:{s.user}", str(s.version))]
        for part in _pieces([*held, *heard]):
            self._on_room("sanctions", *part)
        for part in _pieces(list(snapshot.free)):
            self._on_room("free", *part)
        asked = [word for q in snapshot.quiet for word in (quiet_field(q.user, q.place), str(q.until))]
        for part in _pieces(asked):
            self._on_room("quiet", *part)
        for channel in snapshot.channels:
            self._open(channel)
        for two in self._stale(snapshot.twos, snapshot.pairs):
            self.admit(two)
        self._send()
        self._on_room("ready")
        self._send()
        log.info("room made ready room=%s channels=%d ms=%d", self._room, len(snapshot.channels),
                 (time.monotonic() - started) * 1000)

    def admit(self, channel: str) -> None:
        found = self._store.record.read(lambda c: record.channel_snapshot(c, channel))
        if found is None:
            raise Refused(Code.NOT_FOUND)
        self._open(found)
        self._send()

    def _stale(self, twos: Sequence[Channel], pairs: Mapping[str, str]) -> list[str]:
        """Channels of two that Redis does not have as the record says. There may be many more of them than of others,
        and next to nothing of them ever changes."""
        heads = [keys.of_channel(self._store.live.prefix, two.id).head for two in twos]
        known = self._store.live.commands([
            (("HMGET", head, "run", "epoch", "state", "pair", "tip"), head) for head in heads]) if heads else []
        return [two.id for two, (*head, tip) in zip(twos, known, strict=True) if int(tip or 0) < two.archived_seq
                or [(word or b"").decode() for word in head] != [
                    self._run_id, two.epoch, two.state, pairs.get(two.id, "")]]

    def _open(self, channel: record.ChannelSnapshot) -> None:
        epoch, tip, talk, run_id = self._look(channel.id)
        behind = not epoch or epoch != channel.epoch or int(tip) < channel.tip
        if behind:
            self._remember_client_ids(channel.id)
        if behind or run_id != self._run_id:
            self._fork(channel, max(channel.tip, _whole(channel, epoch, int(tip or 0))), int(talk or 0))
        else:
            self._on_channel(channel.id, "keep", *self._settings(channel, channel.epochs))
        self._send()
        for part in _pieces([str(seq) for seq in channel.recalled for _ in range(2)]):
            self._on_channel(channel.id, "recalled", *part)
        for step, words in _about(channel):
            for part in _pieces(words):
                self._on_channel(channel.id, step, *part)
        for part in _pieces([str(word) for pair in channel.outside.items() for word in pair]):
            self._on_channel(channel.id, "outside", *part)
        for part in _pieces([f"{one.right} {one.user}" for one in channel.allowed]):
            self._on_channel(channel.id, "allowed", *part)
        self._places(channel)

    def _fork(self, channel: record.ChannelSnapshot, after: int, talk: int) -> None:
        """The new epoch is in the record before Redis learns of it, so that no number is ever given twice."""
        opened = self._store.record.write(lambda c: record.open_epoch(c, channel.id, after))
        counted = talk if after > channel.tip else channel.talk
        self._on_channel(channel.id, "fork", opened.epoch, str(after), str(counted),
                         *self._settings(channel, [*channel.epochs, opened]), "pins", " ".join(map(str, channel.pins)))
        log.info("an epoch begins channel=%s epoch=%s after=%d", channel.id, opened.epoch, after)

    def _settings(self, channel: record.ChannelSnapshot, epochs: Sequence[Any]) -> list[str]:
        forks = [(ended.epoch, following.after_seq) for ended, following in pairwise(epochs[-MOST_EPOCHS:])]
        settings = {"state": channel.state, "capacity": channel.capacity, "slow_seconds": channel.slow_seconds,
                    "archived": channel.tip, "run": self._run_id, "forks": msgspec.json.encode(forks).decode(),
                    "ruled": _flag(channel.rules or channel.slow_seconds),
                    **({"pair": channel.pair} if channel.pair else {}), **channel.rules}
        return [str(word) for pair in settings.items() for word in pair]

    def _places(self, channel: record.ChannelSnapshot) -> None:
        """Readers who were beyond what is left of the log stand at its tip: what comes next is new to them."""
        epoch, tip, talk, _ = self._look(channel.id)
        words: list[str] = []
        for r in self._with_own_words(channel, int(tip)):
            words += [r.user, f"{r.seq} {r.ordinal} {r.own}" if r.seq <= int(tip) else f"{tip} {talk} 0"]
        for part in _pieces(words):
            self._on_channel(channel.id, "reads", *part)
        words = []
        for c in channel.cursors:
            words += [c.user, f"{c.epoch} {c.seq}" if c.seq <= int(tip) else f"{epoch} {tip}"]
        for part in _pieces(words):
            self._on_channel(channel.id, "places", *part)

    def _with_own_words(self, channel: record.ChannelSnapshot, tip: int) -> Iterator[Any]:
        """The copy of a read position may count own words that were lost, or miss some that were kept: count again.

        Exact for readers who are at most 10,000 entries behind; for others the copy is taken as it is.
        """
        floor = tip - COUNTED_AGAIN
        behind = [r for r in channel.reads if floor <= r.seq < tip]
        lowest = min((r.seq for r in behind), default=tip)
        said: defaultdict[str, list[int]] = defaultdict(list)
        gone = frozenset(channel.recalled)
        if behind:
            for seq, user in self._store.record.read(lambda c: _said_above(c, channel.id, lowest)):
                if seq not in gone:
                    said[user].append(seq)
        for r in channel.reads:
            recent = floor <= r.seq <= tip
            yield r._replace(own=sum(1 for seq in said[r.user] if seq > r.seq)) if recent else r

    def _remember_client_ids(self, channel: str) -> None:
        since = self._store.clock.now() - REMEMBERED_MS
        known = self._store.record.read(lambda c: entries.recent_client_ids(c, channel, since))
        words = [word for k in known for word in (f"{k.user}|{k.client_id}", f"{k.epoch} {k.seq} {k.at}")]
        for part in _pieces(words):
            self._on_channel(channel, "seen", *part)

    def _on_room(self, step: str, *words: str) -> None:
        names = [self._keys.gate, self._keys.members, self._keys.rebuild, self._keys.sanctions, self._keys.free,
                 self._keys.quiet]
        self._with_the_next(OPEN_ROOM, names, [self._lock, step, *words])

    def _on_channel(self, channel: str, step: str, *words: str) -> None:
        name = keys.of_channel(self._store.live.prefix, channel)
        names = [self._keys.rebuild, name.head, name.log, name.reads, name.places, *name.seen,
                 name.recalled, name.outside, name.allowed, name.edited, name.mentioned, name.reactions]
        self._with_the_next(OPEN_CHANNEL, names, [self._lock, step, *words])

    def _look(self, channel: str) -> list[str]:
        """epoch, tip, talk and run of the channel, as Redis has them after all steps so far."""
        self._on_channel(channel, "look")
        return [item.decode() for item in self._send()[1:]]

    def _with_the_next(self, *step: Any) -> None:
        if len(self._steps) >= STEPS_TOGETHER:
            self._send()
        self._steps.append(step)

    def _send(self) -> Any:
        """The reply to the last of the steps that waited."""
        steps, self._steps = self._steps, []
        reply: Any = [b"ok"]
        for reply in self._store.live.calls(steps):
            if isinstance(reply, Refused):
                raise reply
            if reply[0] == b"lost":
                raise _LockLost
        return reply


def _whole(channel: record.ChannelSnapshot, epoch: str, tip: int) -> int:
    """How far Redis' log is the record's. Of an older epoch it is where that had reached no further when the next
    began: whoever wrote that down did not come to tell Redis."""
    forks = [(ended.epoch, following.after_seq) for ended, following in pairwise(channel.epochs)]
    known = positions.where(forks, channel.epoch, tip, Position(epoch, tip))
    return tip if known.forked is None else 0


def quiet_field(user: str, place: str) -> str:
    """What a room's gate calls the quiet of somebody in the room or in one of its channels."""
    return user if ids.is_room(place) else f"{user}:{place}"


def _said_above(connection: Connection, channel: str, seq: int) -> list[tuple[int, str]]:
    """(seq, author) above `seq`, whoever the author is by now."""
    said = list(entries.said_above(connection, channel, seq))
    meant = aliases.many(connection, list({user for _, user in said}))
    return [(seq, meant.get(user, user)) for seq, user in said]


def _about(channel: record.ChannelSnapshot) -> Iterator[tuple[str, list[str]]]:
    """How entries stand: their newest words, whom they name, what is under them."""
    yield "edited", [str(word) for pair in channel.edited.items() for word in pair]
    named: defaultdict[str, list[str]] = defaultdict(list)
    for mention in channel.mentions:
        named[mention.user].append(f"{mention.seq}/{mention.by}" if mention.user == "*" else str(mention.seq))
    yield "mentioned", [word for user, seqs in named.items() for word in (user, " ".join(seqs[-MOST_MENTIONS:]))]
    under: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for (seq, _), emojis in channel.reactions.items():
        under[seq].update(emojis)
    yield "reactions", [
        *(word for (seq, user), emojis in channel.reactions.items() for word in (f"{seq} {user}", " ".join(emojis))),
        *(word for seq, counts in under.items() for word in (str(seq), msgspec.json.encode(counts).decode()))]


def _field(sanction: Any) -> str:
    """The gate's field of a sanction: "m:user", "b:user:channel", "b:user:*" for the organization's."""
    return ":".join(filter(None, (sanction.kind[0], sanction.user, sanction.channel if sanction.room else "*")))


def _flag(value: object) -> str:
    return "1" if value else "0"


def _pieces(words: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(words), 2 * TOGETHER):
        yield words[start:start + 2 * TOGETHER]
