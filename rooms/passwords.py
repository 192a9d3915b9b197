"""Passwords of rooms and staff: argon2id, a few at a time, never on the loop."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rooms import native
from rooms.errors import Code, Refused

TOGETHER = 2
"""Each hash takes 64 MiB and most of a core."""

LONGEST = 200
_hasher = PasswordHasher()
_turn = threading.BoundedSemaphore(TOGETHER)


def seal(password: str) -> str:
    """Raises Refused(bad_frame) for an empty or endless one."""
    if not 1 <= len(password) <= LONGEST:
        raise Refused(Code.BAD_FRAME, f"a password has 1 to {LONGEST} characters")
    with _turn:
        return native.run(lambda: _hasher.hash(_bytes(password)))


def fits(password: str, sealed: str) -> bool:
    if not 1 <= len(password) <= LONGEST:
        return False
    with _turn:
        return native.run(lambda: _fits(_bytes(password), sealed))


def _fits(password: bytes, sealed: str) -> bool:
    try:
        return _hasher.verify(sealed, password)
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
