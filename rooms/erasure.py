"""Somebody is erased: who they were goes at once, what they said follows within seconds, the numbers stay.

First, in one transaction: the identities, the phone, the memberships, places, files and lists of the person, and the
name. Their tokens end. Then, channel by channel, every entry of theirs becomes a tombstone: in the record, in the
index, in the log. What held against them stays under the id that nobody has any more; keyed hashes know the person
again who comes back, so that leaving is no way out of a ban.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from rooms import archive, ids, indexing, members, network, webhooks
from rooms.errors import Code, Refused
from rooms.events import COUNTED, Door, Entry, Person
from rooms.live import keys
from rooms.media import Media
from rooms.record import (
    Connection,
    aliases,
    audit,
    blocks,
    channels,
    consents,
    cursors,
    entries,
    fetches,
    followers,
    held,
    identities,
    marks,
    media,
    mentions,
    notices,
    organizations,
    phones,
    reactions,
    reads,
    requests,
    safety,
    sanctions,
    shadows,
    sms,
    tags,
    users,
    windows,
)
from rooms.record import members as member_rows
from rooms.record import standings as standing_rows
from rooms.record.audit import Act
from rooms.record.entries import Row
from rooms.record.marks import Mark
from rooms.store import Store

PAGE = 200
JOB = "erasure"
WORDS = frozenset({"message", "edited", "announced"})
"""Operations that carry what somebody said; of what else they did only the name goes."""


class Report(NamedTuple):
    """What was erased: proof for who asked. Times are those of the erasure's end."""

    user: str
    messages: int
    files: int
    channels: int
    at: int


def begin(store: Store, user: str, by: str, because: str) -> Media:
    """They are nobody from now on; what they said is left to the clock. Returns its job.

    Raises Refused(not_found) for nobody, and for who was erased already.
    """
    now = store.clock.now()
    known = store.record.read(lambda c: users.one(c, user))
    if known is None or known.erased_at is not None:
        raise Refused(Code.NOT_FOUND, "no such user")
    person = Person(user, known.organization, known.name, Door.MINIPROGRAM)
    for room in store.record.read(lambda c: member_rows.of_user(c, user)):
        members.leave(store, person, room)
    mine = store.record.read(lambda c: identities.of_user(c, user))
    found = digests(store, known.organization, [(each.appid, each.openid, each.unionid) for each in mine])
    job = Media(ids.new("m"), known.organization, user, JOB, media.WAITING, because, 0, 0, 0, 0, "", "", 0, 0, 0, "",
                now)

    def act(connection: Connection) -> int:
        organizations.lock(connection, known.organization)
        if sanctions.of_user(connection, known.organization, user):
            phone = phones.of_user(connection, user)
            shadows.add_many(connection, known.organization, [*found, *([phone.digest] if phone else [])], user, now)
        files = [each.id for each in media.of_user(connection, user)]
        media.let_go(connection, files)
        _forget(connection, user)
        for each in (user, *(alias.user for alias in aliases.of(connection, user))):
            users.change(connection, each, name="", avatar="", tokens_after=now, erased_at=now)
        media.add(connection, job._replace(bytes=len(files)))
        audit.add(connection, known.organization, Act(now, by, "", "erase", user, "", "", because, "{}", "{}"))
        return len(files)

    files = store.record.write(act)
    network.erase(store, known.organization, user)
    for each in mine:
        store.live.delete(store.live.name("identity", each.appid, each.openid))
    store.live.delete(store.live.name("who", user))
    return job._replace(bytes=files)


def of_identity(store: Store, appid: str, openid: str) -> Media | None:
    """The whole person behind an identity, as WeChat asks for them; None for nobody."""
    known = store.record.read(lambda c: identities.one(c, appid, openid))
    return begin(store, known.user, known.user, "cancelled") if known else None


