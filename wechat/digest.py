"""The log as a text for somebody who was away: oldest first, whole messages, within a number of bytes. Pure.

A message too long to stand alone is cut at characters into numbered parts; where it is cut depends only on the
message, so that the parts fit together over several answers. The reader's place moves past a message after its last
part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from rooms.events import COUNTED, Entry
from wechat.words import Words

PART_BYTES = 1_500
"""Bytes of text in one part of a long message."""
NAME_CHARACTERS = 24


class Place(NamedTuple):
    """Everything up to `seq` was told, and of the next owed message its first `part` parts."""

    epoch: str
    seq: int
    part: int = 0


class Line(NamedTuple):
    entry: Entry
    part: int
    parts: int
    text: str


class Digest(NamedTuple):
    """`text` is empty when nothing was owed, or not even the foot fits. `left` messages did not fit; `beyond` says that
    there are still more. `told`: the entries that it holds, or parts of."""

    text: str
    place: Place
    shown: int
    left: int
    beyond: bool = False
    told: tuple[Entry, ...] = ()


def compose(entries: Sequence[Entry], user: str, place: Place, title: str, words: Words, budget: int,
            beyond: bool = False) -> Digest:
    """What `user` is owed of `entries` (ascending, above `place`), at most `budget` bytes with title and foot.

    `beyond` says that the log has more after the last entry.
    """
    lines = list(_lines(entries, user, place, words))
    if not lines:
        end = Place(entries[-1].epoch, entries[-1].seq) if entries else place
        return Digest("", end, 0, 0, beyond)
    head, most = words.digest_title(shown_name(title), _messages(lines), beyond), words.digest_more(len(lines), True)
    fits = _fit(lines, budget - _bytes(head))
    if fits < len(lines) or beyond:
        fits = _fit(lines, budget - _bytes(head) - _bytes(most) - 1)
    left = _messages(lines[fits:])
    foot = [words.digest_more(left, beyond)] if left or beyond else []
    text = "\n".join([head, *(line.text for line in lines[:fits]), *foot]) if fits else foot[0]
    if _bytes(text) > budget:
        return Digest("", place, 0, left, beyond)
    told = tuple({line.entry.seq: line.entry for line in lines[:fits]}.values())
    return Digest(text, _place_after(entries, lines, fits, place), _messages(lines[:fits]), left, beyond, told)


def owed(entries: Sequence[Entry], user: str) -> list[Entry]:
    """Those that make somebody unread: by others, and not recalled again among these."""
    recalled = {entry.of for entry in entries if entry.op == "recalled"}
    return [entry for entry in entries if entry.op in COUNTED and entry.seq not in recalled
            and not (entry.author and entry.author.id == user)]


def calls(entry: Entry) -> bool:
    """Whether the entry may name somebody."""
    text = _content(entry)
    return "@" in text or "＠" in text


def names(entry: Entry, name: str) -> bool:
    """Whether the entry mentions somebody: '@name' in its text, not as the beginning of a longer Latin word."""
    text = _content(entry)
    return bool(name) and re.search(rf"[@＠]{re.escape(name)}(?![A-Za-z0-9_])", text, re.IGNORECASE) is not None


def _lines(entries: Sequence[Entry], user: str, place: Place, words: Words) -> Iterator[Line]:
    skip = place.part
    for entry in owed(entries, user):
        texts = lines_of(entry, words)
        for number, text in enumerate(texts, 1):
            if number > skip:
                yield Line(entry, number, len(texts), text)
        skip = 0


def lines_of(entry: Entry, words: Words) -> list[str]:
    """The line of an entry, or its numbered parts; nothing for what is not to be told."""
    if entry.op not in COUNTED:
        return []
    name = shown_name(entry.author.name if entry.author else "")
    content = words.announced(entry.text) if entry.op == "announced" else _content(entry) or _shown(entry, words)
    content = words.forwarded(content) if entry.forwarded else content
    line = words.said(name, content)
    if _bytes(line) <= PART_BYTES:
        return [line]
    parts = _pieces(content, PART_BYTES)
    return [words.said(f"{name} ({number}/{len(parts)})", part) for number, part in enumerate(parts, 1)]


def _shown(entry: Entry, words: Words) -> str:
    """What is no text: its kind, and of it what can be read."""
    body = entry.body or {}
    told: dict[str, list[Any]] = {
        "location": [body.get("name") or body.get("address")], "link": [body.get("title"), body.get("url")],
        "file": [body.get("name")], "voice": [words.seconds(body.get("seconds"))],
        "video": [words.seconds(body.get("seconds"))]}
    return " ".join([words.kind(entry.type), *(" ".join(str(one).split()) for one in told.get(entry.type, []) if one)])


def _pieces(text: str, size: int) -> list[str]:
    """The text cut between characters into pieces of at most `size` bytes."""
    pieces, data = [], text.encode()
    while data:
        piece = data[:size].decode(errors="ignore")
        pieces.append(piece)
        data = data[len(piece.encode()):]
    return pieces


def shown_name(name: str) -> str:
    """A nickname on one line, without what could pass for markup or for another line."""
    clean = " ".join(re.sub(r"[<>\u0000-\u001f\u2028\u2029]", " ", name).split())
    return clean if len(clean) <= NAME_CHARACTERS else clean[:NAME_CHARACTERS - 1] + "…"


def _content(entry: Entry) -> str:
    text = (entry.body or {}).get("text", "") if entry.op == "message" else entry.text
    return text if isinstance(text, str) else ""


def _fit(lines: Sequence[Line], budget: int) -> int:
    """How many lines fit. In an answer of its own the first always does: title, part and foot are under 2,048 bytes."""
    fits = 0
    for line in lines:
        budget -= _bytes(line.text) + 1
        if budget < 0:
            break
        fits += 1
    return fits


def _place_after(entries: Sequence[Entry], lines: Sequence[Line], fits: int, place: Place) -> Place:
    if fits == 0:
        return place
    if fits == len(lines):
        return Place(entries[-1].epoch, entries[-1].seq)
    following = lines[fits]
    before = [entry for entry in entries if entry.seq < following.entry.seq]
    part = following.part - 1
    return Place(before[-1].epoch, before[-1].seq, part) if before else place._replace(part=part)


def _messages(lines: Sequence[Line]) -> int:
    return len({line.entry.seq for line in lines})


def _bytes(text: str) -> int:
    return len(text.encode())
