"""Who is called like that is found in an index that holds all that is asked for."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_index("ix_users_organization_name_id", "users", ["organization", "name", "id"])
    op.drop_index("ix_users_organization_name", "users")
