"""Who is named where, emojis under messages, and people whom somebody does not want to read."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import COUNT, ID, NAME, TIME

revision = "0012"
down_revision = "0011"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_index("ix_users_organization_name", "users", ["organization", "name"])
    op.create_table(
        "mentions",
        sa.Column("channel", ID, primary_key=True),
        sa.Column("seq", COUNT, primary_key=True, autoincrement=False),
        sa.Column("user", ID, primary_key=True),
        sa.Column("by", ID, nullable=False),
        sqlite_with_rowid=False, **MYSQL)
    op.create_index("ix_mentions_user", "mentions", ["user"])
    op.create_table(
        "reactions",
        sa.Column("channel", ID, primary_key=True),
        sa.Column("seq", COUNT, primary_key=True, autoincrement=False),
        sa.Column("user", ID, primary_key=True),
        sa.Column("emoji", NAME, primary_key=True),
        sqlite_with_rowid=False, **MYSQL)
    op.create_index("ix_reactions_user", "reactions", ["user"])
    op.create_table(
        "blocks",
        sa.Column("user", ID, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("blocked", ID, primary_key=True),
        sa.Column("at", TIME, nullable=False),
        **MYSQL)
    op.create_index("ix_blocks_blocked", "blocks", ["blocked"])
