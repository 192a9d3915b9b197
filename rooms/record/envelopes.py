"""Words that lie outside of the log: held messages, announcements to many, what WeChat is asked about, what webhooks
are told. With a master key they are sealed under their organization's data key, as entries are; else they lie as they
are.

What is sealed begins with a character that no words begin with, then base64. It is bound to its place (table and row),
so that it cannot be moved to another.
"""

from __future__ import annotations

from base64 import b64decode, b64encode

from sqlalchemy import Connection, select, update

from rooms.errors import Code, Refused
from rooms.record import bodies, keyring, tables

MARK = "\x02"
_LYING = ((tables.held.c.body, "{}"), (tables.broadcasts.c.text, ""), (tables.checks.c.content, ""))
"""What may lie open from before there was a master key, and what it is where nothing is left of it."""


def close(connection: Connection, organization: str, words: str, place: str) -> str:
    """Raises Refused(unavailable) where the organization has no data key yet (see `Record.prepare`)."""
    words = words.lstrip(MARK)
    keys = keyring.of(connection)
    if not keys.seals or not words:
        return words
    key = keys.current(connection, organization)
    if key is None:
        raise Refused(Code.UNAVAILABLE, f"{organization} has no data key yet", retry_after_ms=1_000)
    sealed = keyring.seal(key, bodies.packed(words.encode()), place)
    return MARK + b64encode(sealed).decode()


def opened(connection: Connection, kept: str, place: str, erased: str = "") -> str:
    """The words, however they lie; `erased` where their key was erased. Raises Misconfigured."""
    if not kept.startswith(MARK):
        return kept
    try:
        return bodies.unpacked(keyring.unseal(connection, b64decode(kept[1:]), place)).decode()
    except keyring.ErasedError:
        return erased


def open_still(connection: Connection) -> list[str]:
    """The organizations of which words lie open."""
    found: set[str] = set()
    for column, nothing in _LYING:
        table = column.table
        found.update(connection.scalars(select(table.c.organization).distinct().where(
            ~column.startswith(MARK), column != nothing)))
    return sorted(found)


def close_older(connection: Connection, organization: str, limit: int) -> int:
    """Seals some of an organization's words that lie open; returns how many. For writes."""
    changed = 0
    for column, nothing in _LYING:
        table = column.table
        query = select(table.c.id, column.label("words")).where(
            table.c.organization == organization, ~column.startswith(MARK), column != nothing).limit(limit)
        for id_, words in connection.execute(query).all():
            closed = close(connection, organization, words, f"{table.name}/{id_}")
            connection.execute(update(table).where(table.c.id == id_).values({column.name: closed}))
            changed += 1
    return changed
