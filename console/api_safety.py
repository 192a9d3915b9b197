"""`/safety`: what WeChat judges of what the organization's people say and show, and what it found."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from console.asking import Ask, In, Out
from rooms import safety

When = Literal["off", "after", "before"]
Outage = Literal["show", "people"]


class SafetyPolicy(Out):
    """`text` and `media` are judged after they were shown or before; `outage`: what is done where there is no
    verdict."""

    text: When
    media: When
    outage: Outage


class SetSafety(In):
    text: When
    media: When
    outage: Outage


class SafetyQuery(In):
    days: Annotated[int, Meta(ge=1, le=30)] = 30


class VerdictCount(Out):
    """`verdict` is empty where it is still to come."""

    kind: str
    verdict: str
    amount: int


class SafetyStatistics(Out):
    verdicts: list[VerdictCount]


def shown(ask: Ask) -> SafetyPolicy:
    found = safety.policy(ask.store, ask.organization)
    return SafetyPolicy(text=found.text, media=found.media, outage=found.outage)  # type: ignore[arg-type]


def set_policy(ask: Ask, body: SetSafety) -> SafetyPolicy:
    """Counts from now on, in every process within two seconds."""
    safety.set_policy(ask.store, ask.actor, body.text, body.media, body.outage)
    return shown(ask)


def statistics(ask: Ask, query: SafetyQuery) -> SafetyStatistics:
    found = safety.statistics(ask.store, ask.organization, query.days)
    return SafetyStatistics(verdicts=[VerdictCount(kind=kind, verdict=verdict, amount=amount)
                                      for (kind, verdict), amount in sorted(found.items())])
