"""Frames of one channel, made ready once for all its readers."""

from __future__ import annotations

from collections.abc import Sequence

from miniprogram import framing
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
