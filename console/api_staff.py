"""`/staff`: who works at the console."""

from __future__ import annotations

import secrets
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from console.asking import Ask, Done, In, Out, Password, given
from rooms import staff
from rooms.errors import Code, Refused
from rooms.permissions import StaffRole
from rooms.record import second_factors
from rooms.record.staff import Staff

StaffName = Annotated[str, Meta(max_length=128)]


class StaffRow(Out):
    id: str
    email: str
    name: str
    role: str
    active: bool
    totp: bool
    created_at: int


class StaffList(Out):
    staff: list[StaffRow]


class NewStaff(In):
    """Without a password one is made, and told in the answer."""

    email: Annotated[str, Meta(max_length=255)]
    role: StaffRole
    name: StaffName = ""
    password: Password = ""


class StaffMade(Out):
    """`password` only where it was made here; it is shown only now."""

    id: str
    password: str | None


class EditStaff(In):
    """Another role, or the end of `active`, signs the account out everywhere."""

    name: StaffName | UnsetType = UNSET
    role: StaffRole | UnsetType = UNSET
    active: bool | UnsetType = UNSET


def listed(ask: Ask) -> StaffList:
    return StaffList(staff=[_row(ask, one) for one in staff.every(ask.store, ask.organization)])


def make(ask: Ask, body: NewStaff) -> StaffMade:
    password = body.password or secrets.token_urlsafe(12)
    made = staff.add(ask.store, ask.actor, body.role, body.email, body.name, password, ask.who.role)
    return StaffMade(id=made, password=None if body.password else password)


def edit(ask: Ask, account: str, body: EditStaff) -> StaffRow:
    staff.edit(ask.store, ask.actor, account, ask.who.role, **given(body))
    return _row(ask, _find(ask, account))


def reset_totp(ask: Ask, account: str) -> Done:
    """For who lost their phone and their recovery codes. Signs the account out everywhere."""
    staff.reset_for(ask.store, ask.actor, _find(ask, account).id, ask.who.role)
    return Done()


def _find(ask: Ask, account: str) -> Staff:
    for one in staff.every(ask.store, ask.organization):
        if one.id == account:
            return one
    raise Refused(Code.NOT_FOUND, "no such account")


def _row(ask: Ask, one: Staff) -> StaffRow:
    factor = ask.store.record.read(lambda c: second_factors.one(c, one.id))
    return StaffRow(id=one.id, email=one.email, name=one.name, role=one.role, active=one.deactivated_at is None,
                    totp=factor is not None and factor.confirmed_at is not None, created_at=one.created_at)
