"""Bearer tokens: who, until when, signed. Nothing is stored; signing out moves the user's `tokens_after`."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

import msgspec

from rooms.errors import Code, Refused

LIFETIME_SECONDS = 7 * 24 * 3600
_PURPOSE = b"teahouse bearer token 1"


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`issued` and `expires` in ms since 1970."""

    user: str
    organization: str
    issued: int
    expires: int


_decoder = msgspec.json.Decoder(Claims)


class Tokens:
    def __init__(self, secret_key: str) -> None:
        self._key = hmac.digest(secret_key.encode(), _PURPOSE, sha256)

    def issue(self, user: str, organization: str, now: int, lifetime_seconds: int = LIFETIME_SECONDS) -> str:
        claims = Claims(user, organization, now, now + lifetime_seconds * 1000)
        payload = urlsafe_b64encode(msgspec.json.encode(claims)).rstrip(b"=")
        return f"{payload.decode()}.{self._signature(payload)}"

    def verify(self, token: str, now: int) -> Claims:
        """Raises Refused: unauthenticated for what we never issued, expired for what is over."""
        payload, _, signature = token.partition(".")
        if not token.isascii() or not hmac.compare_digest(signature, self._signature(payload.encode())):
            raise Refused(Code.UNAUTHENTICATED, "the token is not one of ours")
        claims = _decoder.decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        if now >= claims.expires:
            raise Refused(Code.EXPIRED, "the token is over; log in again")
        return claims

    def _signature(self, payload: bytes) -> str:
        return urlsafe_b64encode(hmac.digest(self._key, payload, sha256)).rstrip(b"=").decode()
