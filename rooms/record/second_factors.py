"""Second factors of console accounts, and the codes that stand in for a lost one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from rooms.record import tables
from rooms.record.asking import columns, put


class Totp(NamedTuple):
    """`secret` is sealed; `step` is the last that was used."""

    staff: str
    secret: str
    made_at: int
    confirmed_at: int | None
    step: int


_TABLE, _CODES = tables.staff_totp, tables.staff_codes
_COLUMNS = columns(_TABLE, Totp._fields)


def put_(connection: Connection, totp: Totp) -> None:
    put(connection, _TABLE, [totp._asdict()])


def one(connection: Connection, staff: str) -> Totp | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.staff == staff)).one_or_none()
    return Totp._make(row) if row else None


def use(connection: Connection, staff: str, step: int) -> bool:
    """False when this step or a later one was used before: a code opens once, however many try at once."""
    statement = update(_TABLE).where(_TABLE.c.staff == staff, _TABLE.c.step < step).values(step=step)
    return connection.execute(statement).rowcount > 0


def confirm(connection: Connection, staff: str, at: int) -> None:
    connection.execute(update(_TABLE).where(_TABLE.c.staff == staff).values(confirmed_at=at))


def remove(connection: Connection, staff: str) -> bool:
    connection.execute(delete(_CODES).where(_CODES.c.staff == staff))
    return connection.execute(delete(_TABLE).where(_TABLE.c.staff == staff)).rowcount > 0


def set_codes(connection: Connection, staff: str, digests: Sequence[str]) -> None:
    """In place of those there were."""
    connection.execute(delete(_CODES).where(_CODES.c.staff == staff))
    connection.execute(insert(_CODES), [{"staff": staff, "digest": digest} for digest in digests])


def use_code(connection: Connection, staff: str, digest: str, at: int) -> bool:
    """False for what is no code of theirs, or was used before."""
    statement = update(_CODES).where(
        _CODES.c.staff == staff, _CODES.c.digest == digest, _CODES.c.used_at.is_(None)).values(used_at=at)
    return connection.execute(statement).rowcount > 0


def codes_left(connection: Connection, staff: str) -> int:
    query = select(func.count()).select_from(_CODES).where(_CODES.c.staff == staff, _CODES.c.used_at.is_(None))
    return connection.scalars(query).one()
