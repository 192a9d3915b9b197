"""Backups while the house runs, and setting one up from a backup in an empty place.

In this order: what Redis owes the record is copied; the record is dumped as it is at one moment; then each channel's
log is read from where the archive stood before the dump. So the entries of a channel are a prefix of what was said,
without a hole, and it reaches at least to the moment of the dump. Redis's own files are not kept: they would bring back
seats that nobody holds and numbers that were given since. After a restore the record has a new generation, and every
channel begins a new epoch above its last number.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from rooms import archive, filing, parcel, tidy
from rooms.errors import Misconfigured
from rooms.live import log
from rooms.live.log import Raw
from rooms.parcel import Parcel
from rooms.record import Connection, Record, backups, dump, entries, generations, migrate, retention
from rooms.record.backups import FAILED, GOOD, Backup
from rooms.store import Store

journal = logging.getLogger(__name__)

TOGETHER = 1_000
HOUR_MS, SLACK_MS = 3_600_000, 300_000
MANIFEST, SQL, LOG, FILES = "manifest.json", "sql", "log", "files/"


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`at` (ms) is when the dump began: everything that was said before is in it. `secret` tells whose secret key
    sealed the accounts, without telling the key."""

    version: int
    at: int
    kind: str
    generation: int
    migration: str
    secret: str


class Taken(NamedTuple):
    bytes: int
    seconds: float
    parts: Mapping[str, int]


class Restored(NamedTuple):
    """What is there now: the entries of the record, and how many of them came from the logs; `at` as in the manifest.
    `channels` are (channel, last number)."""

    at: int
    channels: Sequence[tuple[str, int]]
    from_logs: int
    files: int
    problems: Sequence[str]


def take(store: Store, url: str, path: Path, key: str, files: Mapping[str, Path]) -> Taken:
    """Writes one file, sealed with `key`. `files` are taken along by the names they shall have. How it ended is written
    down in the record, for `teahouse doctor`. Raises Misconfigured, Refused(UNAVAILABLE)."""
    began = store.clock.now()
    try:
        parts = _write(store, url, path, key, files, began)
    except Exception as error:
        _note(store, Backup(began, store.clock.now(), FAILED, 0, str(error)[:255]))
        raise
    size, now = path.stat().st_size, store.clock.now()
    _note(store, Backup(began, now, GOOD, size, str(path)[-255:]))
    return Taken(size, (now - began) / 1000, parts)


def last_good(store: Store) -> Backup | None:
    return store.record.read(lambda c: backups.last(c, GOOD))


def due(store: Store, hours: int) -> bool:
    """Whether the next one is wanted by now. After one that failed, the next is tried an hour later."""
    now = store.clock.now()
    good, failed = store.record.read(lambda c: (backups.last(c, GOOD), backups.last(c, FAILED)))
    return (good is None or now - good.at >= hours * HOUR_MS - SLACK_MS) and (
        failed is None or now - failed.at >= HOUR_MS)


def restore(path: Path, key: str, url: str, secret_key: Callable[[], str | None], master_keys: Sequence[str | None],
            place: Path) -> Restored:
    """Sets the record up from a backup; files that were taken along are put below `place`, where none of them may be.
    `secret_key` is asked when they lie there, for it may be among them.

    The whole file is proven before anything is written. Raises Misconfigured: another key, a damaged file, a place that
    is not empty, a database of another kind.
    """
    manifest, names = _proven(path, key)
    if manifest.kind != dump.kind(url):
        raise Misconfigured(f"DATABASE_URL: the backup is of {manifest.kind}, this is {dump.kind(url)}")
    if not dump.is_empty(url):
        raise Misconfigured("DATABASE_URL: there is something already; a backup is put back into an empty place")
    taken = [name for name in names if name.startswith(FILES) and (place / name.removeprefix(FILES)).exists()]
    if taken:
        raise Misconfigured(f"{place / taken[0].removeprefix(FILES)}: is there already")
    logs: list[tuple[str, list[Raw]]] = []
    files = 0
    for name, pieces in parcel.opened(path, key):
        if name == SQL:
            dump.put_back(url, pieces)
            migrate.upgrade(url)
        elif name.startswith(LOG):
            logs.append((name.removeprefix(f"{LOG}/"), _raws(pieces)))
        elif name.startswith(FILES):
            _put_file(place / name.removeprefix(FILES), place, pieces)
            files += 1
    return _set_up(manifest, Record.open(url, secret_key(), master_keys=master_keys), logs, files)


