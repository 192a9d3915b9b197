"""How fast the log is copied to the record: rows a second, and how far it stays behind; on SQLite and on MariaDB."""

from __future__ import annotations

import getpass
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from operator import itemgetter
from typing import Any

from bench.book import TEXT, Book
from bench.house import House, house
from bench.load import LoadFailed
from bench.posting import core
from bench.servers import LeftOut, folder, free_port, program, running
from rooms import seats
from rooms.archive import archive
from rooms.record import channels

CHANNELS = 50
PER_SECOND, PACED_ROUNDS = 1_000, 20
"""What is said a second while the lag is looked at, and how many times the size's seconds."""


def run(book: Book) -> None:
    _on_both(book, "archive", _copy)


def run_lag(book: Book) -> None:
    _on_both(book, "lag", _lag)


def _on_both(book: Book, name: str, measure: Callable[[Book, str, dict[str, str]], None]) -> None:
    for kind in book.size.databases:
        try:
            with ExitStack() as stack:
                environ = {} if kind == "SQLite" else stack.enter_context(_mariadb())
                measure(book, kind, environ)
        except LeftOut as reason:
            book.leave_out(f"{name} on {kind}: {reason}")


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


def _lag(book: Book, kind: str, environ: dict[str, str]) -> None:
    """While one process says so many messages a second, this one archives as the clock does, and a third thread of
    control looks ten times a second how much of what was said the record does not have yet."""
    size, per_second = book.size, PER_SECOND
    with house(environ=environ) as home:
        guests = home.guests(CHANNELS)
        names = home.channels([[guest] for guest in guests])
        with core(home, guests, names, environ) as ask, ThreadPoolExecutor(2) as beside:
            talk = beside.submit(ask.tell, {
                "seconds": size.seconds * PACED_ROUNDS, "per_second": per_second, "text": TEXT})
            looks = beside.submit(_look, home, names, talk)
            cpu, rows = time.process_time(), 0
            while not talk.done():
                began = time.monotonic()
                rows += archive(home.store, home.store.clock.now() + 1_000).rows
                time.sleep(max(0.0, began + 1.0 - time.monotonic()))
            behind, said = looks.result(), talk.result()
            cpu = time.process_time() - cpu
            rows += archive(home.store).rows
    if said["refused"] or rows != said["posted"]:
        raise LoadFailed(f"{said['posted']} were said, {rows} were archived; refused: {said['refused']}")
    book.note("lag", kind, "messages a second", said["posted"] / said["seconds"])
    for name, value in zip(("p50", "p95", "p99"), itemgetter(49, 94, 98)(statistics.quantiles(behind, n=100)),
                           strict=True):
        book.note("lag", kind, f"{name} messages behind", value)
        book.note("lag", kind, f"{name} ms behind", value / per_second * 1_000)
    book.note("lag", kind, "most ms behind", max(behind) / per_second * 1_000)
    book.note("lag", kind, "share of a core, with the looks", cpu / said["seconds"])


def _look(home: House, names: list[str], talk: Future[dict[str, Any]]) -> list[int]:
    """At each look, how many messages are in the log and not in the record."""
    found = []
    while not talk.done():
        archived = home.store.record.read(lambda c: channels.archived(c, names))  # first: what comes between is behind
        tips = seats.tips(home.store, names)
        found.append(sum(tip - archived.get(name, 0) for name, (_, tip) in tips.items()))
        time.sleep(0.1)
    return found


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
