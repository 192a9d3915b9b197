"""The whole record as one stream of bytes, taken while others write, and set up from one.

SQLite: its online backup, a copy of the file as it was at one moment. MySQL and MariaDB: `mariadb-dump` in a single
transaction; partitions should not be changed meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, inspect

from rooms.errors import Misconfigured
from rooms.record.engines import engine_for, parse

PIECE = 1 << 18
DUMP = ("mariadb-dump", "mysqldump")
CLIENT = ("mariadb", "mysql")
OPTIONS = ("--single-transaction", "--quick", "--hex-blob", "--skip-lock-tables", "--no-tablespaces",
           "--default-character-set=utf8mb4", "--max-allowed-packet=64M")


def kind(url: str) -> str:
    """What a dump of this database is: `sqlite` or `mysql`."""
    return "sqlite" if parse(url).drivername == "sqlite" else "mysql"


def taken(url: str, beside: Path) -> Iterator[bytes]:
    """The record at one moment. SQLite's copy lies in the folder `beside` meanwhile. Raises Misconfigured."""
    parsed = parse(url)
    return _of_sqlite(parsed, beside) if parsed.drivername == "sqlite" else _of_mysql(parsed)


def is_empty(url: str) -> bool:
    """Whether nothing was ever set up there."""
    parsed = parse(url)
    if parsed.drivername == "sqlite":
        return not Path(parsed.database or "").exists()
    engine = engine_for(parsed)
    try:
        with engine.connect() as connection:
            return not inspect(connection).get_table_names()
    finally:
        engine.dispose()


def put_back(url: str, pieces: Iterable[bytes]) -> None:
    """Sets the record up from a dump of its own kind, in an empty place. Raises Misconfigured."""
    parsed = parse(url)
    if parsed.drivername == "sqlite":
        _to_sqlite(parsed, pieces)
    else:
        _to_mysql(parsed, pieces)


def _of_sqlite(url: URL, beside: Path) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory(dir=beside, prefix=".teahouse-") as folder:
        copy = Path(folder) / "record.db"
        with (contextlib.closing(sqlite3.connect(url.database or "", timeout=60)) as source,
              contextlib.closing(sqlite3.connect(copy)) as target):
            source.backup(target)
        with copy.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _to_sqlite(url: URL, pieces: Iterable[bytes]) -> None:
    path = Path(url.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    with half.open("wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.closing(sqlite3.connect(half)) as copy:
        found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise Misconfigured(f"the copy of the record is damaged: {found}")
    half.replace(path)


def _of_mysql(url: URL) -> Iterator[bytes]:
    with _options(url) as options:
        process = subprocess.Popen([_program(DUMP), f"--defaults-extra-file={options}", *OPTIONS, url.database or ""],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        try:
            while piece := process.stdout.read(PIECE):
                yield piece
        finally:
            _end(process)


def _to_mysql(url: URL, pieces: Iterable[bytes]) -> None:
    with _options(url) as options:
        process = subprocess.Popen([_program(CLIENT), f"--defaults-extra-file={options}", url.database or ""],
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            for piece in pieces:
                process.stdin.write(piece)
            process.stdin.close()
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Waits for it. Raises Misconfigured with its own words where it failed."""
    if process.stdout is not None:
        process.stdout.close()
    said = process.stderr.read().decode("utf-8", "replace").strip() if process.stderr else ""
    if process.wait():
        raise Misconfigured(f"DATABASE_URL: {said.splitlines()[-1] if said else 'the dump failed'}")


def _program(names: tuple[str, ...]) -> str:
    for name in names:
        if found := shutil.which(name):
            return found
    raise Misconfigured(f"{names[0]} is missing: install the client of MariaDB or MySQL (Debian: mariadb-client)")


@contextmanager
def _options(url: URL) -> Iterator[Path]:
    """How to connect, in a file that only we can read: a command line is seen by everybody."""
    given = {"host": url.host, "port": url.port, "user": url.username, "password": url.password,
             "socket": url.query.get("unix_socket")}
    with tempfile.TemporaryDirectory(prefix="teahouse-") as folder:
        path = Path(folder) / "client.cnf"
        lines = [f'{name}="{str(value).replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"'
                 for name, value in given.items() if value]
        path.touch(0o600)
        path.write_text("\n".join(["[client]", *lines, ""]), encoding="utf-8")
        yield path
