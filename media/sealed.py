"""Files at rest under their organization's data key, in whatever place they lie.

    2 NUMBER PREFIX BLOCK BLOCK …    one byte, four (the data key's number, big-endian), eight, blocks

A block is 64 KiB of the file (the last one less) and what AES-GCM adds, under the prefix and its number as the nonce,
bound to the file's key, its size and its number: so a part can be read by itself, and none can be moved, changed or cut
off. What lay there before there was a master key lies under its plain key and is read as before. Where the data key was
erased, there is nothing any more.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag

from media.store import Absent, MediaStore, Opened
from rooms.errors import Code, Misconfigured, Refused
from rooms.record import Record, bodies
from rooms.record.keyring import ErasedError, Key

BLOCK, TAG, HEAD = 64 * 1024, 16, 13
ENDING = ".sealed"


class _Head(NamedTuple):
    number: int
    prefix: bytes


class Sealed:
    """A MediaStore over another one."""

    def __init__(self, under: MediaStore, record: Record) -> None:
        self._under, self._record = under, record

    def put(self, key: str, path: Path) -> None:
        self._record.prepare(_owner(key))
        data_key = self._record.read(lambda c: self._record.keyring.current(c, _owner(key)))
        if data_key is None:
            raise Refused(Code.UNAVAILABLE, f"{_owner(key)} has no data key yet", 1_000)
        sealed = Path(tempfile.mkstemp(dir=self.room(), suffix=ENDING)[1])
        try:
            _write(sealed, path, key, data_key)
            self._under.put(key + ENDING, sealed)
        finally:
            sealed.unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def size(self, key: str) -> int:
        try:
            return _plain(self._under.size(key + ENDING))
        except Absent:
            return self._under.size(key)

    def read(self, key: str, first: int = 0, last: int | None = None) -> Opened:
        """Raises Absent; Misconfigured without the master key."""
        try:
            head = self._head(key)
        except Absent:
            return self._under.read(key, first, last)
        try:
            data_key = self._record.read(lambda c: self._record.keyring.key(c, head.number))
        except ErasedError:
            raise Absent(key) from None
        size = self.size(key)
        return Opened(size, self._chunks(key, size, head, data_key, first, size - 1 if last is None else last))

    def delete(self, organization: str, media: str) -> None:
        self._under.delete(organization, media)

    def room(self) -> Path:
        return self._under.room()

    def _head(self, key: str) -> _Head:
        head = b"".join(self._under.read(key + ENDING, 0, HEAD - 1).chunks)
        if len(head) != HEAD or head[:1] != bodies.SEALED:
            raise _broken(key)
        return _Head(int.from_bytes(head[1:5], "big"), head[5:])

    def _chunks(self, key: str, size: int, head: _Head, data_key: Key, first: int, last: int) -> Iterator[bytes]:
        begin, end = first // BLOCK, min(last, size - 1)
        if end < first:
            return
        upto = _sealed(min(size, (end // BLOCK + 1) * BLOCK)) - 1
        blocks = self._under.read(key + ENDING, _sealed(begin * BLOCK), upto)
        for number, block in enumerate(_whole(blocks.chunks), begin):
            try:
                opened = data_key.box.decrypt(_nonce(head.prefix, number), block, _place(key, size, number))
            except (InvalidTag, ValueError):
                raise _broken(key) from None
            yield opened[max(0, first - number * BLOCK):end - number * BLOCK + 1]


def _write(sealed: Path, path: Path, key: str, data_key: Key) -> None:
    prefix, size = os.urandom(8), path.stat().st_size
    with path.open("rb") as source, sealed.open("wb") as target:
        target.write(bodies.SEALED + data_key.number.to_bytes(4, "big") + prefix)
        for number, block in enumerate(iter(lambda: source.read(BLOCK), b"")):
            target.write(data_key.box.encrypt(_nonce(prefix, number), block, _place(key, size, number)))


def _whole(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Sealed blocks, however the bytes come."""
    left = b""
    for chunk in chunks:
        left += chunk
        while len(left) >= BLOCK + TAG:
            yield left[:BLOCK + TAG]
            left = left[BLOCK + TAG:]
    if left:
        yield left


def _sealed(size: int) -> int:
    return HEAD + size + TAG * -(-size // BLOCK)


def _plain(size: int) -> int:
    blocks = -(-(size - HEAD) // (BLOCK + TAG))
    return size - HEAD - TAG * blocks


def _nonce(prefix: bytes, number: int) -> bytes:
    return prefix + number.to_bytes(4, "big")


def _place(key: str, size: int, number: int) -> bytes:
    return f"media/{key}/{size}/{number}".encode()


def _owner(key: str) -> str:
    return key.partition("/")[0]


def _broken(key: str) -> Misconfigured:
    return Misconfigured(f"media/{key}: what was sealed there was changed, moved or cut off")
