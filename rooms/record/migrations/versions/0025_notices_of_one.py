"""What waits for one person is found in its order: SQLite read all that waits for anybody rather than sort a few.

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_index("ix_notices_user_state_at", "notices", ["user", "state", "at"])
    op.drop_index("ix_notices_user_state", "notices")
