"""Organizations and their staff."""

from __future__ import annotations

import re

from rooms import ids, passwords
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.names import name as clean
from rooms.permissions import RANK, Role, StaffRole, rank
from rooms.record import Connection, organizations, staff
from rooms.record.organizations import Organization
from rooms.record.staff import Staff
from rooms.store import Store

SHORTEST_PASSWORD = 8
_EMAIL = re.compile(r"[^\s@\x00-\x1f]{1,64}@[^\s@\x00-\x1f]{1,180}")


def add(store: Store, name: str) -> str:
    """The new organization's id. Raises Refused: bad_frame, too_long."""
    organization = new(name, store.clock.now())
    store.record.write(lambda c: organizations.add(c, organization))
    return organization.id


def rename(store: Store, actor: Actor, name: str) -> None:
    """Raises Refused: forbidden, bad_frame, too_long."""
    from rooms import auditing

    if rank(actor.role) < RANK[Role.OWNER]:
        raise Refused(Code.FORBIDDEN)
    organization, shown = actor.person.organization, clean(name).shown

    def act(connection: Connection) -> None:
        before = organizations.one(connection, organization)
        organizations.rename(connection, organization, shown)
        auditing.note(connection, store, actor, organization, "organization_edit",
                      before={"name": before.name if before else ""}, after={"name": shown})

    store.record.write(act)


def add_staff(store: Store, organization: str, email: str, role: str, password: str) -> str:
    """The id of a new console account. Raises Refused: not_found (organization), duplicate (address), bad_frame."""
    person = new_staff(organization, email, role, password, store.clock.now())
    if store.record.read(lambda c: organizations.one(c, organization)) is None:
        raise Refused(Code.NOT_FOUND, "no such organization")
    if not store.record.write(lambda c: staff.add(c, person)):
        raise Refused(Code.DUPLICATE, "this address has a console account already")
    return person.id


def new(name: str, now: int) -> Organization:
    return Organization(ids.new("o"), clean(name).shown, now)


def new_staff(organization: str, email: str, role: str, password: str, now: int) -> Staff:
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise Refused(Code.BAD_FRAME, "not an e-mail address")
    if role not in list(StaffRole):
        raise Refused(Code.BAD_FRAME, f"role: one of {', '.join(StaffRole)}")
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(Code.BAD_FRAME, f"a password has at least {SHORTEST_PASSWORD} characters")
    return Staff(ids.new("s"), email, organization, role, passwords.seal(password), now)
