"""The search index."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import BYTES, COUNT, ID, NUMBER, SERIAL, TIME

revision = "0004"
down_revision = "0003"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "search_places",
        sa.Column("channel", ID, primary_key=True),
        sa.Column("seq", COUNT, nullable=False),
        **MYSQL)
    op.create_table(
        "search_blocks",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("channel", ID, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("times", BYTES, nullable=False),
        sa.UniqueConstraint("channel", "number", name="uq_search_blocks_channel_number"),
        **MYSQL)
    op.create_table(
        "search_grams",
        sa.Column("block", COUNT, primary_key=True, autoincrement=False),
        sa.Column("gram", COUNT, primary_key=True, autoincrement=False),
        sa.Column("seqs", BYTES, nullable=False),
        sqlite_with_rowid=False,
        **MYSQL)
