"""Followers who sign in to the console by scanning a code."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import FOREIGN_ID, ID, TIME

revision = "0022"
down_revision = "0021"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "staff_links",
        sa.Column("staff", ID, sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("appid", FOREIGN_ID, nullable=False),
        sa.Column("openid", FOREIGN_ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        **MYSQL)
    op.create_index("ix_staff_links_openid", "staff_links", ["appid", "openid"], unique=True)
