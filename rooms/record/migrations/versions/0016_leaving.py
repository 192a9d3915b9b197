"""What is kept of people who were erased while something held against them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import FOREIGN_ID, ID, TIME

revision = "0016"
down_revision = "0015"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "shadows",
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), primary_key=True),
        sa.Column("digest", FOREIGN_ID, primary_key=True),
        sa.Column("user", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        **MYSQL)
