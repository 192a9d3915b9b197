"""Frames of one channel, made ready once for all its readers."""

from __future__ import annotations

from collections.abc import Sequence

from miniprogram import framing
from rooms import blocks
from rooms.blocks import Blocked
from rooms.events import Logged


class Batch:
    """Frames of one channel, joined once for all its readers."""

    __slots__ = ("channel", "data", "entries", "frames", "size")

    def __init__(self, channel: str, entries: Sequence[Logged]) -> None:
        self.channel = channel
        self.entries = entries
        self.data = b"".join([part for entry in entries for part in (framing.header(len(entry.frame)), entry.frame)])
        self.size = len(self.data)
        self.frames = len(entries)

    def without(self, hidden: Blocked) -> Batch:
        """The same for a reader who does not want to read these people."""
        if not any(blocks.is_by(entry, hidden) for entry in self.entries):
            return self
        return Batch(self.channel, blocks.hide(list(self.entries), hidden))
