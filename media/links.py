"""Addresses under which somebody may fetch a file for a while: signed, for one person, one file, one time."""

from __future__ import annotations

import hashlib
import hmac
from typing import NamedTuple

from rooms.media import Media

HOUR_MS = 3_600_000
SIGNATURE = 40


class Link(NamedTuple):
    media: str
    variant: str
    user: str
    expires: int


class Links:
    def __init__(self, secret_key: str) -> None:
        self._key = hmac.new(secret_key.encode(), b"teahouse media links", hashlib.sha256).digest()

    def to(self, media: Media, variant: str, user: str, now: int) -> str:
        """A path that works for one to two hours, and is the same within an hour so that it can be cached."""
        expires = (now // HOUR_MS + 2) * HOUR_MS
        link = Link(media.id, variant, user, expires)
        return f"/media/{media.id}/{variant}?u={user}&e={expires}&s={self._sign(link)}"

    def is_good(self, link: Link, signature: str, now: int) -> bool:
        return now < link.expires and hmac.compare_digest(self._sign(link).encode(), signature.encode())

    def _sign(self, link: Link) -> str:
        return hmac.new(self._key, "\n".join(map(str, link)).encode(), hashlib.sha256).hexdigest()[:SIGNATURE]
