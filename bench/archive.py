"""How fast the log is copied to the record: rows a second, on SQLite and on MariaDB."""

from __future__ import annotations

import getpass
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench.book import Book
from bench.house import house
from bench.load import LoadFailed
from bench.posting import core
from bench.servers import LeftOut, folder, free_port, program, running
from rooms.archive import archive

CHANNELS = 50


def run(book: Book) -> None:
    for kind in ("SQLite",) if book.size.short else ("SQLite", "MariaDB"):
        try:
            with ExitStack() as stack:
                environ = {} if kind == "SQLite" else stack.enter_context(_mariadb())
                _copy(book, kind, environ)
        except LeftOut as reason:
            book.leave_out(f"archive on {kind}: {reason}")


def _copy(book: Book, kind: str, environ: dict[str, str]) -> None:
    size, rates, cpus = book.size, [], []
    with house(environ=environ) as home:
        guests = home.guests(CHANNELS)
        names = home.channels([[guest] for guest in guests])
        with core(home, guests, names, environ) as ask:
            for _ in range(size.rounds):
                posted = ask(seconds=600, count=size.rows)["posted"]
                begun, cpu = time.monotonic(), time.process_time()
                rows = archive(home.store).rows
                rates.append(rows / (time.monotonic() - begun))
                cpus.append((time.process_time() - cpu) / max(1, rows) * 1e6)
                if rows != posted:
                    raise LoadFailed(f"{posted} were said, {rows} were archived")
    book.note("archive", kind, "rows per second", rates)
    book.note("archive", kind, "µs CPU of the worker", cpus)


@contextmanager
def _mariadb() -> Iterator[dict[str, str]]:
    """A MariaDB with the durability of production (a flush at each commit). Raises LeftOut where there is none."""
    server, installer = program("mariadbd", "mysqld"), program("mariadb-install-db")
    with folder("mariadb") as place:
        port, user = free_port(), getpass.getuser()
        common = ["--no-defaults", f"--datadir={place}/data", f"--user={user}"]
        subprocess.run([str(installer), *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        command = [str(server), *common, f"--port={port}", "--bind-address=127.0.0.1", f"--socket={place}/socket",
                   f"--pid-file={place}/pid", f"--tmpdir={place}",
                   "--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=256M"]
        with running(command, place / "mariadb.log", port):
            _create(port)
            yield {"DATABASE_URL": f"mysql+pymysql://root@127.0.0.1:{port}/bench",
                   "TEAHOUSE_SECRET_KEY": os.urandom(32).hex()}


def _create(port: int) -> None:
    import pymysql

    with pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True) as connection, \
            connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE bench CHARACTER SET utf8mb4")
