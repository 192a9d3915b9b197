"""What is kept for good. `docs/state.md` says for each table whether it is the authority or a copy.

Small tables are tied by foreign keys; those that are written in bulk (entries, reads, cursors) are not, so that a
batch costs no look-ups and entries can be partitioned.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, MetaData, Table, UniqueConstraint
from sqlalchemy.sql.schema import SchemaItem

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

metadata = MetaData(naming_convention={
    "pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s",
})


def _table(name: str, *parts: SchemaItem, **options: Any) -> Table:
    return Table(name, metadata, *parts, mysql_engine="InnoDB", mysql_charset="utf8mb4",
                 mysql_collate="utf8mb4_bin", **options)


def _of(name: str, other: Table, **options: Any) -> Column[str]:
    return Column(name, ID, ForeignKey(other.c.id), nullable=False, **options)


def _must(name: str, kind: Any, **options: Any) -> Column[Any]:
    return Column(name, kind, nullable=False, **options)


meta = _table("meta", Column("name", WORD, primary_key=True), _must("value", LINE))

organizations = _table(
    "organizations", Column("id", ID, primary_key=True), _must("name", NAME), _must("created_at", TIME))

accounts = _table(
    "accounts", Column("appid", FOREIGN_ID, primary_key=True), _of("organization", organizations, index=True),
    _must("kind", WORD), _must("gh_id", FOREIGN_ID), _must("secret", SEALED), _must("token", SEALED),
    _must("aes_key", SEALED), _must("mode", WORD), _must("data_format", WORD), _must("created_at", TIME),
    Column("old_token", SEALED), Column("old_aes_key", SEALED), Column("old_until", TIME))
"""What is signed by the old token or sealed by the old key is taken until `old_until`."""

staff = _table(
    "staff", Column("id", ID, primary_key=True), _must("email", LINE, unique=True),
    _of("organization", organizations, index=True), _must("role", WORD), _must("password_hash", LINE),
    _must("created_at", TIME), _must("name", NAME, server_default=""), Column("deactivated_at", TIME))
"""`name` is under which they speak in channels; empty: under that of the organization."""

staff_sessions = _table(
    "staff_sessions", Column("digest", FOREIGN_ID, primary_key=True), _of("staff", staff, index=True),
    _must("made_at", TIME), _must("seen_at", TIME), _must("expires_at", TIME, index=True), _must("address", NAME),
    _must("agent", LINE))
"""Who is signed in to the console: a keyed hash of what their cookie holds."""

staff_totp = _table(
    "staff_totp", Column("staff", ID, ForeignKey(staff.c.id), primary_key=True), _must("secret", SEALED),
    _must("made_at", TIME), Column("confirmed_at", TIME), _must("step", COUNT))
"""The second factor of a console account, sealed. Counts once it is confirmed; `step` is the last one that was used."""

staff_links = _table(
    "staff_links", Column("staff", ID, ForeignKey(staff.c.id), primary_key=True), _must("appid", FOREIGN_ID),
    _must("openid", FOREIGN_ID), _must("at", TIME), Index("ix_staff_links_openid", "appid", "openid", unique=True))
"""The follower of an Official Account who signs in to a console account by scanning a code."""

staff_codes = _table(
    "staff_codes", Column("staff", ID, ForeignKey(staff.c.id), primary_key=True),
    Column("digest", FOREIGN_ID, primary_key=True), Column("used_at", TIME))
"""Recovery codes of the second factor, as keyed hashes; each opens once."""

api_tokens = _table(
    "api_tokens", Column("id", ID, primary_key=True), _of("organization", organizations, index=True),
    _must("digest", FOREIGN_ID, unique=True), _must("name", NAME), _must("role", WORD), _must("by", ID),
    _must("made_at", TIME), Column("expires_at", TIME), Column("used_at", TIME), Column("revoked_at", TIME))
"""What programs of the organization may do at the console's API; a keyed hash of each token."""

webhooks = _table(
    "webhooks", Column("id", ID, primary_key=True), _of("organization", organizations, index=True),
    _must("url", ADDRESS), _must("secret", SEALED), _must("events", LINE), _must("by", ID), _must("made_at", TIME),
    _must("failures", NUMBER), Column("stopped_at", TIME))
"""Where an organization's own servers hear what happens. `failures` in a row; too many stop it."""

