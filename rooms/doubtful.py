"""What WeChat left to people about somebody's name or picture: who decides, and where it waits."""

from __future__ import annotations

from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.permissions import moderates
from rooms.record import Connection
from rooms.record import safety as rows
from rooms.record.safety import Check

_NOUNS = {rows.NAME: "name", rows.AVATAR: "picture"}


def check_actor(actor: Actor) -> None:
    """Names and pictures of people are the organization's: who keeps order in one room alone does not decide about
    them. Raises Refused(forbidden)."""
    if not moderates(actor.role):
        raise Refused(Code.FORBIDDEN)


def one(connection: Connection, actor: Actor, kind: str, id: str) -> Check:  # noqa: A002 - the check's
    """Raises Refused(not_found), also for another organization's."""
    found = rows.one(connection, id)
    if found is None or found.organization != actor.person.organization or found.kind != kind:
        raise Refused(Code.NOT_FOUND, f"no such {_NOUNS[kind]}")
    return found
