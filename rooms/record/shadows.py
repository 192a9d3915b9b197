"""Keyed hashes by which somebody who was erased is known again, where something held against them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from rooms.record import tables
from rooms.record.asking import put

_TABLE = tables.shadows


def add_many(connection: Connection, organization: str, digests: Sequence[str], user: str, at: int) -> None:
    put(connection, _TABLE, [
        {"organization": organization, "digest": digest, "user": user, "at": at} for digest in digests])


def of(connection: Connection, organization: str, digests: Sequence[str]) -> list[str]:
    """The users who were erased and had one of these."""
    query = select(_TABLE.c.user).where(_TABLE.c.organization == organization, _TABLE.c.digest.in_(digests))
    return sorted(set(connection.scalars(query)))
