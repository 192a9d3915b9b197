"""Where the bytes lie: a folder, or a bucket that speaks S3. Keys are `organization/media/variant`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from rooms.errors import Misconfigured

if TYPE_CHECKING:
    from rooms.store import Store
    from settings import Settings

CHUNK = 64 * 1024


class Absent(Exception):
    """There is nothing under this key."""


class Opened(NamedTuple):
    """`size` is of the whole; `chunks` gives the bytes that were asked for."""

    size: int
    chunks: Iterator[bytes]


class MediaStore(Protocol):
    def put(self, key: str, path: Path) -> None:
        """The file's bytes are kept under the key when this returns; the file may be gone."""
        ...

    def size(self, key: str) -> int:
        """Raises Absent."""
        ...

    def read(self, key: str, first: int = 0, last: int | None = None) -> Opened:
        """From `first` to `last`, both included. Raises Absent."""
        ...

    def delete(self, organization: str, media: str) -> None:
        """All variants; nothing happens where there are none."""
        ...

    def room(self) -> Path:
        """A folder in which files that are still worked on may lie."""
        ...


class Folder:
    """Files below one folder. Hosts that share the work share the folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, path: Path) -> None:
        target = self._path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.replace(target)

    def size(self, key: str) -> int:
        try:
            return self._path(key).stat().st_size
        except OSError:
            raise Absent(key) from None

    def read(self, key: str, first: int = 0, last: int | None = None) -> Opened:
        size = self.size(key)
        return Opened(size, self._chunks(self._path(key), first, size - 1 if last is None else last))

    def delete(self, organization: str, media: str) -> None:
        shutil.rmtree(self._path(f"{organization}/{media}"), ignore_errors=True)

    def room(self) -> Path:
        room = self._root / "incoming"
        room.mkdir(parents=True, exist_ok=True)
        return room

    def _path(self, key: str) -> Path:
        """Keys are ours, made of ids; one that leads out of the folder is a mistake."""
        path = self._root / key
        if ".." in path.parts or not path.is_relative_to(self._root):
            raise ValueError(key)
        return path

    @staticmethod
    def _chunks(path: Path, first: int, last: int) -> Iterator[bytes]:
        left = last - first + 1
        with path.open("rb") as file:
            file.seek(first)
            while left > 0 and (chunk := file.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk


def kept(store: Store, settings: Settings) -> MediaStore:
    """Where this house's files lie, sealed where there is a master key. Raises Misconfigured as `chosen`."""
    from media.sealed import Sealed

    return Sealed(chosen(settings), store.record) if store.record.keyring.seals else chosen(settings)


@lru_cache(maxsize=8)
def chosen(settings: Settings) -> MediaStore:
    """Raises Misconfigured where S3 is asked for and not installed."""
    if settings.media_bucket is None:
        return Folder(settings.var / "media")
    try:
        from media.s3 import Bucket
    except ImportError:
        raise Misconfigured("TEAHOUSE_MEDIA_BUCKET: needs the extra `s3` (boto3): pip install 'teahouse[s3]'") from None
    return Bucket(settings)