webhook_calls = _table(
    "webhook_calls", Column("id", ID, primary_key=True), _must("webhook", ID), _must("organization", ID),
    _must("event", WORD), _must("body", TEXT), _must("state", WORD), _must("tries", NUMBER), _must("next_at", TIME),
    Column("status", NUMBER), _must("detail", LINE), _must("at", TIME), Column("settled_at", TIME),
    Index("ix_webhook_calls_state_next_at", "state", "next_at"), Index("ix_webhook_calls_webhook_at", "webhook", "at"))
"""What is to be told and was told to webhooks: waiting, calling, done or failed. Kept for a week."""

rooms = _table(
    "rooms", Column("id", ID, primary_key=True), _of("organization", organizations), _must("name", NAME),
    _must("name_key", NAME), Column("password_hash", LINE), _must("capacity", NUMBER), _must("private", FLAG),
    _must("state", WORD), _must("position", NUMBER), _must("created_at", TIME),
    _must("listed", FLAG, server_default="1"), _must("by_request", FLAG, server_default="0"),
    _must("verified", FLAG, server_default="0"), _must("white_only", FLAG, server_default="0"),
    _must("direct", FLAG, server_default="0"), UniqueConstraint("organization", "name_key"))
"""`listed`: shown to who is no member; `by_request`: somebody must say yes; `verified`: only with a verified phone;
`white_only`: only for the white list and moderators; `direct`: members may talk in twos."""

channels = _table(
    "channels", Column("id", ID, primary_key=True), _of("room", rooms), _of("organization", organizations),
    _must("name", NAME), _must("name_key", NAME), _must("capacity", NUMBER), _must("slow_seconds", NUMBER),
    _must("state", WORD), _must("position", NUMBER), _must("created_at", TIME),
    _must("epoch", ID), _must("archived_seq", COUNT), _must("talk", COUNT),
    _must("direct", FLAG, server_default="0"), UniqueConstraint("room", "name_key"))
"""`direct`: of two members, who are on its list of who may see it and whose ids are its `name_key`; it has no name."""

epochs = _table(
    "epochs", Column("channel", ID, primary_key=True), Column("number", NUMBER, primary_key=True, autoincrement=False),
    _must("epoch", ID), _must("after_seq", COUNT), _must("at", TIME), UniqueConstraint("channel", "epoch"))

NAMES_INDEX = "ix_users_organization_name_id"
users = _table(
    "users", Column("id", ID, primary_key=True), _of("organization", organizations, index=True), _must("name", NAME),
    _must("avatar", ADDRESS), _must("tokens_after", TIME), _must("created_at", TIME), Column("erased_at", TIME),
    Index("ix_users_page", "organization", "id"), Index("ix_users_created_at", "created_at"),
    Index(NAMES_INDEX, "organization", "name", "id"))

anchors = _table(
    "anchors", Column("organization", ID, ForeignKey(organizations.c.id), primary_key=True),
    Column("kind", WORD, primary_key=True), Column("value", FOREIGN_ID, primary_key=True),
    _of("user", users, index=True))
"""What makes identities one person: a unionid. Its key is what two logins race for."""

identities = _table(
    "identities", Column("appid", FOREIGN_ID, ForeignKey(accounts.c.appid), primary_key=True),
    Column("openid", FOREIGN_ID, primary_key=True), _must("unionid", FOREIGN_ID), _of("user", users, index=True),
    _must("kind", WORD), _must("subscribed", FLAG), Column("subscribed_at", TIME), Column("unsubscribed_at", TIME),
    _must("created_at", TIME))

members = _table(
    "members", Column("room", ID, ForeignKey(rooms.c.id), primary_key=True),
    Column("user", ID, ForeignKey(users.c.id), primary_key=True), _must("role", WORD), _must("joined_at", TIME),
    Index("ix_members_user", "user"))

entries = _table(
    "entries", Column("channel", ID, primary_key=True),
    Column("seq", COUNT, primary_key=True, autoincrement=False), Column("epoch", ID, primary_key=True),
    _must("at", TIME), _must("op", WORD), _must("user", ID), _must("door", WORD), _must("type", WORD),
    _must("client_id", CLIENT_ID), _must("ordinal", COUNT), Column("of", COUNT), _must("frame", BYTES),
    sqlite_with_rowid=False)
"""`user` is the author or empty; `ordinal` counts messages and announcements; `of` names an entry this one is about."""

