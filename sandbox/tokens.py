"""Access tokens of one account: the classic chain, and the stable token that lives apart from it."""

import secrets
from dataclasses import dataclass

from sandbox.bounded import Bounded
from sandbox.clock import Clock
from sandbox.errors import Refusal
from sandbox.limits import (
    KEPT_TOKENS,
    REPLACED_TOKEN_SECONDS,
    STABLE_FORCE_PAUSE_SECONDS,
    STABLE_FORCES_A_DAY,
    STABLE_RENEWAL_SECONDS,
    TOKEN_SECONDS,
)


@dataclass
class Token:
    appid: str
    text: str
    expires_at: float
    replaced: bool = False


class Mint:
    """Issues and checks the tokens of all accounts, by the virtual clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.issued: Bounded[str, Token] = Bounded(KEPT_TOKENS)
        self.classic_now: dict[str, Token] = {}
        self.stable_now: dict[str, Token] = {}
        self.forced_at: dict[str, list[tuple[str, float]]] = {}

    def classic(self, appid: str) -> Token:
        """Every call gives a new token; the one before it goes on for five minutes."""
        old = self.classic_now.get(appid)
        if old:
            replace(old, self.clock.now() + REPLACED_TOKEN_SECONDS)
        self.classic_now[appid] = self._issue(appid)
        return self.classic_now[appid]

    def stable(self, appid: str, force: bool) -> Token:
        """The same token until five minutes before its end; `force` kills it, as often as is allowed."""
        old = self.stable_now.get(appid)
        if old and force and self._may_force(appid):
            replace(old, self.clock.now())
        elif old and self.clock.now() < old.expires_at - STABLE_RENEWAL_SECONDS:
            return old
        self.stable_now[appid] = self._issue(appid)
        return self.stable_now[appid]

    def check(self, text: str) -> str:
        """The appid to which a token belongs, or the refusal that the platform gives for it."""
        if len(text) < 40:
            raise Refusal(40014)
        token = self.issued.get(text)
        if not token:
            raise Refusal(40001)
        if self.clock.now() >= token.expires_at:
            raise Refusal(40001 if token.replaced else 42001)
        return token.appid

    def _issue(self, appid: str) -> Token:
        token = Token(appid, "90_" + secrets.token_urlsafe(99), self.clock.now() + TOKEN_SECONDS)
        self.issued[token.text] = token
        return token

    def _may_force(self, appid: str) -> bool:
        now, today = self.clock.now(), self.clock.day()
        earlier = [(day, at) for day, at in self.forced_at.get(appid, []) if day == today]
        too_soon = bool(earlier) and now - earlier[-1][1] < STABLE_FORCE_PAUSE_SECONDS
        if too_soon or len(earlier) >= STABLE_FORCES_A_DAY:
            return False
        self.forced_at[appid] = [*earlier, (today, now)]
        return True


def replace(token: Token, end: float) -> None:
    """A newer token took the place of this one, which therefore ends at `end` at the latest."""
    token.expires_at = min(token.expires_at, end)
    token.replaced = True
