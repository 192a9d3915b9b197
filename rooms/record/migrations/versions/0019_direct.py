"""Words between two members of a room."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import FLAG

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    for table in ("rooms", "channels"):
        op.add_column(table, sa.Column("direct", FLAG, nullable=False, server_default="0"))
