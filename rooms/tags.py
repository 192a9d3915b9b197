"""Words that staff put on people ("会员", "志愿者"), by which many are told together. Nobody but staff sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rooms import auditing
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.record import Connection, aliases, organizations, tags, users
from rooms.store import Store

LONGEST, MOST, MOST_IN_ALL = 32, 20, 500
"""Characters of one, on one person, and different ones in an organization."""


def set_(store: Store, actor: Actor, user: str, wanted: Sequence[str]) -> list[str]:
    """These are on the person and no others; returns them as they are written.

    Raises Refused: forbidden (who is no staff), not_found, bad_frame, full.
    """
    clean = sorted({_checked(tag) for tag in wanted})
    if len(clean) > MOST:
        raise Refused(Code.FULL, f"at most {MOST} tags on one person")

    def act(connection: Connection) -> None:
        organization = actor.person.organization
        organizations.lock(connection, organization)
        whole = _known(connection, actor, user)
        before = tags.of_user(connection, whole)
        if len({*tags.of_organization(connection, organization), *clean}) > MOST_IN_ALL:
            raise Refused(Code.FULL, f"at most {MOST_IN_ALL} different tags")
        tags.replace(connection, organization, whole, clean)
        auditing.note(connection, store, actor, organization, "tag", whole, before={"tags": before},
                      after={"tags": clean})

    store.record.write(act)
    return clean


def of_user(store: Store, actor: Actor, user: str) -> list[str]:
    """Raises Refused: forbidden, not_found."""
    return store.record.read(lambda c: tags.of_user(c, _known(c, actor, user)))


def of_organization(store: Store, actor: Actor) -> Mapping[str, int]:
    """Each tag with how many people bear it. Raises Refused(forbidden)."""
    _staff(actor)
    return store.record.read(lambda c: tags.of_organization(c, actor.person.organization))


def _checked(tag: str) -> str:
    clean = " ".join(tag.split())
    if not clean or len(clean) > LONGEST or not clean.isprintable():
        raise Refused(Code.BAD_FRAME, f"a tag has 1 to {LONGEST} printable characters")
    return clean


def _known(connection: Connection, actor: Actor, user: str) -> str:
    _staff(actor)
    whole = aliases.kept(connection, user)
    found = users.one(connection, whole)
    if found is None or found.organization != actor.person.organization or found.erased_at is not None:
        raise Refused(Code.NOT_FOUND, "no such user")
    return whole


def _staff(actor: Actor) -> None:
    if actor.role not in ("owner", "moderator"):
        raise Refused(Code.FORBIDDEN)