reads = _table(
    "reads", Column("channel", ID, primary_key=True), Column("user", ID, primary_key=True), _must("seq", COUNT),
    _must("ordinal", COUNT), _must("own", COUNT), Index("ix_reads_user", "user"), sqlite_with_rowid=False)

cursors = _table(
    "cursors", Column("channel", ID, primary_key=True), Column("user", ID, primary_key=True), _must("epoch", ID),
    _must("number", NUMBER), _must("seq", COUNT), Index("ix_cursors_user", "user"), sqlite_with_rowid=False)
"""`number` is the epoch's, so that places order by (number, seq) without a look-up."""

followers = _table(
    "followers", Column("appid", FOREIGN_ID, primary_key=True), Column("openid", FOREIGN_ID, primary_key=True),
    _of("user", users, index=True), Column("current_channel", ID), _must("quiet_until", TIME),
    _must("seen_at", TIME), _must("pushed_at", TIME), _must("digests", NUMBER), _must("digest_at", TIME),
    _must("reachable", FLAG))

windows = _table(
    "windows", Column("appid", FOREIGN_ID, primary_key=True), Column("openid", FOREIGN_ID, primary_key=True),
    Column("kind", WORD, primary_key=True), _must("opened_at", TIME), _must("ends_at", TIME),
    _must("quota", NUMBER), _must("used", NUMBER))

deliveries = _table(
    "deliveries", Column("id", ID, primary_key=True), _must("appid", FOREIGN_ID), _must("openid", FOREIGN_ID),
    _must("user", ID), _must("way", WORD), Column("channel", ID), _must("epoch", ID), _must("from_seq", COUNT),
    _must("to_seq", COUNT), _must("state", WORD), Column("errcode", NUMBER), _must("at", TIME),
    Column("settled_at", TIME), _must("detail", LINE), _must("kind", WORD, server_default="unread"),
    _must("reference", FOREIGN_ID, server_default=""), Index("ix_deliveries_appid_openid_at", "appid", "openid", "at"),
    Index("ix_deliveries_user_at", "user", "at"), Index("ix_deliveries_state_at", "state", "at"),
    Index("ix_deliveries_appid_reference", "appid", "reference"))
"""`reference` is WeChat's own number of the message, where it tells one."""

notices = _table(
    "notices", Column("id", ID, primary_key=True), _must("organization", ID), _must("user", ID), _must("kind", WORD),
    _must("room", ID), _must("channel", ID), _must("source", ID), _must("facts", TEXT), _must("at", TIME),
    _must("expires_at", TIME), _must("state", WORD), _must("way", WORD), Column("settled_at", TIME),
    Index("ix_notices_user_state_at", "user", "state", "at"), Index("ix_notices_state_at", "state", "at"),
    Index("ix_notices_source_state", "source", "state"))
"""What one person has to be told: waiting, telling, told, expired or cancelled. `source` is the broadcast it is of."""

templates = _table(
    "templates", Column("appid", FOREIGN_ID, ForeignKey(accounts.c.appid), primary_key=True),
    Column("way", WORD, primary_key=True), Column("kind", WORD, primary_key=True), _must("template_id", FOREIGN_ID),
    _must("fields", TEXT), _must("page", ADDRESS), _must("on", FLAG), _must("problem", LINE), _must("at", TIME))
"""Which of an account's templates tells what, and what stands in its fields."""

consents = _table(
    "consents", Column("appid", FOREIGN_ID, primary_key=True), Column("openid", FOREIGN_ID, primary_key=True),
    Column("template_id", FOREIGN_ID, primary_key=True), _must("left", NUMBER), _must("at", TIME))
"""How many messages of a template somebody has said yes to and not got yet."""

broadcasts = _table(
    "broadcasts", Column("id", ID, primary_key=True), _of("organization", organizations), _must("room", ID),
    _must("days", NUMBER), _must("text", TEXT), _must("mass", FLAG), _must("state", WORD), _must("by", ID),
    _must("at", TIME), _must("starts_at", TIME), _must("place", LINE), _must("reached", COUNT),
    Column("ended_at", TIME), _must("problem", LINE), _must("tag", NAME, server_default=""),
    Index("ix_broadcasts_organization_at", "organization", "at"),
    Index("ix_broadcasts_state_starts_at", "state", "starts_at"))
"""`place` is where the walk over the recipients stands, `reached` how many it has met."""

