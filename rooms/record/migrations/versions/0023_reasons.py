"""Reasons have room to lie sealed."""

from __future__ import annotations

from alembic import op

from rooms.record.columns import LINE, TEXT

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    for table in ("sanctions", "reports", "held"):
        with op.batch_alter_table(table) as batch:
            batch.alter_column("reason", existing_type=LINE, type_=TEXT, existing_nullable=False)
