"""A file of named parts, packed and sealed: what a backup is written as.

Parts are written one after the other without knowing how long they will be, so nothing needs to lie on a disk twice.
They are compressed (zstd) and cut into chunks, each sealed with AES-256-GCM under its number, the last one marked as
the last: what was changed, put in another order or cut off does not open.

    teahouse backup 1\\n SALT    then chunks: length (four bytes), ciphertext
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, cast

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rooms.errors import Misconfigured

MAGIC, SALT = b"teahouse backup 1\n", 16
CHUNK, PIECE, TAG = 1 << 20, 1 << 18, 16
LEVEL = 3


class Parcel:
    """Written to `path` only when everything is in it; nobody else may read it."""

    def __init__(self, path: Path, key: str) -> None:
        self._path, self._half = path, path.with_name(f".{path.name}.{os.getpid()}.half")
        try:
            descriptor = os.open(self._half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise Misconfigured(f"cannot write {path} ({error.strerror})") from None
        self._file = os.fdopen(descriptor, "wb")
        self._sealing = _Sealing(self._file, key)
        self._packing: Any = zstandard.ZstdCompressor(level=LEVEL).stream_writer(
            cast(BinaryIO, self._sealing), closefd=False)

    def __enter__(self) -> Parcel:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._packing.write((0).to_bytes(2, "big"))
                self._packing.close()
                self._sealing.finish()
                self._file.flush()
                os.fsync(self._file.fileno())
        finally:
            self._file.close()
            if kind is None:
                self._half.replace(self._path)
            else:
                self._half.unlink(missing_ok=True)

    def put(self, name: str, pieces: Iterator[bytes] | list[bytes]) -> int:
        """One part; returns how many bytes it has."""
        title, size = name.encode(), 0
        self._packing.write(len(title).to_bytes(2, "big") + title)
        for piece in pieces:
            for start in range(0, len(piece), PIECE):
                part = piece[start:start + PIECE]
                self._packing.write(len(part).to_bytes(4, "big"))
                self._packing.write(part)
                size += len(part)
        self._packing.write((0).to_bytes(4, "big"))
        return size


def opened(path: Path, key: str) -> Iterator[tuple[str, Iterator[bytes]]]:
    """(name, pieces) of each part, in order; a part that is not read is passed over. Raises Misconfigured for another
    key, another kind of file, and one that is damaged."""
    try:
        with path.open("rb") as file:
            reader = zstandard.ZstdDecompressor().stream_reader(
                cast(BinaryIO, _Opening(file, key, path)), closefd=False)
            while length := int.from_bytes(_exactly(reader, 2, path), "big"):
                name = _exactly(reader, length, path).decode()
                pieces = _pieces(reader, path)
                yield name, pieces
                for _ in pieces:
                    pass
    except OSError as error:
        raise Misconfigured(f"cannot read {path} ({error.strerror})") from None
    except zstandard.ZstdError:
        raise Misconfigured(f"{path}: damaged") from None


class _Sealing:
    def __init__(self, file: BinaryIO, key: str) -> None:
        salt = os.urandom(SALT)
        self._file, self._box, self._number, self._held = file, _box(key, salt), 0, bytearray()
        file.write(MAGIC + salt)

    def write(self, data: bytes) -> int:
        self._held += data
        while len(self._held) > CHUNK:
            self._seal(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]
        return len(data)

    def flush(self, *_: object) -> None:
        """Chunks are written when they are full."""

    def finish(self) -> None:
        self._seal(bytes(self._held), last=True)

    def _seal(self, data: bytes, last: bool) -> None:
        box = self._box.encrypt(_nonce(self._number, last), data, MAGIC)
        self._number += 1
        self._file.write(len(box).to_bytes(4, "big") + box)


class _Opening:
    def __init__(self, file: BinaryIO, key: str, path: Path) -> None:
        head = file.read(len(MAGIC) + SALT)
        if len(head) < len(MAGIC) + SALT or not head.startswith(MAGIC):
            raise Misconfigured(f"{path}: not a backup of Teahouse")
        self._file, self._path, self._box = file, path, _box(key, head[len(MAGIC):])
        self._number, self._over = 0, False

    def read(self, _size: int = -1) -> bytes:
        """The next chunk whatever the size; empty after the last."""
        if self._over:
            return b""
        length = int.from_bytes(self._file.read(4), "big")
        box = self._file.read(length) if TAG <= length <= CHUNK + TAG else b""
        for last in (False, True):
            try:
                data = self._box.decrypt(_nonce(self._number, last), box, MAGIC) if box else None
            except InvalidTag:
                continue
            if data is not None:
                self._number, self._over = self._number + 1, last
                return data if data or last else self.read()
        cause = "not the key that it was sealed with, or damaged" if self._number == 0 else "damaged or cut off"
        raise Misconfigured(f"{self._path}: {cause}")


def _pieces(reader: zstandard.ZstdDecompressionReader, path: Path) -> Iterator[bytes]:
    while length := int.from_bytes(_exactly(reader, 4, path), "big"):
        if length > PIECE:
            raise Misconfigured(f"{path}: damaged")
        yield _exactly(reader, length, path)


def _exactly(reader: zstandard.ZstdDecompressionReader, size: int, path: Path) -> bytes:
    data = b""
    while len(data) < size:
        more = reader.read(size - len(data))
        if not more:
            raise Misconfigured(f"{path}: cut off")
        data += more
    return data


def _box(key: str, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=salt, info=b"teahouse backup").derive(key.encode()))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(8, "big") + int(last).to_bytes(4, "big")
