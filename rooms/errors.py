"""What can be refused, and what can go wrong.

    TeahouseError
    ├── Refused          an answer: a code, whether it may pass, and when to come back
    └── Misconfigured    the start is stopped; the message names what to change

A refusal is worded three times outside (a code for the mini-program, a sentence for the follower, a message in
the console) and decided once, here in the core.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """The refusal codes of the protocol; a name here is part of the contract with clients."""

    BAD_FRAME = "bad_frame"
    UNAUTHENTICATED = "unauthenticated"
    EXPIRED = "expired"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    PASSWORD_NEEDED = "password_needed"  # noqa: S105 - a code, not a secret
    PASSWORD_WRONG = "password_wrong"  # noqa: S105 - likewise
    VERIFY_PHONE = "verify_phone"
    NOT_MEMBER = "not_member"
    NOT_ENTERED = "not_entered"
    MUTED = "muted"
    MUTED_ALL = "muted_all"
    SLOW_MODE = "slow_mode"
    RATE_LIMITED = "rate_limited"
    DUPLICATE = "duplicate"
    TOO_LONG = "too_long"
    BLOCKED_WORDS = "blocked_words"
    BANNED = "banned"
    FULL = "full"
    QUEUE_FULL = "queue_full"
    CLOSED = "closed"
    UNAVAILABLE = "unavailable"


PASSING = frozenset({Code.MUTED, Code.MUTED_ALL, Code.SLOW_MODE, Code.RATE_LIMITED, Code.FULL, Code.QUEUE_FULL,
                     Code.UNAVAILABLE})
"""Codes of refusals that time alone may lift."""


class TeahouseError(Exception):
    """Anything this program raises on purpose."""


class Misconfigured(TeahouseError):
    """A setting or a server cannot be used as it is; the message is one line that says what to change."""


class Refused(TeahouseError):
    """A verb says no. Nothing was changed.

    `temporary` tells whether the same request may succeed later; `retry_after_ms` when, where that is known.
    """

    def __init__(self, code: Code, message: str = "", retry_after_ms: int | None = None) -> None:
        super().__init__(message or code.value)
        self.code = code
        self.message = message or code.value.replace("_", " ")
        self.retry_after_ms = retry_after_ms

    @property
    def temporary(self) -> bool:
        return self.code in PASSING

    @property
    def retry_after_seconds(self) -> int | None:
        """Whole seconds, rounded up so that a client that waits them is never early."""
        return None if self.retry_after_ms is None else -(-self.retry_after_ms // 1000)
