"""Who is signed in to the console, second factors, tokens of programs; names of staff, and an end of their work."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import COUNT, FOREIGN_ID, ID, LINE, NAME, SEALED, TIME, WORD

revision = "0005"
down_revision = "0004"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.add_column("staff", sa.Column("name", NAME, nullable=False, server_default=""))
    op.add_column("staff", sa.Column("deactivated_at", TIME))
    op.create_table(
        "staff_sessions",
        sa.Column("digest", FOREIGN_ID, primary_key=True),
        sa.Column("staff", ID, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("address", NAME, nullable=False),
        sa.Column("agent", LINE, nullable=False),
        **MYSQL)
    op.create_index("ix_staff_sessions_staff", "staff_sessions", ["staff"])
    op.create_index("ix_staff_sessions_expires_at", "staff_sessions", ["expires_at"])
    op.create_table(
        "staff_totp",
        sa.Column("staff", ID, sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("secret", SEALED, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("confirmed_at", TIME),
        sa.Column("step", COUNT, nullable=False),
        **MYSQL)
    op.create_table(
        "staff_codes",
        sa.Column("staff", ID, sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("digest", FOREIGN_ID, primary_key=True),
        sa.Column("used_at", TIME),
        **MYSQL)
    op.create_table(
        "api_tokens",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("digest", FOREIGN_ID, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("used_at", TIME),
        sa.Column("revoked_at", TIME),
        sa.UniqueConstraint("digest", name="uq_api_tokens_digest"),
        **MYSQL)
    op.create_index("ix_api_tokens_organization", "api_tokens", ["organization"])
