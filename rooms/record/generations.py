"""The record's generation: another number for every record that was set up or put back from a backup, so that gates
in Redis that were built from an older one are doubted.
"""

from __future__ import annotations

import time

from sqlalchemy import Connection, inspect, select, update

from rooms.errors import Misconfigured
from rooms.record.tables import meta


def current(connection: Connection) -> int:
    """Raises Misconfigured when the record was never set up."""
    if not inspect(connection).has_table(meta.name):
        raise Misconfigured("DATABASE_URL: the tables are not there yet: run `teahouse migrate`")
    return int(connection.scalars(select(meta.c.value).where(meta.c.name == "generation")).one())


def begin(connection: Connection) -> int:
    """A new generation, after a restore: greater than any before."""
    number = max(int(time.time() * 1000), current(connection) + 1)
    connection.execute(update(meta).where(meta.c.name == "generation").values(value=str(number)))
    return number
