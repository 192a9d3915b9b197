"""Pictures that people give themselves. Each has an address that nobody can guess and that leads to it only for as long
as it is theirs. Where the organization has pictures judged, WeChat judges it: before others see it or after, as the
policy says of all pictures. Where it cannot decide, people do (`doubtful_pictures`), and staff may take any away.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import NamedTuple

from rooms import auditing, identities, members, safety
from rooms.authority import Actor, checked_reason
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.media import AVATAR
from rooms.permissions import moderates
from rooms.record import Connection, aliases, media, users
from rooms.record import safety as checks
from rooms.record.media import FAILED, READY, Media
from rooms.record.safety import OFF
from rooms.record.users import User
from rooms.store import Store

HELD, REJECTED = "held", "rejected"
PER_MINUTE = 5
"""Each may cost one of the calls a minute in which WeChat judges what everybody shows."""
PATH = "/avatar/"
MOST_ASKED = 100
MOST_KEPT = 50
SHOWN = 100
"""The progress of a picture that is, or was, somebody's."""
_USER = re.compile(r"u_[0-9a-z]{1,30}")


class Latest(NamedTuple):
    """What became of the newest picture that somebody chose and does not have: `held` or `rejected`, and why."""

    state: str
    reason: str = ""


def count(store: Store, person: Person) -> None:
    """Before a new one is taken in. Raises Refused(rate_limited)."""
    members.count_try(store, "avatar", person.id, PER_MINUTE)


def choose(store: Store, person: Person, picture: Media) -> Person:
    """The person as they look now; with the picture that they had until now, where the new one is judged first.

    Raises Refused(not_found) for nobody.
    """
    policy = safety.policy(store, person.organization)
    if policy.media != safety.BEFORE:
        person = show(store, picture)
    else:
        store.record.write(lambda c: _let_go(c, picture, unless=person.avatar))
    if policy.media != OFF:
        safety.ask_about_avatar(store, person, picture.id)
    return person


def show(store: Store, picture: Media) -> Person:
    """It is its person's picture from now on, and the ones before are gone. Raises Refused(not_found) for nobody, and
    where it is gone itself."""
    return _changed(store, store.record.write(lambda c: wear(c, picture)))


def wear(connection: Connection, picture: Media) -> User | None:
    """`show`, for a transaction; `identities.remember` who it returns."""
    found = users.one(connection, picture.user)
    if found is None or found.erased_at is not None or (
            not media.change(connection, picture.id, (READY,), progress=SHOWN)):
        return None
    _let_go(connection, picture)
    users.change(connection, found.id, avatar=f"{PATH}{picture.id}/{secrets.token_urlsafe(12)}")
    return users.one(connection, found.id)


def take(connection: Connection, picture: Media, reason: str) -> User | None:
    """For a transaction: whoever chose it hears why it is not theirs. None where it was shown to nobody;
    `identities.remember` who it returns."""
    media.change(connection, picture.id, (READY,), state=FAILED, problem=reason[:200])
    found = users.one(connection, picture.user)
    if found is None or not is_shown(found.avatar, picture.id):
        return None
    users.change(connection, found.id, avatar="")
    return found._replace(avatar="")


def take_away(store: Store, actor: Actor, user: str, reason: str = "") -> None:
    """The picture that somebody is seen with. Raises Refused: not_found, also where they have none; forbidden,
    too_long."""
    if not moderates(actor.role):
        raise Refused(Code.FORBIDDEN)
    reason = checked_reason(reason)

    def act(connection: Connection) -> User | None:
        found = users.one(connection, user)
        if found is None or found.organization != actor.person.organization or not found.avatar:
            return None
        picture = media.one(connection, found.avatar.removeprefix(PATH).partition("/")[0])
        taken = take(connection, picture, reason) if picture else None
        if taken is not None:
            checks.end_doubtful_of(connection, user, checks.AVATAR)
            auditing.note(connection, store, actor, found.organization, "avatar", user, reason=reason)
        return taken

    taken = store.record.write(act)
    if taken is None:
        raise Refused(Code.NOT_FOUND, "they have no picture")
    identities.remember(store, taken)


