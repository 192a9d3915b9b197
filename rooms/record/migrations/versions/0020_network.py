"""The network log: who came from which address, hour by hour."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import COUNT, FOREIGN_ID, ID, NAME, TIME, WORD

revision = "0020"
down_revision = "0019"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "network",
        sa.Column("organization", ID, primary_key=True),
        sa.Column("user", FOREIGN_ID, primary_key=True),
        sa.Column("hour", TIME, primary_key=True, autoincrement=False),
        sa.Column("what", WORD, primary_key=True),
        sa.Column("address", NAME, primary_key=True),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("times", COUNT, nullable=False),
        sqlite_with_rowid=False, **MYSQL)
    op.create_index("ix_network_hour", "network", ["hour"])
