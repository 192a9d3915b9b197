"""Data keys, how long things are kept, and on MySQL and MariaDB the entries in partitions by month.

The entries are copied into partitions: on a large table this takes minutes, during which the archive waits.
"""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record import partitions
from rooms.record.columns import COUNT, ID, NUMBER, SEALED, SERIAL

revision = "0008"
down_revision = "0007"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.add_column("search_blocks", sa.Column("key", COUNT, nullable=False, server_default="0"))
    op.create_table(
        "data_keys",
        sa.Column("number", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("organization", ID, nullable=False),
        sa.Column("sealed", SEALED, nullable=False),
        sa.UniqueConstraint("organization", name="uq_data_keys_organization"),
        sqlite_autoincrement=True,
        **MYSQL)
    op.create_table(
        "retention",
        sa.Column("organization", ID, primary_key=True),
        sa.Column("room", ID, primary_key=True),
        sa.Column("channel", ID, primary_key=True),
        sa.Column("days", NUMBER, nullable=False),
        **MYSQL)
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        partitions.divide(connection, int(time.time() * 1000))
