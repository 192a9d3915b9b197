"""One engine per kind of database, with the durability and the time-outs that the record promises.

SQLite: WAL, a flush at every commit, and BEGIN IMMEDIATE for writes, so that no transaction finds out halfway that
somebody else writes. MariaDB and MySQL: READ COMMITTED through PyMySQL, which waits cooperatively under gevent.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from rooms.errors import Misconfigured

SQLITE_BUSY_MS = 100
"""How long a statement waits inside SQLite for another process; longer waits are retries outside."""

CONNECT_SECONDS, ANSWER_SECONDS, POOL_SECONDS = 3, 15, 5
POOL, OVERFLOW, RECYCLE_SECONDS = 8, 8, 1500


def parse(url: str) -> URL:
    """The URL with the driver that this program uses; raises Misconfigured, never naming the password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise Misconfigured("DATABASE_URL: not a URL such as mysql://user:password@host/database") from None
    kind = parsed.drivername.partition("+")[0]
    if kind == "sqlite":
        return parsed.set(drivername="sqlite")
    if kind in ("mysql", "mariadb"):
        return parsed.set(drivername="mysql+pymysql")
    raise Misconfigured(f"DATABASE_URL: {kind} is not one of sqlite, mysql, mariadb")


def engine_for(url: URL) -> Engine:
    return _sqlite(url) if url.drivername == "sqlite" else _mysql(url)


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise Misconfigured("DATABASE_URL: SQLite needs a file")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args={
        "check_same_thread": False, "isolation_level": None, "timeout": SQLITE_BUSY_MS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    """A file that another process is just turning to WAL answers `locked` at once; the record tries again."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY",
                   "cache_size=-8000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _mysql(url: URL) -> Engine:
    """With TLS where the server offers it, but not on the way to this very host, unless the URL says something of ssl:
    PyMySQL reads all certificates of the system for each connection, some 20 ms in which a web process does nothing
    else."""
    here = url.host in (None, "localhost", "127.0.0.1", "::1") and not any("ssl" in name for name in url.query)
    plain = {"ssl_disabled": True} if here else {}
    return create_engine(
        url.update_query_dict({"charset": "utf8mb4"}), isolation_level="READ COMMITTED", hide_parameters=True,
        pool_size=POOL, max_overflow=OVERFLOW, pool_timeout=POOL_SECONDS, pool_recycle=RECYCLE_SECONDS,
        pool_pre_ping=True, pool_use_lifo=True, pool_reset_on_return=None, connect_args={
            "connect_timeout": CONNECT_SECONDS, "read_timeout": ANSWER_SECONDS, "write_timeout": ANSWER_SECONDS,
            **plain, "init_command": "SET SESSION innodb_lock_wait_timeout=5, sql_mode='TRADITIONAL'"})
