"""Verified phones, people who are one, ways into rooms, SMS; and what spreads over an organization's rooms."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import FLAG, FOREIGN_ID, ID, LINE, NUMBER, SEALED, TIME, WORD

revision = "0003"
down_revision = "0002"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    for name, value in (("listed", "1"), ("by_request", "0"), ("verified", "0"), ("white_only", "0")):
        op.add_column("rooms", sa.Column(name, FLAG, nullable=False, server_default=value))
    _people()
    _ways_in()
    _sms()


def _people() -> None:
    op.create_table(
        "phones",
        sa.Column("user", ID, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("digest", FOREIGN_ID, nullable=False),
        sa.Column("sealed", SEALED, nullable=False),
        sa.Column("verified_at", TIME, nullable=False),
        sa.UniqueConstraint("organization", "digest", name="uq_phones_organization_digest"),
        **MYSQL)
    op.create_table(
        "aliases",
        sa.Column("user", ID, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("kept", ID, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("because", WORD, nullable=False),
        **MYSQL)
    op.create_index("ix_aliases_kept", "aliases", ["kept"])
    op.create_table(
        "standings",
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), primary_key=True),
        sa.Column("user", ID, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("wide", FLAG, nullable=False),
        sa.Column("due", TIME),
        **MYSQL)
    op.create_index("ix_standings_due", "standings", ["due"])


def _ways_in() -> None:
    op.create_table(
        "invitations",
        sa.Column("digest", FOREIGN_ID, primary_key=True),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("room", ID, sa.ForeignKey("rooms.id"), nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("most", NUMBER, nullable=False),
        sa.Column("used", NUMBER, nullable=False),
        sa.Column("revoked_at", TIME),
        **MYSQL)
    op.create_index("ix_invitations_room", "invitations", ["room"])
    op.create_table(
        "requests",
        sa.Column("room", ID, sa.ForeignKey("rooms.id"), primary_key=True),
        sa.Column("user", ID, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("state", WORD, nullable=False),
        sa.Column("text", LINE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("answered_at", TIME),
        sa.Column("by", ID, nullable=False),
        sa.Column("reason", LINE, nullable=False),
        **MYSQL)
    op.create_index("ix_requests_room_state", "requests", ["room", "state"])
    op.create_index("ix_requests_user", "requests", ["user"])


def _sms() -> None:
    op.create_table(
        "sms",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organization", ID, nullable=False),
        sa.Column("user", ID, nullable=False),
        sa.Column("purpose", WORD, nullable=False),
        sa.Column("digest", FOREIGN_ID, nullable=False),
        sa.Column("sealed", SEALED, nullable=False),
        sa.Column("code", SEALED, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("provider", WORD, nullable=False),
        sa.Column("reference", LINE, nullable=False),
        sa.Column("detail", LINE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("settled_at", TIME),
        **MYSQL)
    op.create_index("ix_sms_state_at", "sms", ["state", "at"])
    op.create_index("ix_sms_user_at", "sms", ["user", "at"])
    op.create_table(
        "spent",
        sa.Column("day", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("kind", WORD, primary_key=True),
        sa.Column("value", FOREIGN_ID, primary_key=True),
        sa.Column("count", NUMBER, nullable=False),
        **MYSQL)
