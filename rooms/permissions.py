"""Who may do what. One order of roles, one function, and the same answer for "not allowed" and "not found" where
telling them apart would tell a stranger something.

The scripts of the gate decide with the same order at the moment of the act; what is decided here is what is written to
the record before.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """In a room, from the least to the most."""

    GUEST = "guest"
    MEMBER = "member"
    MODERATOR = "moderator"
    OWNER = "owner"


class StaffRole(StrEnum):
    """In an organization's console. What each may do in rooms is that of a room's role; auditors only read."""

    OWNER = "owner"
    ADMIN = "admin"
    MODERATOR = "moderator"
    AUDITOR = "auditor"


class Right(StrEnum):
    """What a channel may grant to some only."""

    SEE = "see"
    ENTER = "enter"
    POST = "post"


EVERYONE, LIST = "everyone", "list"
AUDIENCES = (EVERYONE, *Role, LIST)
"""Who may: everyone, those with at least this role in the room, or the people of a list (and moderators)."""

RANK = {role.value: rank for rank, role in enumerate(Role)}
IN_ROOMS = {StaffRole.OWNER: Role.OWNER, StaffRole.ADMIN: Role.OWNER, StaffRole.MODERATOR: Role.MODERATOR}


def rank(role: str | None) -> int:
    """-1 for who is nobody here."""
    return RANK.get(role or "", -1)


def allows(rule: str | None, role: str | None, listed: bool) -> bool:
    """Whether a channel's rule for a right lets somebody; no rule means everyone. The scripts decide the same."""
    if rule == LIST:
        return listed or moderates(role)
    return rank(role) >= RANK.get(rule or EVERYONE, -1)


def moderates(role: str | None) -> bool:
    return rank(role) >= RANK[Role.MODERATOR]


def may_act_on(actor: str | None, target: str | None) -> bool:
    """Moderators act on those below them; nobody on their equals."""
    return moderates(actor) and rank(actor) > rank(target)
