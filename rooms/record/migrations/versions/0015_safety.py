"""What WeChat is asked about messages, whom the clean-up takes for spammers, and the policies of both."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import COUNT, FOREIGN_ID, ID, LINE, NUMBER, TEXT, TIME, WORD

revision = "0015"
down_revision = "0014"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "safety",
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), primary_key=True),
        *(sa.Column(name, kind, nullable=False) for name, kind in (
            ("text", WORD), ("media", WORD), ("outage", WORD), ("version", NUMBER))),
        **MYSQL)
    op.create_table(
        "checks",
        sa.Column("id", ID, primary_key=True),
        *(sa.Column(name, kind, nullable=False) for name, kind in (("organization", ID), ("channel", ID))),
        sa.Column("seq", COUNT),
        *(sa.Column(name, kind, nullable=False) for name, kind in (
            ("held", ID), ("user", ID), ("kind", WORD), ("content", TEXT), ("state", WORD), ("verdict", WORD),
            ("label", WORD), ("detail", LINE), ("trace", FOREIGN_ID), ("tries", NUMBER), ("due", TIME), ("at", TIME))),
        **MYSQL)
    op.create_table(
        "spam_policies",
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), primary_key=True),
        *(sa.Column(name, kind, nullable=False) for name, kind in (
            ("mode", WORD), ("threshold", NUMBER), ("mute_seconds", NUMBER))),
        **MYSQL)
    op.create_table(
        "suspicions",
        sa.Column("id", ID, primary_key=True),
        *(sa.Column(name, kind, nullable=False) for name, kind in (
            ("organization", ID), ("user", ID), ("score", NUMBER), ("why", TEXT), ("state", WORD), ("at", TIME))),
        sa.Column("decided_at", TIME),
        sa.Column("by", ID, nullable=False),
        **MYSQL)
    op.create_index("ix_suspicions_organization_at", "suspicions", ["organization", "at"])
    op.create_index("ix_suspicions_user", "suspicions", ["user"])
    for name, columns in (("state_due", ["state", "due"]), ("trace", ["trace"]), ("held", ["held"]), ("user", ["user"]),
                          ("at", ["at"])):
        op.create_index(f"ix_checks_{name}", "checks", columns)
