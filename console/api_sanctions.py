"""`/sanctions`: who is muted or banned where, and acts on people."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from console.api_channels import Acted
from console.api_people import SanctionView, find, sanction_view
from console.asking import Ask, Id, In, Out, Page, Reason, Seconds
from rooms import identities, sanctions
from rooms.errors import Code, Refused
from rooms.record import people


class SanctionsQuery(Page):
    kind: Literal["mute", "ban"] | None = None
    room: Id | None = None


class SanctionsPage(Out):
    sanctions: list[SanctionView]
    cursor: str | None


class Act(In):
    """`place`: a channel, a room, or the organization. Without `seconds`, open-ended."""

    act: Literal["mute", "unmute", "kick", "ban", "pardon"]
    place: Id
    user: Id
    seconds: Seconds | UnsetType = UNSET
    reason: Reason = ""


def listed(ask: Ask, query: SanctionsQuery) -> SanctionsPage:
    """Those that stand now."""
    found = ask.store.record.read(lambda c: people.sanctioned(
        c, ask.organization, query.kind or "", query.room or "", ask.store.clock.now(), query.cursor, query.limit))
    cursor = people.place_of(found[-1]) if len(found) == query.limit else None
    called = identities.names_of(ask.store, [one.user for one in found])
    return SanctionsPage(sanctions=[sanction_view(one, called.get(one.user, "")) for one in found], cursor=cursor)


def act(ask: Ask, body: Act) -> Acted:
    """Kicks are from a room or channel; the others also from the whole organization."""
    user, seconds = find(ask, body.user).id, None if body.seconds is UNSET else body.seconds
    if seconds is not None and body.act not in ("mute", "ban"):
        raise Refused(Code.BAD_FRAME, "seconds are for mute and ban")
    if body.act in ("mute", "ban"):
        verb = sanctions.mute if body.act == "mute" else sanctions.ban
        done = verb(ask.store, ask.actor, body.place, user, seconds, body.reason)
    else:
        ending = {"unmute": sanctions.unmute, "kick": sanctions.kick, "pardon": sanctions.pardon}[body.act]
        done = ending(ask.store, ask.actor, body.place, user, body.reason)
    return Acted(seqs=dict(done.seqs))
