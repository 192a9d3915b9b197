"""The record's generation: another number for every record that was set up or put back from a backup, so that gates
in Redis that were built from an older one are doubted.
"""

from __future__ import annotations

import time

from sqlalchemy import Connection, inspect, select, update

from rooms.record.tables import meta


def is_there(connection: Connection) -> bool:
    """Whether the record was ever set up."""
    return inspect(connection).has_table(meta.name)


def current(connection: Connection) -> int:
    return int(connection.scalars(select(meta.c.value).where(meta.c.name == "generation")).one())


def begin(connection: Connection) -> int:
    """A new generation, after a restore: greater than any before."""
    number = max(int(time.time() * 1000), current(connection) + 1)
    connection.execute(update(meta).where(meta.c.name == "generation").values(value=str(number)))
    return number
