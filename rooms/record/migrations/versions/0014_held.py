"""Messages that are held for review, and reports."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import CLIENT_ID, COUNT, ID, LINE, NAME, TEXT, TIME, WORD

revision = "0014"
down_revision = "0013"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "held",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        *(sa.Column(name, kind, nullable=False) for name, kind in (
            ("room", ID), ("channel", ID), ("user", ID), ("name", NAME), ("door", WORD), ("client_id", CLIENT_ID),
            ("type", WORD), ("body", TEXT))),
        sa.Column("reply_to", COUNT),
        *(sa.Column(name, kind, nullable=False) for name, kind in (
            ("cause", WORD), ("list", ID), ("state", WORD), ("at", TIME))),
        sa.Column("decided_at", TIME),
        sa.Column("by", ID, nullable=False),
        sa.Column("reason", LINE, nullable=False),
        sa.Column("seq", COUNT),
        sa.UniqueConstraint("channel", "user", "client_id", name="uq_held_channel_user_client_id"),
        **MYSQL)
    op.create_index("ix_held_organization_state_at", "held", ["organization", "state", "at"])
    op.create_index("ix_held_state", "held", ["state", "at"])
    op.create_index("ix_held_user", "held", ["user"])
    op.create_table(
        "reports",
        sa.Column("channel", ID, primary_key=True),
        sa.Column("seq", COUNT, primary_key=True, autoincrement=False),
        sa.Column("user", ID, primary_key=True),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        *(sa.Column(name, kind, nullable=False) for name, kind in (
            ("room", ID), ("epoch", ID), ("author", ID), ("reason", LINE), ("state", WORD), ("at", TIME))),
        sa.Column("decided_at", TIME),
        sa.Column("by", ID, nullable=False),
        **MYSQL)
    op.create_index("ix_reports_organization_state_at", "reports", ["organization", "state", "at"])
    op.create_index("ix_reports_author_at", "reports", ["author", "at"])
    op.create_index("ix_reports_user", "reports", ["user"])
