"""Taking words back: one's own for two minutes, and as a moderator those of others."""

from __future__ import annotations

from rooms import authority, authorship, media
from rooms.authority import Actor, Done, Place, checked_reason
from rooms.errors import Code, Refused
from rooms.live import keys
from rooms.permissions import Role, may_act_on
from rooms.record import Connection, allowed, members, reports
from rooms.record.channels import Channel
from rooms.store import Store

OWN_MS = 120_000


def recall(store: Store, actor: Actor, channel: str, seq: int, reason: str = "", *, unseen: bool = False) -> Done:
    """One's own within two minutes, moderators those of others always; those between two members only where one of
    them reported them, or where the caller shows nothing of them (`unseen`).

    Raises Refused: not_found, not_member, forbidden, too_long.
    """
    def of_two(connection: Connection, two: Channel) -> bool:
        return unseen or allowed.lists(connection, two.id, actor.person.id) or bool(
            reports.of_entry(connection, two.id, seq))

    where = authority.find(store, actor, channel, of_two=of_two)
    reason = checked_reason(reason)
    said = authorship.recorded(store, channel, seq)
    author = said.by or authorship.in_the_log(store, channel, seq)
    if author not in ("", actor.person.id) and not _is_recalled(store, channel, seq):
        store.record.write(lambda c: _write_down(c, store, actor, where, author, seq, reason))
    done = authority.tell(store, actor, where, "recalled", "", {"of": seq},
                          ["recall", str(seq), str(OWN_MS), said.by, str(said.at)])
    media.recalled(store, channel, seq)
    return done


def _write_down(connection: Connection, store: Store, actor: Actor, where: Place, author: str, seq: int,
                reason: str) -> None:
    """What the gate will ask is asked here too, so that nothing is written down that nobody may do."""
    authority.may(connection, store, actor, where)
    role = actor.role or members.role(connection, where.room, actor.person.id)
    if not may_act_on(role, members.role(connection, where.room, author) or Role.GUEST):
        raise Refused(Code.FORBIDDEN)
    authority.write_down(connection, store, actor, where, "recall", author, reason, after={"seq": seq})


def _is_recalled(store: Store, channel: str, seq: int) -> bool:
    key = keys.of_channel(store.live.prefix, channel).recalled
    return store.live.command("ZSCORE", key, str(seq), key=key) is not None