mass_jobs = _table(
    "mass_jobs", Column("id", ID, primary_key=True), _must("broadcast", ID, index=True), _must("appid", FOREIGN_ID),
    _must("state", WORD), _must("at", TIME), _must("people", COUNT), _must("reference", FOREIGN_ID),
    _must("sent", COUNT), _must("filtered", COUNT), _must("failed", COUNT), _must("detail", LINE),
    Column("settled_at", TIME), Index("ix_mass_jobs_appid_at", "appid", "at"))
"""Each mass message that was asked of WeChat, and what it said became of it. `reference` is WeChat's number."""

tags = _table(
    "tags", Column("organization", ID, primary_key=True), Column("tag", NAME, primary_key=True),
    Column("user", ID, primary_key=True), Index("ix_tags_user", "user"))
"""Words that an organization's staff put on people, by which they are told together."""

fetches = _table(
    "fetches", Column("id", CLIENT_ID, primary_key=True), _must("appid", FOREIGN_ID), _must("openid", FOREIGN_ID),
    _must("channel", ID), _must("type", WORD), _must("media_id", LINE), _must("tries", NUMBER), _must("at", TIME),
    _must("due_at", TIME), Index("ix_fetches_due_at", "due_at"), Index("ix_fetches_appid_openid", "appid", "openid"))
"""Files of followers that still lie with WeChat, each until it is said or given up."""

denials = _table(
    "denials", Column("appid", FOREIGN_ID, primary_key=True), Column("feature", WORD, primary_key=True),
    _must("errcode", NUMBER), _must("detail", LINE), _must("at", TIME))
"""What WeChat does not let an account do: the feature is off."""

alarms = _table(
    "alarms", Column("id", SERIAL, primary_key=True, autoincrement=True), _must("at", TIME), _must("kind", WORD),
    Column("channel", ID), Column("epoch", ID), Column("seq", COUNT), _must("detail", TEXT), Column("content", BYTES),
    Column("closed_at", TIME), Index("ix_alarms_closed_at_at", "closed_at", "at"))

sanctions = _table(
    "sanctions", Column("organization", ID, primary_key=True), Column("room", ID, primary_key=True),
    Column("channel", ID, primary_key=True), Column("kind", WORD, primary_key=True),
    Column("user", ID, primary_key=True), _must("until", TIME), _must("reason", TEXT), _must("by", ID),
    _must("at", TIME), Index("ix_sanctions_room", "room"), Index("ix_sanctions_user", "user"))
"""A mute or a ban that stands. No `channel` means the room, no `room` the organization; `until` 0: no end."""

free = _table(
    "free", Column("room", ID, ForeignKey(rooms.c.id), primary_key=True), Column("user", ID, primary_key=True),
    _must("by", ID), _must("at", TIME))
"""The white list: these may always speak and are never evicted."""

quiet = _table(
    "quiet", Column("user", ID, primary_key=True), Column("place", ID, primary_key=True), _must("until", TIME))
"""Who does not want to be disturbed by a room or a channel; `until` 0: no end is set."""

outside = _table(
    "outside", Column("channel", ID, primary_key=True), Column("user", ID, primary_key=True), _must("seq", COUNT),
    _must("at", TIME))
"""Who was put out of a channel and was not let in since: they read up to `seq`, the entry that says so."""

rules = _table(
    "rules", Column("channel", ID, ForeignKey(channels.c.id), primary_key=True), Column("name", WORD, primary_key=True),
    _must("value", LINE))
"""What a channel holds people to, where it differs from the default."""

shields = _table(
    "shields", Column("room", ID, ForeignKey(rooms.c.id), primary_key=True), _must("before", TEXT), _must("by", ID),
    _must("at", TIME))
"""Rooms that were closed up against a raid by one act, and what they were like before."""

readers = _table(
    "readers", Column("reader", WORD, primary_key=True), Column("thing", ID, primary_key=True), _must("seq", COUNT))
"""How far the roll-ups and the webhooks have read in each log: `thing` is a channel, or an organization's audit."""

hourly = _table(
    "hourly", Column("organization", ID, primary_key=True),
    Column("hour", NUMBER, primary_key=True, autoincrement=False), Column("room", ID, primary_key=True),
    Column("measure", WORD, primary_key=True), Column("part", FOREIGN_ID, primary_key=True), _must("amount", COUNT),
    sqlite_with_rowid=False)
"""What happened in each hour since 1970, counted: a copy that charts are made of. No `room`: in the organization."""

