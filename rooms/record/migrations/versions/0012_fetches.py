"""Files of followers that still lie with WeChat."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import CLIENT_ID, FOREIGN_ID, ID, LINE, NUMBER, TIME, WORD

revision = "0012"
down_revision = "0011"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "fetches",
        sa.Column("id", CLIENT_ID, primary_key=True),
        sa.Column("appid", FOREIGN_ID, nullable=False),
        sa.Column("openid", FOREIGN_ID, nullable=False),
        sa.Column("channel", ID, nullable=False),
        sa.Column("type", WORD, nullable=False),
        sa.Column("media_id", LINE, nullable=False),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        **MYSQL)
    op.create_index("ix_fetches_due_at", "fetches", ["due_at"])
    op.create_index("ix_fetches_appid_openid", "fetches", ["appid", "openid"])
