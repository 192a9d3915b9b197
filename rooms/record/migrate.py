"""Brings the tables up to date. Several processes may ask at once: one works, the others wait and find it done.

Alembic is read only where it is used: every program imports this module, hardly one migrates, and reading it takes a
tenth of a second of a processor.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text

from rooms.errors import Code, Misconfigured, Refused
from rooms.record.engines import engine_for, parse
from rooms.record.troubles import ERRORS, Trouble, judge

if TYPE_CHECKING:
    from alembic.config import Config

PATIENCE_SECONDS = 60
_LOCK = "CONCAT('teahouse.migrate.', DATABASE())"


def upgrade(url: str) -> list[str]:
    """Applies what is missing and returns it. Raises Misconfigured when another process holds the lock too long,
    Refused(UNAVAILABLE) when the database does not answer."""
    with _engine(url) as engine, _alone(engine) as connection:
        missing = _pending(connection)
        if missing:
            from alembic import command

            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return missing


def pending(url: str) -> list[str]:
    """The migrations that are not applied yet, oldest first."""
    with _engine(url) as engine, engine.connect() as connection:
        return _pending(connection)


def head(connection: Connection) -> str:
    """The last migration that was applied."""
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision() or ""


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = engine_for(parse(url))
    try:
        yield engine
    except ERRORS as error:
        if judge(error) is Trouble.OURS:
            raise
        raise Refused(Code.UNAVAILABLE, "the database does not answer") from error
    finally:
        engine.dispose()


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """SQLite's tables change inside one writing transaction. MariaDB commits at each change, so a named lock of the
    server keeps others out; it ends with the connection."""
    if engine.dialect.name == "sqlite":
        with _writing(engine) as connection, connection.begin():
            yield connection
        return
    with engine.connect() as connection:
        if not connection.scalar(text(f"SELECT GET_LOCK({_LOCK}, {PATIENCE_SECONDS})")):
            raise Misconfigured("DATABASE_URL: another process has been migrating the tables for a minute")
        try:
            yield connection
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text(f"SELECT RELEASE_LOCK({_LOCK})"))


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection = engine.execution_options(writes=True).connect()
            connection.begin().rollback()
            break
        except ERRORS as error:
            if judge(error) is not Trouble.BUSY or time.monotonic() > end:
                raise
            time.sleep(0.05)
    connection.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE_SECONDS * 1000}")
    connection.rollback()
    with connection:
        yield connection


def _pending(connection: Connection) -> list[str]:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    applied = set(MigrationContext.configure(connection).get_current_heads())
    scripts = ScriptDirectory.from_config(_config())
    known: list[str] = []
    for script in scripts.walk_revisions():
        if script.revision in applied:
            break
        known.append(script.revision)
    return known[::-1]


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
