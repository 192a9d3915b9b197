"""What people write when they ask to be let in, and what they are answered, has room to lie sealed.

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

from alembic import op

from rooms.record.columns import LINE, TEXT

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    with op.batch_alter_table("requests") as batch:
        for column in ("text", "reason"):
            batch.alter_column(column, existing_type=LINE, type_=TEXT, existing_nullable=False)