def _write(store: Store, url: str, path: Path, key: str, files: Mapping[str, Path], began: int) -> dict[str, int]:
    archive.archive(store, began + 60_000)
    tidy.tidy(store)
    cursors = store.record.read(lambda c: {
        channel.id: entries.tip(c, channel.id) for channel in _every_channel(c)})
    facts = store.record.read(lambda c: (generations.current(c), migrate.head(c)))
    manifest = Manifest(1, began, dump.kind(url), *facts, secret=store.record.vault.digest("backup"))
    sizes: dict[str, int] = {}
    with Parcel(path, key) as made:
        made.put(MANIFEST, [msgspec.json.encode(manifest)])
        sizes["sql"] = made.put(SQL, dump.taken(url, path.parent))
        sizes["log"] = sum(made.put(f"{LOG}/{channel}", _log(store, channel, cursor))
                           for channel, cursor in cursors.items())
        sizes["files"] = sum(made.put(f"{FILES}{name}", _file(file)) for name, file in files.items() if file.exists())
    return sizes


def _every_channel(connection: Connection) -> Iterator[retention.Owned]:
    last = ""
    while page := retention.channels(connection, last, TOGETHER):
        yield from page
        last = page[-1].id


def _log(store: Store, channel: str, after: int) -> Iterator[bytes]:
    """The entries that the archive may not have had yet, one JSON array of texts a line."""
    while found := log.read(store.live, channel, after, TOGETHER):
        yield b"".join(msgspec.json.encode(raw._replace(frame=raw.frame.decode())) + b"\n"  # type: ignore[arg-type]
                       for raw in found)
        after = found[-1].seq


def _raws(pieces: Iterator[bytes]) -> list[Raw]:
    found = [Raw(*msgspec.json.decode(line)) for line in b"".join(pieces).splitlines() if line]
    return [raw._replace(frame=str(raw.frame).encode()) for raw in found]


def _file(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(dump.PIECE):
            yield piece


def _put_file(path: Path, place: Path, pieces: Iterator[bytes]) -> None:
    if not path.resolve().is_relative_to(place.resolve()):
        raise Misconfigured(f"{path}: the backup names a file outside {place}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(0o600)
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)


def _proven(path: Path, key: str) -> tuple[Manifest, list[str]]:
    """Reads it through to its end."""
    manifest: Manifest | None = None
    names = []
    for name, pieces in parcel.opened(path, key):
        names.append(name)
        if name == MANIFEST:
            try:
                manifest = msgspec.json.decode(b"".join(pieces), type=Manifest)
            except msgspec.MsgspecError as error:
                raise Misconfigured(f"{path}: made by another version of Teahouse ({error})") from None
    if manifest is None or SQL not in names:
        raise Misconfigured(f"{path}: not a whole backup")
    return manifest, names


def _set_up(manifest: Manifest, record: Record, logs: Sequence[tuple[str, list[Raw]]], files: int) -> Restored:
    try:
        record.write(generations.begin)
        problems = [] if record.vault.digest("backup") == manifest.secret else [
            "TEAHOUSE_SECRET_KEY is not the one that sealed the accounts: set that one, or enter their secrets again"]
        before = record.read(lambda c: {channel.id: entries.tip(c, channel.id) for channel in _every_channel(c)})
        for channel, raws in logs:
            record.write(lambda c, id_=channel: record.keyring.prepare(c, [id_]))  # type: ignore[misc]
            for start in range(0, len(raws), TOGETHER):
                part = {channel: raws[start:start + TOGETHER]}
                filed = record.write(lambda c, part=part: filing.file_all(c, part, manifest.at))  # type: ignore[misc]
                problems += [f"{channel}: {alarm.detail}" for each in filed.values() for alarm in each.alarms]
        tips = record.read(lambda c: {channel.id: entries.tip(c, channel.id) for channel in _every_channel(c)})
        added = sum(tip - before.get(channel, 0) for channel, tip in tips.items())
        return Restored(manifest.at, sorted(tips.items()), added, files, problems)
    finally:
        record.close()


def _note(store: Store, backup: Backup) -> None:
    store.record.write(lambda c: backups.add(c, backup))