activity = _table(
    "activity", Column("organization", ID, primary_key=True),
    Column("day", NUMBER, primary_key=True, autoincrement=False), Column("user", ID, primary_key=True),
    _must("amount", COUNT), sqlite_with_rowid=False)
"""Who said something on which day (of China's time), and how often."""

audit = _table(
    "audit", Column("organization", ID, primary_key=True),
    Column("number", COUNT, primary_key=True, autoincrement=False), _must("at", TIME), _must("actor", ID),
    _must("door", WORD), _must("act", WORD), _must("target", ID), _must("room", ID), _must("channel", ID),
    _must("reason", LINE), _must("before", TEXT), _must("after", TEXT), _must("hash", FOREIGN_ID),
    Index("ix_audit_target", "organization", "target"), Index("ix_audit_actor", "organization", "actor", "number"),
    Index("ix_audit_act", "organization", "act", "number"), Index("ix_audit_room", "organization", "room", "number"))
"""Acts of authority, one chain an organization: `hash` is over the row and the hash before it. Only ever added to."""

marks = _table(
    "marks", Column("channel", ID, primary_key=True), Column("seq", COUNT, primary_key=True, autoincrement=False),
    Column("epoch", ID, primary_key=True), _must("op", WORD), _must("of", COUNT), _must("on", FLAG),
    sqlite_with_rowid=False)
"""The recalls and pins among the entries, so that how entries stand now is found without a walk through all."""

phones = _table(
    "phones", Column("user", ID, ForeignKey(users.c.id), primary_key=True), _of("organization", organizations),
    _must("digest", FOREIGN_ID), _must("sealed", SEALED), _must("verified_at", TIME),
    UniqueConstraint("organization", "digest"))
"""The phone that a person has shown to be theirs: a keyed hash to find it by, and the number, sealed."""

aliases = _table(
    "aliases", Column("user", ID, ForeignKey(users.c.id), primary_key=True), _of("organization", organizations),
    _of("kept", users, index=True), _must("at", TIME), _must("because", WORD))
"""Whom somebody is now, who was found to be one person with another. Entries keep the old id."""

standings = _table(
    "standings", Column("organization", ID, ForeignKey(organizations.c.id), primary_key=True),
    Column("user", ID, ForeignKey(users.c.id), primary_key=True), _must("version", NUMBER), _must("wide", FLAG),
    Column("due", TIME), Index("ix_standings_due", "due"))
"""What holds of somebody in many rooms has changed, and their gates may not all know: `due` says since when. `wide`:
an act of the organization was among the changes, so that every room is concerned."""

invitations = _table(
    "invitations", Column("digest", FOREIGN_ID, primary_key=True), _of("organization", organizations),
    _of("room", rooms, index=True), _must("by", ID), _must("made_at", TIME), _must("expires_at", TIME),
    _must("most", NUMBER), _must("used", NUMBER), Column("revoked_at", TIME))

requests = _table(
    "requests", Column("room", ID, ForeignKey(rooms.c.id), primary_key=True),
    Column("user", ID, ForeignKey(users.c.id), primary_key=True), _must("state", WORD), _must("text", TEXT),
    _must("at", TIME), Column("answered_at", TIME), _must("by", ID), _must("reason", TEXT),
    Index("ix_requests_room_state", "room", "state"), Index("ix_requests_user", "user"))
"""Who asked to be let into a room: waiting, approved or declined."""

sms = _table(
    "sms", Column("id", ID, primary_key=True), _must("organization", ID), _must("user", ID), _must("purpose", WORD),
    _must("digest", FOREIGN_ID), _must("sealed", SEALED), _must("code", SEALED), _must("state", WORD),
    _must("provider", WORD), _must("reference", LINE), _must("detail", LINE), _must("at", TIME),
    Column("settled_at", TIME), Index("ix_sms_state_at", "state", "at"), Index("ix_sms_user_at", "user", "at"))
"""Each SMS that was asked for: waiting, sending, sent, failed or unknown. The code, sealed, only until it left."""

spent = _table(
    "spent", Column("day", NUMBER, primary_key=True, autoincrement=False), Column("kind", WORD, primary_key=True),
    Column("value", FOREIGN_ID, primary_key=True), _must("count", NUMBER))
"""What may be used only so often a day, and how often it was: SMS by number, person, organization and house."""

search_places = _table("search_places", Column("channel", ID, primary_key=True), _must("seq", COUNT))
"""Up to where each channel is indexed."""

