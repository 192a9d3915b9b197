"""Who came and went, who has read what, what stands under messages: thinned to one event a second and channel."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from miniprogram.protocol import Gone, Named, Present, Progress, Reacted, ReadBy, encode
from miniprogram.protocol.events import Writing

K = TypeVar("K")
V = TypeVar("V")

NAMES_BELOW = 50
READERS_TOLD = 50
TYPING_TOLD = 10
REACTIONS_TOLD = 50
PROGRESS_TOLD = 50


class Note(msgspec.Struct):
    """What the core publishes in passing."""

    op: str
    count: int = 0
    joined: Named | None = None
    left: Gone | None = None
    who: Named | None = None
    user: str = ""
    seq: int = 0
    ticket: str = ""
    hold_seconds: int = 0
    away: bool = False
    counts: dict[str, int] = {}
    media: str = ""
    state: str = ""
    percent: int = 0
    client_id: str = ""
    reason: str = ""


decode_note = msgspec.json.Decoder(Note).decode
"""Raises msgspec.DecodeError."""


def _keep(those: dict[K, V], key: K, value: V, most: int) -> None:
    """The newest of each; of so many things at once that not all are told, the first ones."""
    if key in those or len(those) < most:
        those[key] = value


class Crowd:
    __slots__ = ("_changed", "_channel", "_count", "_joined", "_left", "_made", "_reacted", "_reads", "_typing")

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._changed = False
        self._count = 0
        self._joined: dict[str, Named] = {}
        self._left: dict[str, Gone] = {}
        self._reads: dict[str, int] = {}
        self._typing: dict[str, Named] = {}
        self._reacted: dict[int, dict[str, int]] = {}
        self._made: dict[str, tuple[str, int]] = {}

    def note(self, note: Note) -> bool:
        """Whether there is something to tell now."""
        if note.op == "read":
            self._read(note.user, note.seq)
        elif note.op == "present":
            self._changed = True
            self._count = note.count
            self._came(note.joined)
            self._went(note.left)
        elif note.op == "typing" and note.who is not None:
            if len(self._typing) < TYPING_TOLD:
                self._typing[note.who.id] = note.who
        elif note.op == "reacted":
            _keep(self._reacted, note.seq, note.counts, REACTIONS_TOLD)
        elif note.op == "progress":
            _keep(self._made, note.media, (note.state, note.percent), PROGRESS_TOLD)
        else:
            return False
        return True

    @property
    def quiet(self) -> bool:
        return not (self._changed or self._reads or self._typing or self._reacted or self._made)

    def thin(self) -> int:
        """Forgets what need not be told; how many events that were. Who is there is told later, and so is what stands
        under messages and how far a video is: there is one of each at most."""
        forgotten = len(self._reads) + bool(self._typing)
        self._reads, self._typing = {}, {}
        return forgotten

    def events(self) -> list[tuple[str, bytes]]:
        """(op, frame) of what happened since the last call."""
        found = []
        if self._changed:
            found.append(("present", encode(self._present())))
        for user, seq in self._reads.items():
            found.append(("read", encode(ReadBy(channel=self._channel, user=user, seq=seq))))
        if self._typing:
            found.append(("typing", encode(Writing(channel=self._channel, users=list(self._typing.values())))))
        for seq, counts in self._reacted.items():
            found.append(("reacted", encode(Reacted(channel=self._channel, seq=seq, counts=counts))))
        for media, (state, percent) in self._made.items():
            told = Progress(channel=self._channel, media=media, state=state, percent=percent)
            found.append(("progress", encode(told)))
        self._changed = False
        self._joined, self._left, self._reads, self._typing, self._reacted, self._made = {}, {}, {}, {}, {}, {}
        return found

    def _read(self, user: str, seq: int) -> None:
        if user in self._reads or len(self._reads) < READERS_TOLD:
            self._reads[user] = max(seq, self._reads.get(user, 0))

    def _came(self, person: Named | None) -> None:
        """Coming and going within the second cancel each other out."""
        if person is not None and self._left.pop(person.id, None) is None and len(self._joined) < NAMES_BELOW:
            self._joined[person.id] = person

    def _went(self, person: Gone | None) -> None:
        if person is not None and self._joined.pop(person.id, None) is None and len(self._left) < NAMES_BELOW:
            self._left[person.id] = person

    def _present(self) -> Present:
        event = Present(channel=self._channel, count=self._count)
        if self._count < NAMES_BELOW:
            event.joined, event.left = list(self._joined.values()), list(self._left.values())
        return event
