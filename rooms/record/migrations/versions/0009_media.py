"""Pictures, voices, videos and files, and the messages that show them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import COUNT, ID, LINE, NUMBER, TIME, WORD

revision = "0009"
down_revision = "0008"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("user", ID, nullable=False),
        sa.Column("type", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("name", LINE, nullable=False),
        sa.Column("bytes", COUNT, nullable=False),
        sa.Column("width", NUMBER, nullable=False),
        sa.Column("height", NUMBER, nullable=False),
        sa.Column("millis", COUNT, nullable=False),
        sa.Column("poster", ID, nullable=False),
        sa.Column("variants", LINE, nullable=False),
        sa.Column("progress", NUMBER, nullable=False),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("held_until", TIME, nullable=False),
        sa.Column("problem", LINE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        **MYSQL)
    op.create_index("ix_media_organization", "media", ["organization"])
    op.create_index("ix_media_state_at", "media", ["state", "at"])
    op.create_index("ix_media_user", "media", ["user"])
    op.create_table(
        "media_uses",
        sa.Column("media", ID, primary_key=True),
        sa.Column("channel", ID, primary_key=True),
        sa.Column("seq", COUNT, primary_key=True, autoincrement=False),
        sa.Column("at", TIME, nullable=False),
        **MYSQL)
    op.create_index("ix_media_uses_channel_seq", "media_uses", ["channel", "seq"])
