"""What is held may have been forwarded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import TEXT

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("held", sa.Column("forwarded", TEXT))
