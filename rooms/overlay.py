"""How entries stand now: an entry never changes, but it may have been recalled, edited, pinned or reacted to since.

A recalled entry keeps its number and its author, and loses its body; an edited one is shown with its newest words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from rooms import reactions
from rooms.events import COUNTED, Logged
from rooms.live import keys, log
from rooms.record import entries as rows
from rooms.store import Store


class _Standing(NamedTuple):
    """What differs from the entries as they were posted, by seq."""

    recalled: frozenset[int]
    edited: Mapping[int, Mapping[str, Any]]
    reactions: dict[int, dict[str, int]]
    pinned: frozenset[int]


def as_they_stand(store: Store, channel: str, entries: list[Logged]) -> list[Logged]:
    """The same entries: the recalled ones without what they said, the others with what became of them."""
    return each_as_it_stands(store, {channel: entries})[channel]


def each_as_it_stands(store: Store, entries: Mapping[str, list[Logged]]) -> dict[str, list[Logged]]:
    """The same of several channels, in one round trip."""
    talk = {channel: [entry.seq for entry in some if entry.op in COUNTED] for channel, some in entries.items()}
    standing = _standing(store, {channel: seqs for channel, seqs in talk.items() if seqs})
    return {channel: [_shown(entry, standing[channel]) if entry.op in COUNTED else entry for entry in some]
            if any(standing.get(channel, ())) else some for channel, some in entries.items()}


def recalled_between(store: Store, channel: str, first: int, last: int) -> frozenset[int]:
    key = keys.of_channel(store.live.prefix, channel).recalled
    found: Sequence[bytes] = store.live.command("ZRANGEBYSCORE", key, str(first), str(last), key=key)
    return frozenset(map(int, found))


def without_words(entry: Logged) -> Logged:
    """The entry as one that was recalled."""
    frame = msgspec.json.decode(entry.frame)
    for part in ("body", "text", "client_id", "reply_to", "repeat_of", "mentions", "forwarded"):
        frame.pop(part, None)
    frame["recalled"] = True
    return entry._replace(frame=msgspec.json.encode(frame))


def _standing(store: Store, talk: Mapping[str, Sequence[int]]) -> dict[str, _Standing]:
    wanted: list[tuple[tuple[str, ...], str]] = []
    for channel, some in talk.items():
        name, seqs = keys.of_channel(store.live.prefix, channel), [str(seq) for seq in some]
        wanted += [(("ZRANGEBYSCORE", name.recalled, seqs[0], seqs[-1]), name.head),
                   (("HMGET", name.edited, *seqs), name.head), (("HMGET", name.reactions, *seqs), name.head),
                   (("HMGET", name.head, "pins", "tip"), name.head)]
    answers = iter(store.live.commands(wanted) if wanted else ())
    found, older = dict[str, _Standing](), dict[str, list[int]]()
    for channel, some in talk.items():
        recalled, edits, under, (pins, tip) = islice(answers, 4)
        newest = {seq: int(edit) for seq, edit in zip(some, edits, strict=True) if edit}
        counts = {seq: reactions.counts(text) for seq, text in zip(some, under, strict=True) if text}
        older[channel] = [seq for seq in some if seq <= int(tip or 0) - reactions.REACTABLE and seq not in counts]
        found[channel] = _Standing(
            frozenset(map(int, recalled)), _newest_words(store, channel, newest) if newest else {}, counts,
            frozenset(map(int, (pins or b"").split())).intersection(some))
    for channel, counts in (reactions.of_older(store, older) if any(older.values()) else {}).items():
        found[channel].reactions.update(counts)
    return found


def _newest_words(store: Store, channel: str, newest: Mapping[int, int]) -> dict[int, Mapping[str, Any]]:
    """seq → the `edited` entry about it. An edit that was lost with an end of the log is none."""
    wanted = sorted(set(newest.values()))
    found = {entry.seq: entry.frame for entry in log.each(store.live, channel, wanted)}
    missing = [seq for seq in wanted if seq not in found]
    if missing:
        kept: Iterable[rows.Row] = store.record.read(lambda c: rows.several(c, {channel: missing}))
        found |= {row.seq: row.frame for row in kept}
    words = {}
    for seq, edit in newest.items():
        frame = msgspec.json.decode(found[edit]) if edit in found else {}
        if frame.get("op") == "edited" and frame.get("of") == seq:
            words[seq] = frame
    return words


def _shown(entry: Logged, standing: _Standing) -> Logged:
    if entry.seq in standing.recalled:
        return without_words(entry)
    about: dict[str, Any] = {}
    edit = standing.edited.get(entry.seq)
    if edit is not None:
        about |= {"body": edit["body"], "edited_at": edit["at"]}
    if standing.reactions.get(entry.seq):
        about["reactions"] = standing.reactions[entry.seq]
    if entry.seq in standing.pinned:
        about["pinned"] = True
    return entry._replace(frame=msgspec.json.encode(msgspec.json.decode(entry.frame) | about)) if about else entry
