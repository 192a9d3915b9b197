"""Who does not want to be disturbed, and who was put out of a channel."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import COUNT, ID, TIME

revision = "0006"
down_revision = "0005"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "quiet",
        sa.Column("user", ID, primary_key=True),
        sa.Column("place", ID, primary_key=True),
        sa.Column("until", TIME, nullable=False),
        **MYSQL)
    op.create_table(
        "outside",
        sa.Column("channel", ID, primary_key=True),
        sa.Column("user", ID, primary_key=True),
        sa.Column("seq", COUNT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        **MYSQL)
