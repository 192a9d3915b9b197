"""Two users of an organization turn out to be one person: one is kept, the other is absorbed.

What counts is added up: the further position, the higher role, and of every mute and ban the longer. All of it is one
transaction, under the organization's lock; then the gates learn of it (see `standings`). `docs/decisions/0051` says
what may make two people one, and what may not.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from rooms import direct, identities, standings
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.permissions import rank
from rooms.record import (
    Connection,
    aliases,
    allowed,
    audit,
    blocks,
    cursors,
    followers,
    free,
    held,
    media,
    members,
    mentions,
    notices,
    organizations,
    outside,
    phones,
    quiet,
    reads,
    reports,
    requests,
    safety,
    sanctions,
    suspicions,
    tags,
    users,
)
from rooms.record import identities as rows
from rooms.record import standings as standing_rows
from rooms.record.aliases import Alias
from rooms.record.audit import Act
from rooms.record.users import User
from rooms.store import Store

UNIONID, PHONE = "unionid", "phone"
_GIVEN_NAME = re.compile(r"茶客\d{4}")


class Merged(NamedTuple):
    kept: str
    gone: str
    """Empty when they were one person already."""


def merge(store: Store, one: str, other: str, because: str, actor: Actor | None = None) -> str:
    """Makes two users one, on behalf of the actor where it is one; returns who is kept. Doing it again changes nothing.

    Raises Refused(not_found) where they are not two people of one organization.
    """
    now = store.clock.now()
    known = store.record.read(lambda c: users.one(c, one))
    if known is None:
        raise Refused(Code.NOT_FOUND)
    organization = known.organization

    def act(connection: Connection) -> Merged:
        organizations.lock(connection, organization)
        return absorb(connection, organization, one, other, because, now, actor)

    merged = store.record.write(act)
    settle(store, organization, merged)
    return merged.kept


def absorb(connection: Connection, organization: str, one: str, other: str, because: str, now: int,
           actor: Actor | None = None) -> Merged:
    """For a transaction that holds the organization's lock. Afterwards `settle` must be called."""
    first, second = (_person(connection, organization, user) for user in (one, other))
    if first.id == second.id:
        return Merged(first.id, "")
    kept, gone = _choose(connection, first, second)
    before = {"name": gone.name, "roles": members.of_user(connection, gone.id)}
    _give(connection, organization, kept, gone, now)
    users.change(connection, gone.id, tokens_after=now + 1, erased_at=now)
    aliases.add(connection, Alias(gone.id, organization, kept.id, now, because))
    wide = any(not s.room for s in sanctions.of_user(connection, organization, kept.id))
    standing_rows.touch(connection, organization, kept.id, now, wide)
    standing_rows.touch(connection, organization, gone.id, now)
    audit.add(connection, organization, Act(
        now, actor.person.id if actor else kept.id, actor.person.door.value if actor else "", "merge", gone.id, "", "",
        because, msgspec.json.encode(before).decode(),
        msgspec.json.encode({"kept": kept.id}).decode()))
    return Merged(kept.id, gone.id)


def settle(store: Store, organization: str, merged: Merged) -> None:
    """All processes and gates learn of it. What is left undone here, the sweep of `standings` finds."""
    if not merged.gone:
        return
    both, known = store.record.read(lambda c: (
        users.many(c, [merged.kept, merged.gone]), rows.of_user(c, merged.kept)))
    for user in both.values():
        identities.remember(store, user)
    identities.remember_doors(store, known)
    standings.spread(store, organization, merged.kept)
    standings.spread(store, organization, merged.gone)


def keeper(one: User, one_logs_in: bool, other: User, other_logs_in: bool) -> User:
    """Who logs in to the mini-program is kept, because only they hold tokens; else who was here first."""
    if one_logs_in != other_logs_in:
        return one if one_logs_in else other
    return min((one, other), key=lambda user: (user.created_at, user.id))


def _person(connection: Connection, organization: str, user: str) -> User:
    found = users.one(connection, aliases.kept(connection, user))
    if found is None or found.organization != organization or found.erased_at is not None:
        raise Refused(Code.NOT_FOUND)
    return found


def _choose(connection: Connection, one: User, other: User) -> tuple[User, User]:
    logs_in = [any(known.kind == identities.MINI_PROGRAM for known in rows.of_user(connection, user.id))
               for user in (one, other)]
    kept = keeper(one, logs_in[0], other, logs_in[1])
    return kept, other if kept is one else one


def _give(connection: Connection, organization: str, kept: User, gone: User, now: int) -> None:
    rows.give(connection, gone.id, kept.id)
    followers.give(connection, gone.id, kept.id)
    phones.give(connection, gone.id, kept.id)
    sanctions.give(connection, organization, gone.id, kept.id)
    free.give(connection, gone.id, kept.id, now)
    suspicions.give(connection, gone.id, kept.id)
    safety.give(connection, gone.id, kept.id)
    held.give(connection, gone.id, kept.id)
    reports.give(connection, gone.id, kept.id)
    direct.give(connection, gone.id, kept.id)
    allowed.give(connection, gone.id, kept.id, now)
    reads.give(connection, gone.id, kept.id)
    cursors.give(connection, gone.id, kept.id)
    requests.give(connection, gone.id, kept.id)
    quiet.give(connection, gone.id, kept.id)
    outside.forget(connection, gone.id)
    notices.give(connection, gone.id, kept.id)
    tags.give(connection, organization, gone.id, kept.id)
    media.give(connection, gone.id, kept.id)
    mentions.give(connection, gone.id, kept.id)
    blocks.give(connection, gone.id, kept.id, now)
    for room, role in members.of_user(connection, gone.id).items():
        if not members.add(connection, room, kept.id, role, now) and (
                rank(role) > rank(members.role(connection, room, kept.id))):
            members.set_role(connection, room, kept.id, role)
    members.remove_user(connection, gone.id)
    if _GIVEN_NAME.fullmatch(kept.name) and not _GIVEN_NAME.fullmatch(gone.name):
        users.change(connection, kept.id, name=gone.name)
    if not kept.avatar and gone.avatar:
        users.change(connection, kept.id, avatar=gone.avatar)
