"""What a database's error means for the one who asked: try again, give up for now, or a fault of ours."""

from __future__ import annotations

import sqlite3
from enum import Enum, auto

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

ERRORS = (DBAPIError, PoolTimeout)
"""What SQLAlchemy raises for what a database said, and for a pool that is exhausted."""

_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_SQLITE_AWAY = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY,
                sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_PROTOCOL}
_MYSQL_BUSY = {1205, 1213, 1020}
"""Lock wait time-out, deadlock, and a row that changed since it was read."""

_MYSQL_LOST = {0, 1053, 1927, 2006, 2013, 2055, 4031}
_MYSQL_AWAY = {1021, 1030, 1040, 1041, 1044, 1045, 1049, 1114, 1129, 1130, 1203, 1226, 1290, 1317, 1836, 1969,
               2002, 2003, 2005, 3024}
"""No room, too many connections, no such door, read-only, cut off for time: not the statement's fault."""


class Trouble(Enum):
    BUSY = auto()
    """Others hold what was needed; the transaction is rolled back and may be tried again."""

    LOST = auto()
    """The connection broke before the commit was asked for; the server rolls back."""

    AWAY = auto()
    """The database cannot answer now."""

    OURS = auto()
    """A statement that is wrong, or breaks a rule of the tables."""


class CommitUnknownError(Exception):
    """The answer to COMMIT never came: the transaction happened or it did not."""


def judge(error: Exception) -> Trouble:
    if isinstance(error, PoolTimeout):
        return Trouble.AWAY
    if not isinstance(error, DBAPIError) or isinstance(error, IntegrityError) or error.orig is None:
        return Trouble.OURS
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _of_sqlite(code & 0xFF)
    return _of_mysql(error.orig)


def _of_sqlite(code: int) -> Trouble:
    if code in _SQLITE_BUSY:
        return Trouble.BUSY
    return Trouble.AWAY if code in _SQLITE_AWAY else Trouble.OURS


def _of_mysql(error: BaseException) -> Trouble:
    code = error.args[0] if error.args else None
    if code in _MYSQL_BUSY:
        return Trouble.BUSY
    if code in _MYSQL_LOST:
        return Trouble.LOST
    return Trouble.AWAY if code in _MYSQL_AWAY else Trouble.OURS
