"""Sanctions, the white list, channels' rules, recalls and pins, and the audit."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import COUNT, FLAG, FOREIGN_ID, ID, LINE, TEXT, TIME, WORD

revision = "0002"
down_revision = "0001"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "sanctions",
        sa.Column("organization", ID, primary_key=True),
        sa.Column("room", ID, primary_key=True),
        sa.Column("channel", ID, primary_key=True),
        sa.Column("kind", WORD, primary_key=True),
        sa.Column("user", ID, primary_key=True),
        sa.Column("until", TIME, nullable=False),
        sa.Column("reason", LINE, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        **MYSQL)
    op.create_index("ix_sanctions_room", "sanctions", ["room"])
    op.create_index("ix_sanctions_user", "sanctions", ["user"])
    op.create_table(
        "free",
        sa.Column("room", ID, sa.ForeignKey("rooms.id"), primary_key=True),
        sa.Column("user", ID, primary_key=True),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        **MYSQL)
    op.create_table(
        "rules",
        sa.Column("channel", ID, sa.ForeignKey("channels.id"), primary_key=True),
        sa.Column("name", WORD, primary_key=True),
        sa.Column("value", LINE, nullable=False),
        **MYSQL)
    op.create_table(
        "audit",
        sa.Column("organization", ID, primary_key=True),
        sa.Column("number", COUNT, primary_key=True, autoincrement=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", ID, nullable=False),
        sa.Column("door", WORD, nullable=False),
        sa.Column("act", WORD, nullable=False),
        sa.Column("target", ID, nullable=False),
        sa.Column("room", ID, nullable=False),
        sa.Column("channel", ID, nullable=False),
        sa.Column("reason", LINE, nullable=False),
        sa.Column("before", TEXT, nullable=False),
        sa.Column("after", TEXT, nullable=False),
        sa.Column("hash", FOREIGN_ID, nullable=False),
        **MYSQL)
    op.create_index("ix_audit_target", "audit", ["organization", "target"])
    op.create_table(
        "marks",
        sa.Column("channel", ID, primary_key=True),
        sa.Column("seq", COUNT, primary_key=True, autoincrement=False),
        sa.Column("epoch", ID, primary_key=True),
        sa.Column("op", WORD, nullable=False),
        sa.Column("of", COUNT, nullable=False),
        sa.Column("on", FLAG, nullable=False),
        sqlite_with_rowid=False,
        **MYSQL)
