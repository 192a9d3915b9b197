"""The kinds of columns. MariaDB and SQLite must compare text alike, so everything is binary-collated: ids in
ASCII, words in utf8mb4. Times are milliseconds.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, String, Text
from sqlalchemy.dialects import mysql

ASCII: dict[str, Any] = {"charset": "ascii", "collation": "ascii_bin"}
UTF8: dict[str, Any] = {"charset": "utf8mb4", "collation": "utf8mb4_bin"}


def _ascii(length: int) -> String:
    return String(length).with_variant(mysql.VARCHAR(length, **ASCII), "mysql")


def _words(length: int) -> String:
    return String(length).with_variant(mysql.VARCHAR(length, **UTF8), "mysql")


ID = _ascii(32)
"""One of ours, with its prefix; also an epoch."""

FOREIGN_ID = _ascii(64)
"""One of WeChat's: appid, openid, unionid."""

WORD = _ascii(24)
"""A name out of a fixed set: a state, a role, an operation."""

CLIENT_ID = _words(64)
NAME = _words(64)
LINE = _words(255)
ADDRESS = _words(512)
SEALED = Text().with_variant(mysql.TEXT(**ASCII), "mysql")
"""What `vault` has encrypted, or a hash with its parameters."""

TEXT = Text().with_variant(mysql.MEDIUMTEXT(**UTF8), "mysql")
BYTES = LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql")
TIME = BigInteger()
COUNT = BigInteger()
NUMBER = Integer()
FLAG = Boolean()
SERIAL = BigInteger().with_variant(Integer(), "sqlite")
"""Counted up by the database."""
