"""What each answer of WeChat to a message means for what we do next. Pure.

The table follows the platform's error list; what is not in it is a plain failure that is looked at again later.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from wechat.platform.sending import Outcome, State

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
DAY = 24 * HOUR
CHINA_MS = 8 * HOUR
"""WeChat's days end at midnight in China, which keeps UTC+8 all year."""
FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 2 * SECOND, 10 * MINUTE
LATER_MS = HOUR


class Bucket(StrEnum):
    """What becomes of the message that was taken out of the window's bucket."""

    SPENT = "spent"
    GIVEN_BACK = "given back"
    SHUT = "shut"
    ALL_SHUT = "all shut"


class Reaction(NamedTuple):
    """`stop_ms`: the account sends nothing for so long. `again_ms`: this follower is looked at again then; None: when
    they act. `alarm`: an operator has to do something."""

    bucket: Bucket
    again_ms: int | None = None
    stop_ms: int = 0
    reachable: bool = True
    follows: bool = True
    alarm: str = ""
    no_yes: bool = False
    """They gave no yes to this template, or it is spent."""
    template_off: bool = False
    """The template cannot be used as it is set."""


_BY_CODE: dict[int, Reaction] = {
    40003: Reaction(Bucket.GIVEN_BACK, reachable=False),
    43004: Reaction(Bucket.GIVEN_BACK, follows=False),
    50005: Reaction(Bucket.GIVEN_BACK, follows=False),
    45015: Reaction(Bucket.ALL_SHUT),
    45047: Reaction(Bucket.SHUT, again_ms=MINUTE),
    43101: Reaction(Bucket.SPENT, again_ms=0, no_yes=True),
    40037: Reaction(Bucket.GIVEN_BACK, again_ms=0, template_off=True, alarm="the template is not the account's"),
    41030: Reaction(Bucket.GIVEN_BACK, again_ms=0, template_off=True, alarm="the page is not in the released version"),
    47003: Reaction(Bucket.GIVEN_BACK, again_ms=0, template_off=True, alarm="a field of the template is not as set"),
    48002: Reaction(Bucket.GIVEN_BACK, reachable=False),
    45002: Reaction(Bucket.GIVEN_BACK, again_ms=LATER_MS, alarm="a text was too long"),
    48001: Reaction(Bucket.GIVEN_BACK, stop_ms=DAY, alarm="the account may not send customer-service messages"),
    48008: Reaction(Bucket.GIVEN_BACK, again_ms=0),
    40200: Reaction(Bucket.GIVEN_BACK, again_ms=0),
    45028: Reaction(Bucket.GIVEN_BACK, stop_ms=DAY, alarm="no mass message is left"),
    48004: Reaction(Bucket.GIVEN_BACK, stop_ms=DAY, alarm="sending is banned for the account"),
    50001: Reaction(Bucket.GIVEN_BACK, stop_ms=HOUR, alarm="the account is not authorized"),
    50002: Reaction(Bucket.GIVEN_BACK, stop_ms=HOUR, alarm="the account is limited"),
    40164: Reaction(Bucket.GIVEN_BACK, stop_ms=10 * MINUTE, alarm="this address is not in the account's IP whitelist"),
    61004: Reaction(Bucket.GIVEN_BACK, stop_ms=10 * MINUTE, alarm="this address is not registered for the account"),
    40013: Reaction(Bucket.GIVEN_BACK, stop_ms=HOUR, alarm="the appid is wrong"),
    40125: Reaction(Bucket.GIVEN_BACK, stop_ms=HOUR, alarm="the secret is wrong"),
    40243: Reaction(Bucket.GIVEN_BACK, stop_ms=HOUR, alarm="the secret is frozen"),
    40001: Reaction(Bucket.GIVEN_BACK, stop_ms=MINUTE, alarm="the token is refused: who else fetches tokens?"),
    40014: Reaction(Bucket.GIVEN_BACK, stop_ms=MINUTE, alarm="the token is refused"),
    42001: Reaction(Bucket.GIVEN_BACK, stop_ms=MINUTE, alarm="the token is refused as expired"),
}
SYSTEM = frozenset({-1, 40001, 40014, 42001})
"""Not about this message: the next one would fare the same, so the pause grows."""
WHITELIST = frozenset({40164, 61004})
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
STOPS_AFTER_UNKNOWN_MS = 30 * SECOND
STOPS_UNREACHED_MS = 15 * SECOND


def react(outcome: Outcome, now: int, failures: int) -> Reaction:
    """`failures`: how many of this follower's messages failed since they last acted, without this one."""
    if outcome.state is State.SENT:
        return Reaction(Bucket.SPENT)
    if outcome.state is State.UNKNOWN:
        return Reaction(Bucket.SPENT, stop_ms=STOPS_AFTER_UNKNOWN_MS)
    if outcome.errcode in WHITELIST:
        address = _ADDRESS.search(outcome.detail)
        told = f": add {address[0]} to it" if address else ""
        return _BY_CODE[outcome.errcode or 0]._replace(alarm=_BY_CODE[outcome.errcode or 0].alarm + told)
    if outcome.errcode in _BY_CODE:
        return _BY_CODE[outcome.errcode]
    if outcome.errcode == 45009:
        return Reaction(Bucket.GIVEN_BACK, stop_ms=_until_midnight(now), alarm="the day's quota of calls is used up")
    if outcome.errcode in (45011, 44991):
        return Reaction(Bucket.GIVEN_BACK, stop_ms=MINUTE - now % MINUTE + now % 997)
    if outcome.errcode is None:
        return Reaction(Bucket.GIVEN_BACK, again_ms=STOPS_UNREACHED_MS, stop_ms=STOPS_UNREACHED_MS)
    stop_ms = STOPS_UNREACHED_MS if outcome.errcode in SYSTEM else 0
    return Reaction(Bucket.GIVEN_BACK, min(FIRST_PAUSE_MS * 4**failures, LONGEST_PAUSE_MS), stop_ms)


def _until_midnight(now: int) -> int:
    return DAY - (now + CHINA_MS) % DAY
