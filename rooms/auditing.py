"""The audit as others read it: JSON Lines, which can be verified without us, and the state of the chain.

Each line holds an act, its number, and a SHA-256 over the line before and itself: `sha256(json([hash before, number,
at, actor, door, act, target, room, channel, reason, before, after]))`, Unicode as it is. Whoever keeps the last hash
elsewhere notices also when the end was cut off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from rooms.errors import Code, Refused
from rooms.record import Connection, audit
from rooms.record.audit import GENESIS, Act, Row
from rooms.store import Store

if TYPE_CHECKING:
    from rooms.authority import Actor

OPERATOR = "operator"
"""Who acts without a console account: by the operators' command."""


class Verified(NamedTuple):
    """`acts` fit, the last with the hash `head`; `broken` is the number of the first that does not, or None."""

    acts: int
    head: str
    broken: int | None


def note(connection: Connection, store: Store, actor: Actor | None, organization: str, act: str, target: str = "",
         room: str = "", channel: str = "", reason: str = "", before: Mapping[str, Any] | None = None,
         after: Mapping[str, Any] | None = None) -> None:
    """Writes an act down, in the transaction that does it. Without an actor it was the operator of the house."""
    encode = msgspec.json.encode
    who, door = (actor.person.id, actor.person.door.value) if actor else (OPERATOR, OPERATOR)
    audit.add(connection, organization, Act(
        store.clock.now(), who, door, act, target, room, channel, reason, encode(before or {}).decode(),
        encode(after or {}).decode()))


def export(store: Store, organization: str, after: int = 0) -> Iterator[str]:
    """The acts above number `after`, one JSON object each, in order. Reads page by page: it may be long."""
    while True:
        rows = store.record.read(lambda c, after=after: audit.page(c, organization, after))  # type: ignore[misc]
        yield from (_line(row) for row in rows)
        if not rows:
            return
        after = rows[-1].number


def verify(store: Store, organization: str) -> Verified:
    """The chain as it lies in the record."""
    return verify_lines(export(store, organization))


def verify_lines(lines: Iterable[str]) -> Verified:
    """The chain as it lies in an export from the first act on. Raises Refused(bad_frame) for what is none."""
    number, head = 0, GENESIS
    for line in lines:
        if not line.strip():
            continue
        row = _read(line)
        if row.number != number + 1 or row.hash != audit.hash_of(head, row.number, row.act):
            return Verified(number, head, number + 1)
        number, head = row.number, row.hash
    return Verified(number, head, None)


def _line(row: Row) -> str:
    told: dict[str, Any] = {"number": row.number, **row.act._asdict(), "hash": row.hash}
    return msgspec.json.encode(told).decode()


def _read(line: str) -> Row:
    try:
        told = msgspec.json.decode(line)
        return Row(int(told["number"]), Act(**{name: told[name] for name in Act._fields}), str(told["hash"]))
    except (ValueError, KeyError, TypeError) as wrong:
        raise Refused(Code.BAD_FRAME, "not an export of the audit") from wrong