def remove(store: Store, user: str) -> Person:
    """Without a picture, also without one that is still judged. Raises Refused(not_found) for nobody."""
    def act(connection: Connection) -> User | None:
        found = users.one(connection, user)
        if found is None or found.erased_at is not None:
            return None
        media.let_go(connection, [each.id for each in media.jobs_of(connection, user, AVATAR, MOST_KEPT)])
        checks.end_doubtful_of(connection, user, checks.AVATAR)
        users.change(connection, user, avatar="")
        return users.one(connection, user)

    return _changed(store, store.record.write(act))


def latest(store: Store, person: Person) -> Latest | None:
    """None where the person looks as they last chose to."""
    found = store.record.read(lambda c: media.jobs_of(c, person.id, AVATAR, 1))
    if found and found[0].state == FAILED:
        return Latest(REJECTED, found[0].problem)
    return Latest(HELD) if found and found[0].progress < SHOWN else None


def settle(store: Store, actor: Actor, picture_id: str, outcome: str, reason: str) -> bool:
    """One that is shown goes where WeChat finds fault with it; one that is held comes where it finds none, goes where
    it does, and waits otherwise. False for one that is nobody's (any more): they chose another one meanwhile."""
    def act(connection: Connection) -> tuple[bool, User | None]:
        found = media.one(connection, picture_id)
        if found is None or not is_theirs(connection, found):
            return False, None
        if outcome in (safety.PASS, safety.SHOW):
            return True, None if found.progress == SHOWN else wear(connection, found)
        if outcome != safety.RISKY:
            return True, None
        taken = take(connection, found, reason)
        if taken is not None:
            auditing.note(connection, store, actor, found.organization, "avatar", found.user, reason=reason)
        return True, taken

    theirs, changed = store.record.write(act)
    if changed is not None:
        identities.remember(store, changed)
    return theirs


def is_theirs(connection: Connection, picture: Media) -> bool:
    """Whether its person is seen with it, or would be when it is let through."""
    user = users.one(connection, picture.user)
    if picture.state != READY or user is None or user.erased_at is not None:
        return False
    return picture.progress < SHOWN or is_shown(user.avatar, picture.id)


def seen(store: Store, person: Person, wanted: Iterable[str]) -> dict[str, Person]:
    """Those of the person's organization as others see them, by the ids that were asked for; also under an id that
    they had before. Who is nobody is left out."""
    asked = [user for user in wanted if _USER.fullmatch(user)][:MOST_ASKED]
    known = identities.who_all(store, asked)
    lost = [user for user in asked if known[user] is None]
    meant = store.record.read(lambda c: aliases.many(c, lost)) if lost else {}
    known |= {user: found for user, found in _kept(store, meant).items() if found}
    return {user: who.person for user, who in known.items() if who and who.person.organization == person.organization}


def is_shown(address: str, picture: str) -> bool:
    """Whether this picture lies at this address."""
    return address.startswith(f"{PATH}{picture}/")


def _kept(store: Store, meant: dict[str, str]) -> dict[str, identities.Who | None]:
    known = identities.who_all(store, sorted(set(meant.values()))) if meant else {}
    return {user: known[kept] for user, kept in meant.items()}


def _let_go(connection: Connection, picture: Media, unless: str = "") -> None:
    """All others of the same person, but the one that is shown at the address `unless`."""
    others = [each.id for each in media.jobs_of(connection, picture.user, AVATAR, MOST_KEPT) if each.id != picture.id]
    media.let_go(connection, [each for each in others if not is_shown(unless, each)])


def _changed(store: Store, user: User | None) -> Person:
    if user is None:
        raise Refused(Code.NOT_FOUND)
    identities.remember(store, user)
    who = identities.who(store, user.id)
    if who is None:
        raise Refused(Code.NOT_FOUND)
    return who.person
