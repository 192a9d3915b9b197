"""Roll-ups and who was active, webhooks, shields; indexes by which the console pages through people and the audit."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import ADDRESS, COUNT, FOREIGN_ID, ID, LINE, NUMBER, SEALED, TEXT, TIME, WORD

revision = "0010"
down_revision = "0009"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_index("ix_users_page", "users", ["organization", "id"])
    op.create_index("ix_users_created_at", "users", ["created_at"])
    for name in ("actor", "act", "room"):
        op.create_index(f"ix_audit_{name}", "audit", ["organization", name, "number"])
    _counts()
    _webhooks()
    op.create_table(
        "shields",
        sa.Column("room", ID, sa.ForeignKey("rooms.id"), primary_key=True),
        sa.Column("before", TEXT, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        **MYSQL)


def _counts() -> None:
    op.create_table(
        "readers",
        sa.Column("reader", WORD, primary_key=True),
        sa.Column("thing", ID, primary_key=True),
        sa.Column("seq", COUNT, nullable=False),
        **MYSQL)
    op.create_table(
        "hourly",
        sa.Column("organization", ID, primary_key=True),
        sa.Column("hour", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("room", ID, primary_key=True),
        sa.Column("measure", WORD, primary_key=True),
        sa.Column("part", FOREIGN_ID, primary_key=True),
        sa.Column("amount", COUNT, nullable=False),
        sqlite_with_rowid=False, **MYSQL)
    op.create_table(
        "activity",
        sa.Column("organization", ID, primary_key=True),
        sa.Column("day", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("user", ID, primary_key=True),
        sa.Column("amount", COUNT, nullable=False),
        sqlite_with_rowid=False, **MYSQL)


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("url", ADDRESS, nullable=False),
        sa.Column("secret", SEALED, nullable=False),
        sa.Column("events", LINE, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("failures", NUMBER, nullable=False),
        sa.Column("stopped_at", TIME),
        **MYSQL)
    op.create_index("ix_webhooks_organization", "webhooks", ["organization"])
    op.create_table(
        "webhook_calls",
        sa.Column("id", ID, primary_key=True),
        sa.Column("webhook", ID, nullable=False),
        sa.Column("organization", ID, nullable=False),
        sa.Column("event", WORD, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("status", NUMBER),
        sa.Column("detail", LINE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("settled_at", TIME),
        **MYSQL)
    op.create_index("ix_webhook_calls_state_next_at", "webhook_calls", ["state", "next_at"])
    op.create_index("ix_webhook_calls_webhook_at", "webhook_calls", ["webhook", "at"])
