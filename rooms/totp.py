"""Time-based one-time passwords (RFC 6238: SHA-1, six digits, thirty seconds), as every app knows them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from urllib.parse import quote

STEP_MS = 30_000
SLACK = 1
"""Steps that a phone's clock may be early or late."""


def new_secret() -> str:
    """160 bits in base 32, as it is typed or scanned."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def uri(secret: str, email: str, issuer: str = "Teahouse") -> str:
    """What the QR code holds."""
    return f"otpauth://totp/{quote(issuer)}:{quote(email)}?secret={secret}&issuer={quote(issuer)}"


def code(secret: str, step: int) -> str:
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1)
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start:start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def step_of(secret: str, typed: str, now: int) -> int | None:
    """The step whose code this is; None when it is none of now. Compares all, so that time tells nothing."""
    current, found = now // STEP_MS, None
    for step in range(current - SLACK, current + SLACK + 1):
        if hmac.compare_digest(code(secret, step).encode(), typed.encode("utf-8", "replace")):
            found = step
    return found
