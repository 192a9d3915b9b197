"""What WeChat is asked about messages, and each organization's policy."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import COUNT, FOREIGN_ID, ID, LINE, NUMBER, TEXT, TIME, WORD

revision = "0014"
down_revision = "0013"

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
    for name, columns in (("state_due", ["state", "due"]), ("trace", ["trace"]), ("held", ["held"]), ("user", ["user"]),
                          ("at", ["at"])):
        op.create_index(f"ix_checks_{name}", "checks", columns)
