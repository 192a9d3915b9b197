"""`/spam`: whom the clean-up takes for spammers, what it did about them, and what it may do by itself."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from console.asking import Ask, In, Out
from rooms import identities, spam

Mode = Literal["off", "propose", "act"]
Threshold = Annotated[int, Meta(ge=1, le=100)]
MuteSeconds = Annotated[int, Meta(ge=1, le=spam.LONGEST_MUTE_SECONDS)]


class SpamPolicy(Out):
    """From the score `threshold` on, people are proposed, or muted for `mute_seconds` in the organization."""

    mode: Mode
    threshold: int
    mute_seconds: int


class SetSpam(In):
    mode: Mode
    threshold: Threshold = 60
    mute_seconds: MuteSeconds = 86_400


class SuspectedQuery(In):
    days: Annotated[int, Meta(ge=1, le=30)] = 7


class SuspicionView(Out):
    """`why`: each sign and what it adds to the score. `state`: proposed, acted, dismissed, undone. `by` is empty while
    nobody decided; what was `acted` can be undone until `undo_until`."""

    id: str
    user: str
    name: str
    score: int
    why: dict[str, int]
    state: str
    at: int
    decided_at: int | None
    by: str
    undo_until: int | None


class Suspicions(Out):
    suspicions: list[SuspicionView]


class DecideSuspicion(In):
    """`mute` or `dismiss` what was proposed; `undo` what was acted."""

    decision: Literal["mute", "dismiss", "undo"]


class SuspicionDecided(Out):
    """False: it had been decided already."""

    decided: bool


def shown(ask: Ask) -> SpamPolicy:
    found = spam.policy(ask.store, ask.organization)
    return SpamPolicy(mode=found.mode, threshold=found.threshold,  # type: ignore[arg-type]
                      mute_seconds=found.mute_seconds)


def set_policy(ask: Ask, body: SetSpam) -> SpamPolicy:
    spam.set_policy(ask.store, ask.actor, body.mode, body.threshold, body.mute_seconds)
    return shown(ask)


def suspected(ask: Ask, query: SuspectedQuery) -> Suspicions:
    """What the clean-up proposed and did, the newest first."""
    found = spam.suspected(ask.store, ask.who.reader, query.days)
    called = identities.names_of(ask.store, [one.user for one in found])
    return Suspicions(suspicions=[SuspicionView(
        id=one.id, user=one.user, name=called.get(one.user, ""), score=one.score, why=msgspec.json.decode(one.why),
        state=one.state, at=one.at, decided_at=one.decided_at, by=one.by, undo_until=spam.undo_until(one))
        for one in found])


def decide(ask: Ask, suspicion: str, body: DecideSuspicion) -> SuspicionDecided:
    if body.decision == "undo":
        return SuspicionDecided(decided=spam.undo(ask.store, ask.actor, suspicion))
    return SuspicionDecided(decided=spam.decide(ask.store, ask.actor, suspicion, body.decision == "mute"))
