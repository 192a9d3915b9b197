"""`/audit`: who did what to whom, and the proof that nothing of it was changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Response

from console.asking import Ask, Cursor, Id, In, Limit, Millis, Out
from rooms import auditing, identities, ids
from rooms.errors import Code, Refused
from rooms.record import audit, staff
from rooms.record.audit import Row


class AuditQuery(In):
    """Newest first. `before` and `after` are times; `cursor` goes on."""

    actor: Id | None = None
    act: Id | None = None
    target: Id | None = None
    room: Id | None = None
    channel: Id | None = None
    before: Millis | None = None
    after: Millis | None = None
    cursor: Cursor = ""
    limit: Limit = 50


class ActRow(Out):
    """`before` and `after` are JSON: what the act changed."""

    number: int
    at: int
    actor: str
    actor_name: str
    door: str
    act: str
    target: str
    target_name: str
    room: str
    channel: str
    reason: str
    before: str
    after: str
    hash: str


class Audit(Out):
    acts: list[ActRow]
    cursor: str | None


class Verified(Out):
    """`acts` fit their chain, the last with the hash `head`; `broken` is the number of the first that does not."""

    acts: int
    head: str
    broken: int | None


def listed(ask: Ask, query: AuditQuery) -> Audit:
    if query.cursor and not query.cursor.isdigit():
        raise Refused(Code.BAD_FRAME, "cursor: what the page before ended with")
    chosen = {name: value for name in ("actor", "act", "target", "room", "channel")
              if (value := getattr(query, name)) is not None}
    if query.channel is not None and ids.is_channel(query.channel):
        chosen["room"] = query.room or ids.room_of(query.channel)
    found = ask.store.record.read(lambda c: audit.newest(
        c, ask.organization, chosen, query.after, query.before, int(query.cursor or 0), query.limit))
    called = _names(ask, found)
    shown = [ActRow(number=row.number, hash=row.hash, actor_name=called.get(row.act.actor, ""),
                    target_name=called.get(row.act.target, ""), **row.act._asdict()) for row in found]
    return Audit(acts=shown, cursor=str(found[-1].number) if len(found) == query.limit else None)


def verify(ask: Ask) -> Verified:
    found = auditing.verify(ask.store, ask.organization)
    return Verified(**found._asdict())


def export(ask: Ask) -> Response:
    """JSON Lines, to be verified without us: see `teahouse audit verify`."""
    organization = ask.organization

    def lines() -> Iterator[str]:
        for line in auditing.export(ask.store, organization):
            yield line + "\n"

    return Response(lines(), content_type="application/jsonl", headers={
        "Content-Disposition": f'attachment; filename="audit-{organization}.jsonl"'})


def _names(ask: Ask, rows: Sequence[Row]) -> dict[str, str]:
    wanted = {who for row in rows for who in (row.act.actor, row.act.target) if who}
    called = identities.names_of(ask.store, [who for who in wanted if who.startswith("u_")])
    theirs = ask.store.record.read(lambda c: staff.of_organization(c, ask.organization))
    return called | {one.id: one.name or one.email for one in theirs}
