"""Pictures of people about which WeChat could not decide: one that was held waits, and one that is shown stays, until
somebody of the staff has seen it, who lets it be or takes it away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rooms import auditing, avatars, doubtful, identities
from rooms.authority import Actor, checked_reason
from rooms.errors import Code, Refused
from rooms.record import Connection, media, organizations, users
from rooms.record import safety as rows
from rooms.record.media import READY, Media
from rooms.record.safety import Check
from rooms.record.users import User
from rooms.store import Store

PAGE = 50


class Doubtful(NamedTuple):
    """`shown`: others see it meanwhile."""

    id: str
    user: str
    name: str
    shown: bool
    at: int


def waiting(store: Store, actor: Actor, after: tuple[int, str] = (0, "")) -> Sequence[Doubtful]:
    """A page of those of the organization, the longest waiting first, beyond (at, id). Raises Refused(forbidden)."""
    doubtful.check_actor(actor)

    def look(connection: Connection) -> Sequence[Doubtful]:
        found = rows.doubtful(connection, actor.person.organization, rows.AVATAR, after, PAGE)
        return [_told(connection, check) for check in found]

    return store.record.read(look)


def picture(store: Store, actor: Actor, id: str) -> Media:  # noqa: A002 - the check's
    """To look at, for as long as it waits. Raises Refused: not_found, forbidden."""
    doubtful.check_actor(actor)
    found = store.record.read(lambda c: media.one(c, doubtful.one(c, actor, rows.AVATAR, id).content))
    if found is None or found.state != READY:
        raise Refused(Code.NOT_FOUND, "no such picture")
    return found


def settle(store: Store, actor: Actor, id: str, keep: bool, reason: str = "") -> bool:  # noqa: A002 - the check's
    """Lets it be seen, or takes it away; who chose it finds that on their own page. False when it was decided already,
    or they took another one meanwhile.

    Raises Refused: not_found, forbidden, too_long.
    """
    doubtful.check_actor(actor)
    reason = checked_reason(reason)

    def act(connection: Connection) -> tuple[bool, User | None]:
        organizations.lock(connection, actor.person.organization)
        check = doubtful.one(connection, actor, rows.AVATAR, id)
        found = media.one(connection, check.content)
        if not rows.end_doubtful(connection, id) or found is None or not avatars.is_theirs(connection, found):
            return False, None
        auditing.note(connection, store, actor, check.organization, "avatar_kept" if keep else "avatar", check.user,
                      reason=reason)
        if not keep:
            return True, avatars.take(connection, found, reason)
        return True, None if found.progress == avatars.SHOWN else avatars.wear(connection, found)

    decided, changed = store.record.write(act)
    if changed is not None:
        identities.remember(store, changed)
    return decided


def _told(connection: Connection, check: Check) -> Doubtful:
    user = users.one(connection, check.user)
    shown = user is not None and avatars.is_shown(user.avatar, check.content)
    return Doubtful(check.id, check.user, user.name if user else "", shown, check.at)
