"""Notices, templates and consents, broadcasts, what accounts are denied, and credentials that are being exchanged."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import ADDRESS, COUNT, FLAG, FOREIGN_ID, ID, LINE, NUMBER, SEALED, TEXT, TIME, WORD

revision = "0007"
down_revision = "0006"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organization", ID, nullable=False),
        sa.Column("user", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("room", ID, nullable=False),
        sa.Column("channel", ID, nullable=False),
        sa.Column("source", ID, nullable=False),
        sa.Column("facts", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("way", WORD, nullable=False),
        sa.Column("settled_at", TIME),
        **MYSQL)
    op.create_index("ix_notices_user_state", "notices", ["user", "state"])
    op.create_index("ix_notices_state_at", "notices", ["state", "at"])
    op.create_index("ix_notices_source_state", "notices", ["source", "state"])
    op.create_table(
        "templates",
        sa.Column("appid", FOREIGN_ID, sa.ForeignKey("accounts.appid"), primary_key=True),
        sa.Column("way", WORD, primary_key=True),
        sa.Column("kind", WORD, primary_key=True),
        sa.Column("template_id", FOREIGN_ID, nullable=False),
        sa.Column("fields", TEXT, nullable=False),
        sa.Column("page", ADDRESS, nullable=False),
        sa.Column("on", FLAG, nullable=False),
        sa.Column("problem", LINE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        **MYSQL)
    op.create_table(
        "consents",
        sa.Column("appid", FOREIGN_ID, primary_key=True),
        sa.Column("openid", FOREIGN_ID, primary_key=True),
        sa.Column("template_id", FOREIGN_ID, primary_key=True),
        sa.Column("left", NUMBER, nullable=False),
        sa.Column("at", TIME, nullable=False),
        **MYSQL)
    op.create_table(
        "broadcasts",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("room", ID, nullable=False),
        sa.Column("days", NUMBER, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("mass", FLAG, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("place", LINE, nullable=False),
        sa.Column("reached", COUNT, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("problem", LINE, nullable=False),
        **MYSQL)
    op.create_index("ix_broadcasts_organization_at", "broadcasts", ["organization", "at"])
    op.create_index("ix_broadcasts_state_starts_at", "broadcasts", ["state", "starts_at"])
    op.create_table(
        "denials",
        sa.Column("appid", FOREIGN_ID, primary_key=True),
        sa.Column("feature", WORD, primary_key=True),
        sa.Column("errcode", NUMBER, nullable=False),
        sa.Column("detail", LINE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        **MYSQL)
    op.add_column("deliveries", sa.Column("kind", WORD, nullable=False, server_default="unread"))
    op.add_column("deliveries", sa.Column("reference", FOREIGN_ID, nullable=False, server_default=""))
    op.create_index("ix_deliveries_appid_reference", "deliveries", ["appid", "reference"])
    op.add_column("accounts", sa.Column("old_token", SEALED))
    op.add_column("accounts", sa.Column("old_aes_key", SEALED))
    op.add_column("accounts", sa.Column("old_until", TIME))
