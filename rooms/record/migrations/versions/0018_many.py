"""Tags on people, by which they are told together, and mass messages."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import COUNT, FOREIGN_ID, ID, LINE, NAME, TIME, WORD

revision = "0018"
down_revision = "0017"

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.add_column("broadcasts", sa.Column("tag", NAME, nullable=False, server_default=""))
    op.create_table(
        "tags",
        sa.Column("organization", ID, primary_key=True),
        sa.Column("tag", NAME, primary_key=True),
        sa.Column("user", ID, primary_key=True),
        **MYSQL)
    op.create_index("ix_tags_user", "tags", ["user"])
    op.create_table(
        "mass_jobs",
        sa.Column("id", ID, primary_key=True),
        sa.Column("broadcast", ID, nullable=False),
        sa.Column("appid", FOREIGN_ID, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("people", COUNT, nullable=False),
        sa.Column("reference", FOREIGN_ID, nullable=False),
        sa.Column("sent", COUNT, nullable=False),
        sa.Column("filtered", COUNT, nullable=False),
        sa.Column("failed", COUNT, nullable=False),
        sa.Column("detail", LINE, nullable=False),
        sa.Column("settled_at", TIME),
        **MYSQL)
    op.create_index("ix_mass_jobs_broadcast", "mass_jobs", ["broadcast"])
    op.create_index("ix_mass_jobs_appid_at", "mass_jobs", ["appid", "at"])
