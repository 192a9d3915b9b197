"""`/organization`: what holds for the whole of it."""

from __future__ import annotations

from console.asking import Ask, In, Name, Out
from rooms import orgs
from rooms.errors import Code, Refused
from rooms.record import organizations


class OrganizationView(Out):
    id: str
    name: str
    created_at: int


class EditOrganization(In):
    name: Name


def shown(ask: Ask) -> OrganizationView:
    known = ask.store.record.read(lambda c: organizations.one(c, ask.organization))
    if known is None:
        raise Refused(Code.NOT_FOUND)
    return OrganizationView(id=known.id, name=known.name, created_at=known.created_at)


def edit(ask: Ask, body: EditOrganization) -> OrganizationView:
    orgs.rename(ask.store, ask.actor, body.name)
    return shown(ask)