def finish(store: Store, job: Media, progress: Callable[[int], bool] = lambda _: True) -> Report:
    """Every entry of theirs becomes a tombstone. Safe to repeat; who dies on the way is followed by the next."""
    theirs = store.record.read(lambda c: [job.user, *(alias.user for alias in aliases.of(c, job.user))])
    inside = [each.id for each in store.record.read(lambda c: channels.every_of_organization(c, job.organization))]
    messages, touched = 0, 0
    for number, channel in enumerate(inside):
        count = _erase_in(store, channel, theirs)
        messages, touched = messages + count, touched + (count > 0)
        if not progress(number * 100 // len(inside)):
            raise Refused(Code.UNAVAILABLE, "somebody else does it")
    webhooks.erase(store, job.organization, theirs)
    now = store.clock.now()
    report = Report(job.user, messages, job.bytes, touched, now)
    told = msgspec.json.encode(report._asdict()).decode()
    store.record.write(lambda c: audit.add(c, job.organization, Act(
        now, "", "", "erased", job.user, "", "", job.name, "{}", told)))
    return report


def _erase_in(store: Store, channel: str, theirs: Sequence[str]) -> int:
    """In the record first, then in Redis, whose log is cut: what is read of it comes from the record from then on."""
    archive.archive_channel(store, channel)
    name, after, count = keys.of_channel(store.live.prefix, channel), 0, 0
    while rows := store.record.read(lambda c, after=after: entries.by_users(c, channel, theirs, after, PAGE)):  # type: ignore[misc]
        after = rows[-1].seq
        told = [row for row in rows if b'"erased":true' not in row.frame]
        if told:
            store.record.write(lambda c, told=told: _blank(c, channel, told))  # type: ignore[misc]
            seqs = [str(row.seq) for row in told if row.op in COUNTED]
            if seqs:
                scored = [word for seq in seqs for word in (seq, seq)]
                store.live.command("ZADD", name.recalled, *scored, key=name.recalled)
                store.live.command("HDEL", name.reactions, *seqs, key=name.reactions)
        count += sum(row.op in WORDS for row in told)
    if after:
        archived = store.record.read(lambda c: entries.tip(c, channel))
        store.live.command("XTRIM", name.log, "MINID", str(archived + 1), key=name.log)
    for user in theirs:
        store.live.command("HDEL", name.reads, user, key=name.reads)
        store.live.command("HDEL", name.mentioned, user, key=name.mentioned)
    return count


def _blank(connection: Connection, channel: str, rows: Sequence[Row]) -> None:
    indexing.forget(connection, channel, [row.seq for row in rows])
    entries.blank(connection, [row._replace(frame=tombstone(row)) for row in rows])
    said = [row for row in rows if row.op in COUNTED]
    recalled = set(marks.recalled(connection, channel))
    marks.add_many(connection, [Mark(channel, row.seq, row.epoch, "recalled", row.seq, True) for row in said
                                if row.seq not in recalled])


def tombstone(row: Row) -> bytes:
    """An entry with its number, its time and nothing of what was said or by what name."""
    entry = Entry.parse(row.frame)
    told = {"op": row.op, "channel": row.channel, "epoch": row.epoch, "seq": row.seq, "at": row.at}
    author = {"id": row.user, "name": "", "door": row.door or "miniprogram"}
    if row.op == "message":
        told |= {"from": author, "type": row.type, "client_id": "", "recalled": True, "erased": True}
    elif row.op == "announced":
        told |= {"text": "", "by": author, "recalled": True, "erased": True}
    elif row.op == "edited":
        told |= {"of": entry.of or 0, "body": {"text": ""}, "by": author, "erased": True}
    else:  # an act of theirs stands, without their name
        told = msgspec.json.decode(row.frame) | {"by": author, "erased": True}
    return msgspec.json.encode(told)


def _forget(connection: Connection, user: str) -> None:
    """Everything that says who they were and where they stood."""
    for each in identities.of_user(connection, user):
        windows.remove(connection, each.appid, each.openid)
        consents.remove(connection, each.appid, each.openid)
        followers.remove(connection, each.appid, each.openid)
        fetches.remove_of(connection, each.appid, each.openid)
        identities.remove(connection, each.appid, each.openid)
    identities.remove_anchors(connection, user)
    for noun in (held, safety, cursors, member_rows, requests, notices, reads, sms, blocks, mentions, reactions,
                 tags):
        noun.remove_user(connection, user)
    phones.remove(connection, user)


# known again


def digests(store: Store, organization: str, known: Sequence[tuple[str, str, str]]) -> list[str]:
    """What is kept of (appid, openid, unionid): hashes that only our key makes."""
    vault = store.record.vault
    return [*(vault.digest("openid", organization, appid, openid) for appid, openid, _ in known),
            *(vault.digest("unionid", organization, unionid) for _, _, unionid in known if unionid)]


def inherit(connection: Connection, organization: str, known: Sequence[str], user: str, now: int) -> bool:
    """For a transaction: what held against somebody with one of these hashes holds of this user."""
    before = [gone for gone in shadows.of(connection, organization, known) if gone != user] if known else []
    for gone in before:
        sanctions.give(connection, organization, gone, user)
    if before:
        standing_rows.touch(connection, organization, user, now, wide=True)
    return bool(before)


def caught_up(store: Store, organization: str, user: str) -> None:
    """The gates learn at once what they inherited; what is left undone here, the sweep of `standings` finds."""
    from rooms import standings

    held: Mapping[str, int] = store.record.read(lambda c: {
        each.room: each.until for each in sanctions.of_user(c, organization, user)})
    if held:
        standings.spread(store, organization, user)
