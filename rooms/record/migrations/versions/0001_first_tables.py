"""The first tables, and the record's generation.

Frozen: later changes are migrations of their own. A version of the program keeps working while the next one's
migrations are applied, so those only add; what is to go is dropped one version later.
"""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa
from alembic import op

from rooms.record.columns import (
    ADDRESS,
    BYTES,
    CLIENT_ID,
    COUNT,
    FLAG,
    FOREIGN_ID,
    ID,
    LINE,
    NAME,
    NUMBER,
    SEALED,
    SERIAL,
    TEXT,
    TIME,
    WORD,
)

revision = "0001"
down_revision = None

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "meta",
        sa.Column("name", WORD, primary_key=True),
        sa.Column("value", LINE, nullable=False),
        **MYSQL)
    op.create_table(
        "organizations",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", NAME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        **MYSQL)
    op.create_table(
        "accounts",
        sa.Column("appid", FOREIGN_ID, primary_key=True),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("gh_id", FOREIGN_ID, nullable=False),
        sa.Column("secret", SEALED, nullable=False),
        sa.Column("token", SEALED, nullable=False),
        sa.Column("aes_key", SEALED, nullable=False),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("data_format", WORD, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        **MYSQL)
    op.create_index("ix_accounts_organization", "accounts", ["organization"])
    op.create_table(
        "staff",
        sa.Column("id", ID, primary_key=True),
        sa.Column("email", LINE, nullable=False),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("password_hash", LINE, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.UniqueConstraint("email"),
        **MYSQL)
    op.create_index("ix_staff_organization", "staff", ["organization"])
    op.create_table(
        "rooms",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("name_key", NAME, nullable=False),
        sa.Column("password_hash", LINE),
        sa.Column("capacity", NUMBER, nullable=False),
        sa.Column("private", FLAG, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.UniqueConstraint("organization", "name_key"),
        **MYSQL)
    op.create_table(
        "channels",
        sa.Column("id", ID, primary_key=True),
        sa.Column("room", ID, sa.ForeignKey("rooms.id"), nullable=False),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("name_key", NAME, nullable=False),
        sa.Column("capacity", NUMBER, nullable=False),
        sa.Column("slow_seconds", NUMBER, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("epoch", ID, nullable=False),
        sa.Column("archived_seq", COUNT, nullable=False),
        sa.Column("talk", COUNT, nullable=False),
        sa.UniqueConstraint("room", "name_key"),
        **MYSQL)
    op.create_table(
        "epochs",
        sa.Column("channel", ID, primary_key=True),
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("epoch", ID, nullable=False),
        sa.Column("after_seq", COUNT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.UniqueConstraint("channel", "epoch"),
        **MYSQL)
    op.create_table(
        "users",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("avatar", ADDRESS, nullable=False),
        sa.Column("tokens_after", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("erased_at", TIME),
        **MYSQL)
    op.create_index("ix_users_organization", "users", ["organization"])
    op.create_table(
        "anchors",
        sa.Column("organization", ID, sa.ForeignKey("organizations.id"), primary_key=True),
        sa.Column("kind", WORD, primary_key=True),
        sa.Column("value", FOREIGN_ID, primary_key=True),
        sa.Column("user", ID, sa.ForeignKey("users.id"), nullable=False),
        **MYSQL)
    op.create_index("ix_anchors_user", "anchors", ["user"])
    op.create_table(
        "identities",
        sa.Column("appid", FOREIGN_ID, sa.ForeignKey("accounts.appid"), primary_key=True),
        sa.Column("openid", FOREIGN_ID, primary_key=True),
        sa.Column("unionid", FOREIGN_ID, nullable=False),
        sa.Column("user", ID, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("subscribed", FLAG, nullable=False),
        sa.Column("subscribed_at", TIME),
        sa.Column("unsubscribed_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        **MYSQL)
    op.create_index("ix_identities_user", "identities", ["user"])
    op.create_table(
        "members",
        sa.Column("room", ID, sa.ForeignKey("rooms.id"), primary_key=True),
        sa.Column("user", ID, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("role", WORD, nullable=False),
        sa.Column("joined_at", TIME, nullable=False),
        **MYSQL)
    op.create_index("ix_members_user", "members", ["user"])
    op.create_table(
        "entries",
        sa.Column("channel", ID, primary_key=True),
        sa.Column("seq", COUNT, primary_key=True, autoincrement=False),
        sa.Column("epoch", ID, primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("op", WORD, nullable=False),
        sa.Column("user", ID, nullable=False),
        sa.Column("door", WORD, nullable=False),
        sa.Column("type", WORD, nullable=False),
        sa.Column("client_id", CLIENT_ID, nullable=False),
        sa.Column("ordinal", COUNT, nullable=False),
        sa.Column("of", COUNT),
        sa.Column("frame", BYTES, nullable=False),
        sqlite_with_rowid=False, **MYSQL)
    op.create_table(
        "reads",
        sa.Column("channel", ID, primary_key=True),
        sa.Column("user", ID, primary_key=True),
        sa.Column("seq", COUNT, nullable=False),
        sa.Column("ordinal", COUNT, nullable=False),
        sa.Column("own", COUNT, nullable=False),
        sqlite_with_rowid=False, **MYSQL)
    op.create_index("ix_reads_user", "reads", ["user"])
    op.create_table(
        "cursors",
        sa.Column("channel", ID, primary_key=True),
        sa.Column("user", ID, primary_key=True),
        sa.Column("epoch", ID, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("seq", COUNT, nullable=False),
        sqlite_with_rowid=False, **MYSQL)
    op.create_index("ix_cursors_user", "cursors", ["user"])
    op.create_table(
        "followers",
        sa.Column("appid", FOREIGN_ID, primary_key=True),
        sa.Column("openid", FOREIGN_ID, primary_key=True),
        sa.Column("user", ID, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("current_channel", ID),
        sa.Column("quiet_until", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("pushed_at", TIME, nullable=False),
        sa.Column("digests", NUMBER, nullable=False),
        sa.Column("digest_at", TIME, nullable=False),
        sa.Column("reachable", FLAG, nullable=False),
        **MYSQL)
    op.create_index("ix_followers_user", "followers", ["user"])
    op.create_table(
        "windows",
        sa.Column("appid", FOREIGN_ID, primary_key=True),
        sa.Column("openid", FOREIGN_ID, primary_key=True),
        sa.Column("kind", WORD, primary_key=True),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("quota", NUMBER, nullable=False),
        sa.Column("used", NUMBER, nullable=False),
        **MYSQL)
    op.create_table(
        "deliveries",
        sa.Column("id", ID, primary_key=True),
        sa.Column("appid", FOREIGN_ID, nullable=False),
        sa.Column("openid", FOREIGN_ID, nullable=False),
        sa.Column("user", ID, nullable=False),
        sa.Column("way", WORD, nullable=False),
        sa.Column("channel", ID),
        sa.Column("epoch", ID, nullable=False),
        sa.Column("from_seq", COUNT, nullable=False),
        sa.Column("to_seq", COUNT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("errcode", NUMBER),
        sa.Column("at", TIME, nullable=False),
        sa.Column("settled_at", TIME),
        sa.Column("detail", LINE, nullable=False),
        **MYSQL)
    op.create_index("ix_deliveries_appid_openid_at", "deliveries", ["appid", "openid", "at"])
    op.create_index("ix_deliveries_state_at", "deliveries", ["state", "at"])
    op.create_index("ix_deliveries_user_at", "deliveries", ["user", "at"])
    op.create_table(
        "alarms",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("channel", ID),
        sa.Column("epoch", ID),
        sa.Column("seq", COUNT),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("content", BYTES),
        sa.Column("closed_at", TIME),
        **MYSQL)
    op.create_index("ix_alarms_closed_at_at", "alarms", ["closed_at", "at"])
    meta = sa.table("meta", sa.column("name"), sa.column("value"))
    op.execute(meta.insert().values(name="generation", value=str(int(time.time() * 1000))))