search_blocks = _table(
    "search_blocks", Column("id", SERIAL, primary_key=True, autoincrement=True), _must("channel", ID),
    _must("number", NUMBER), _must("first_at", TIME), _must("last_at", TIME), _must("times", BYTES),
    _must("key", COUNT, server_default="0"), UniqueConstraint("channel", "number"))

search_grams = _table(
    "search_grams", Column("block", COUNT, primary_key=True, autoincrement=False),
    Column("gram", COUNT, primary_key=True, autoincrement=False), _must("seqs", BYTES), sqlite_with_rowid=False)
"""Which entries of a block have a gram (see `search`)."""

data_keys = _table(
    "data_keys", Column("number", SERIAL, primary_key=True, autoincrement=True), _must("organization", ID, unique=True),
    _must("sealed", SEALED), sqlite_autoincrement=True)
"""The key that an organization's words are sealed under, wrapped by the master key. No number is given twice."""

retention = _table(
    "retention", Column("organization", ID, primary_key=True), Column("room", ID, primary_key=True),
    Column("channel", ID, primary_key=True), _must("days", NUMBER))
"""How long words are kept; 0: for ever. No `channel` means the room, no `room` the organization."""

backups = _table(
    "backups", Column("id", SERIAL, primary_key=True, autoincrement=True), _must("at", TIME), _must("until", TIME),
    _must("state", WORD), _must("bytes", COUNT), _must("detail", LINE), Index("ix_backups_state_at", "state", "at"))
"""The backups that were made, and how they ended."""

media = _table(
    "media", Column("id", ID, primary_key=True), _of("organization", organizations), _must("user", ID),
    _must("type", WORD), _must("state", WORD), _must("name", LINE), _must("bytes", COUNT), _must("width", NUMBER),
    _must("height", NUMBER), _must("millis", COUNT), _must("poster", ID), _must("variants", LINE),
    _must("progress", NUMBER), _must("tries", NUMBER), _must("held_until", TIME), _must("problem", LINE),
    _must("at", TIME), Index("ix_media_organization", "organization"),
    Index("ix_media_state_at", "state", "at"), Index("ix_media_user", "user"))
"""Pictures, voices, videos and files. The bytes lie in the media store, under the organization and this id."""

media_uses = _table(
    "media_uses", Column("media", ID, primary_key=True), Column("channel", ID, primary_key=True),
    Column("seq", COUNT, primary_key=True, autoincrement=False), _must("at", TIME),
    Index("ix_media_uses_channel_seq", "channel", "seq"))
"""Which messages show it: who may read one of them may see it. `seq` 0: on its way to the log."""

word_lists = _table(
    "word_lists", Column("id", ID, primary_key=True), _of("organization", organizations), _must("room", ID),
    _must("name", NAME), _must("action", WORD), _must("exempt", WORD), _must("mute_seconds", NUMBER),
    _must("kind", WORD), _must("words", TEXT), _must("version", NUMBER), _must("created_at", TIME),
    Index("ix_word_lists_organization_room", "organization", "room"))
"""Words, one a line, and what is done about them. No `room` means every room; `exempt`: the least role that may say
them; `kind`: words, or patterns (regular expressions); `version` grows with every change."""

allowed = _table(
    "allowed", Column("channel", ID, ForeignKey(channels.c.id), primary_key=True),
    Column("right", WORD, primary_key=True), Column("user", ID, ForeignKey(users.c.id), primary_key=True),
    _must("by", ID), _must("at", TIME), Index("ix_allowed_user", "user"))
"""Who may see, enter or post in a channel, where that is a list of people."""

mentions = _table(
    "mentions", Column("channel", ID, primary_key=True), Column("seq", COUNT, primary_key=True, autoincrement=False),
    Column("user", ID, primary_key=True), _must("by", ID), Index("ix_mentions_user", "user"), sqlite_with_rowid=False)
"""Who is named in which message, as the entries say it; the user `*` is everybody."""

reactions = _table(
    "reactions", Column("channel", ID, primary_key=True), Column("seq", COUNT, primary_key=True, autoincrement=False),
    Column("user", ID, primary_key=True), Column("emoji", NAME, primary_key=True), Index("ix_reactions_user", "user"),
    sqlite_with_rowid=False)

blocks = _table(
    "blocks", Column("user", ID, ForeignKey(users.c.id), primary_key=True), Column("blocked", ID, primary_key=True),
    _must("at", TIME), Index("ix_blocks_blocked", "blocked"))
