"""`teahouse backup FILE` and `teahouse restore FILE`: everything in one sealed file, and everything back."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from commands.opening import opened
from embedded import settle
from leash import lock
from rooms import backup
from rooms.errors import Misconfigured, Refused
from rooms.store import Store
from settings import Settings

log = logging.getLogger(__name__)

NAME = "teahouse-%Y%m%d-%H%M%S.backup"
PATTERN = "teahouse-*.backup"
SECRET = "secret_key"  # noqa: S105 - the name of a file


def add_to(commands: Any) -> None:
    make = commands.add_parser("backup", help="write everything into one sealed file, while the house runs")
    where = make.add_mutually_exclusive_group(required=True)
    where.add_argument("file", metavar="FILE", nargs="?", type=Path)
    where.add_argument("--scheduled", action="store_true",
                       help="into TEAHOUSE_BACKUP_FOLDER under the time's name, with rotation, and to the bucket")
    make.add_argument("--without-media", action="store_true", help="leave out pictures, voices, videos and files")
    make.add_argument("--json", action="store_true", help="print JSON")
    make.set_defaults(run=make_backup)
    back = commands.add_parser("restore", help="set the house up from a backup, in an empty place")
    back.add_argument("file", metavar="FILE", type=Path)
    back.add_argument("--json", action="store_true", help="print JSON")
    back.set_defaults(run=put_back)


def make_backup(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    key = _key(settings)
    if not chosen.scheduled:
        with opened(settings) as store:
            _say(_take(settings, store, chosen.file.absolute(), key, chosen.without_media), chosen)
        return 0
    if settings.backup_folder is None:
        raise Misconfigured("TEAHOUSE_BACKUP_FOLDER: names where scheduled backups go")
    settings.backup_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = lock(settings.backup_folder / ".lock")
    if held is None:
        return 0  # another one is under way
    try:
        with opened(settings) as store:
            path = settings.backup_folder / time.strftime(NAME, time.gmtime())
            _say(_take(settings, store, path, key, chosen.without_media), chosen)
    finally:
        os.close(held)
    _copy(settings, path)
    rotate(settings.backup_folder, settings.backups_kept)
    return 0


def rotate(folder: Path, kept: int) -> list[Path]:
    """Deletes all but the newest ones, by the time in their names; returns what is gone."""
    gone = sorted(folder.glob(PATTERN))[:-kept]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def put_back(chosen: argparse.Namespace) -> int:
    """Exit status 3 when everything is back but something has to be looked at."""
    settings = Settings.from_environment()
    url = settings.database_url or f"sqlite:///{settings.var / 'teahouse.db'}"
    done = backup.restore(chosen.file.absolute(), _key(settings), url, lambda: settle(settings).secret_key,
                          (settings.master_key, settings.master_key_before), settings.var)
    if chosen.json:
        print(json.dumps(done._asdict()))
    else:
        print(f"as of {datetime.fromtimestamp(done.at / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC: {len(done.channels)} "
              f"channels, {sum(tip for _, tip in done.channels)} entries, {done.from_logs} of them from the logs; "
              f"{done.files} files")
        print("what was said after that is lost; each channel goes on above its last number, under a new epoch")
        for problem in done.problems:
            print(f"look at: {problem}")
    return 3 if done.problems else 0


def _take(settings: Settings, store: Store, path: Path, key: str, without_media: bool) -> backup.Taken:
    url = settle(settings).database_url
    assert url is not None
    return backup.take(store, url, path, key, _files(settings, without_media))


def _files(settings: Settings, without_media: bool) -> Mapping[str, Path]:
    """The secret key, where it was made here, and the media, where they lie here."""
    found = {SECRET: settings.var / SECRET} if settings.secret_key is None else {}
    media = settings.var / "media"
    if settings.media_bucket is None and not without_media and media.is_dir():
        found |= {str(path.relative_to(settings.var)): path for path in sorted(media.rglob("*"))
                  if path.is_file() and "incoming" not in path.relative_to(media).parts[:1]}
    return found


def _copy(settings: Settings, path: Path) -> None:
    """To the bucket, where there is one, with the same rotation."""
    if settings.backup_bucket is None:
        return
    try:
        from media.s3 import Bucket
    except ImportError:
        raise Misconfigured("TEAHOUSE_BACKUP_BUCKET: needs the extra `s3`: pip install 'teahouse[s3]'") from None
    bucket = Bucket(replace(settings, media_bucket=settings.backup_bucket))
    bucket.put(f"backups/{path.name}", path)
    try:
        theirs = [name for name in bucket.names("backups/") if fnmatchcase(name, f"backups/{PATTERN}")]
        for name in theirs[:-settings.backups_kept]:
            bucket.drop(name)
    except Refused as refused:  # a key that may write and not delete is a good one to have
        log.warning("old backups stay in the bucket: %s", refused.message)


def _key(settings: Settings) -> str:
    if settings.backup_key is None:
        raise Misconfigured("TEAHOUSE_BACKUP_KEY: seals backups, and opens them again; `openssl rand -hex 32` makes "
                            "one. Keep it where the backups are not")
    return settings.backup_key


def _say(taken: backup.Taken, chosen: argparse.Namespace) -> None:
    if chosen.json:
        print(json.dumps(taken._asdict()))
    else:
        print(f"{taken.bytes >> 10} KiB in {taken.seconds:.1f} s", file=sys.stdout)
