"""Lists of words, and of people who may see, enter or post in a channel."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import ID, NAME, NUMBER, TEXT, TIME, WORD

revision = "0011"
down_revision = "0010"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "word_lists",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("room", ID, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("action", WORD, nullable=False),
        sa.Column("exempt", WORD, nullable=False),
        sa.Column("mute_seconds", NUMBER, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        **MYSQL)
    op.create_index("ix_word_lists_organization_room", "word_lists", ["organization", "room"])
    op.create_table(
        "allowed",
        sa.Column("channel", ID, sa.ForeignKey("channels.id"), primary_key=True),
        sa.Column("right", WORD, primary_key=True),
        sa.Column("user", ID, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        **MYSQL)
    op.create_index("ix_allowed_user", "allowed", ["user"])