"""People whom somebody does not want to read."""

held = _table(
    "held", Column("id", ID, primary_key=True), _of("organization", organizations), _must("room", ID),
    _must("channel", ID), _must("user", ID), _must("name", NAME), _must("door", WORD), _must("client_id", CLIENT_ID),
    _must("type", WORD), _must("body", TEXT), Column("reply_to", COUNT), _must("cause", WORD), _must("list", ID),
    _must("state", WORD), _must("at", TIME), Column("decided_at", TIME), _must("by", ID), _must("reason", TEXT),
    Column("seq", COUNT), Column("forwarded", TEXT), UniqueConstraint("channel", "user", "client_id"),
    Index("ix_held_organization_state_at", "organization", "state", "at"), Index("ix_held_state", "state", "at"),
    Index("ix_held_user", "user"))
"""Messages that wait for a review: waiting, passing (on their way to the log), published under `seq`, or rejected.
`cause`: words (of `list`) or safety."""

reports = _table(
    "reports", Column("channel", ID, primary_key=True), Column("seq", COUNT, primary_key=True, autoincrement=False),
    Column("user", ID, primary_key=True), _of("organization", organizations), _must("room", ID), _must("epoch", ID),
    _must("author", ID), _must("reason", TEXT), _must("state", WORD), _must("at", TIME), Column("decided_at", TIME),
    _must("by", ID), Index("ix_reports_organization_state_at", "organization", "state", "at"),
    Index("ix_reports_author_at", "author", "at"), Index("ix_reports_user", "user"))
"""Who reported which message: open, or what became of it."""

safety = _table(
    "safety", Column("organization", ID, ForeignKey(organizations.c.id), primary_key=True), _must("text", WORD),
    _must("media", WORD), _must("outage", WORD), _must("version", NUMBER))
"""What an organization has WeChat judge, and when: off, after it was shown, before; `outage`: show or people."""

checks = _table(
    "checks", Column("id", ID, primary_key=True), _must("organization", ID), _must("channel", ID),
    Column("seq", COUNT), _must("held", ID), _must("user", ID), _must("kind", WORD), _must("content", TEXT),
    _must("state", WORD), _must("verdict", WORD), _must("label", WORD), _must("detail", LINE),
    _must("trace", FOREIGN_ID), _must("tries", NUMBER), _must("due", TIME), _must("at", TIME),
    Index("ix_checks_state_due", "state", "due"), Index("ix_checks_trace", "trace"), Index("ix_checks_held", "held"),
    Index("ix_checks_user", "user"), Index("ix_checks_at", "at"))
"""What WeChat is asked about a message: waiting, asked (the verdict comes by a push), done."""

spam_policies = _table(
    "spam_policies", Column("organization", ID, ForeignKey(organizations.c.id), primary_key=True), _must("mode", WORD),
    _must("threshold", NUMBER), _must("mute_seconds", NUMBER))
"""Whether the clean-up proposes or acts, from which score on, and for how long it mutes."""

suspicions = _table(
    "suspicions", Column("id", ID, primary_key=True), _must("organization", ID), _must("user", ID),
    _must("score", NUMBER), _must("why", TEXT), _must("state", WORD), _must("at", TIME), Column("decided_at", TIME),
    _must("by", ID), Index("ix_suspicions_organization_at", "organization", "at"), Index("ix_suspicions_user", "user"))
"""Whom the clean-up took for a spammer and why: proposed, acted, dismissed or undone."""

network = _table(
    "network", Column("organization", ID, primary_key=True), Column("user", FOREIGN_ID, primary_key=True),
    Column("hour", TIME, primary_key=True, autoincrement=False), Column("what", WORD, primary_key=True),
    Column("address", NAME, primary_key=True), _must("first_at", TIME), _must("last_at", TIME), _must("times", COUNT),
    Index("ix_network_hour", "hour"), sqlite_with_rowid=False)
"""The network log: from which address somebody logged in or connected in an hour. Apart from what was said; of who was
erased it has a keyed hash in place of the id."""

shadows = _table(
    "shadows", Column("organization", ID, ForeignKey(organizations.c.id), primary_key=True),
    Column("digest", FOREIGN_ID, primary_key=True), _must("user", ID), _must("at", TIME))
"""Keyed hashes of the identities of people who were erased while something held against them."""
