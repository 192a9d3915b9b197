"""The backups that were made."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import COUNT, LINE, SERIAL, TIME, WORD

revision = "0017"
down_revision = "0016"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "backups",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("bytes", COUNT, nullable=False),
        sa.Column("detail", LINE, nullable=False),
        **MYSQL)
    op.create_index("ix_backups_state_at", "backups", ["state", "at"])
