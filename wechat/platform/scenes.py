"""What a QR code's scene says: a room or a channel, signed, so that nobody can make up a way in. At most 64 characters.

    c_4f7k2m9qxz01ab.3kq1v0000000.Qm9…
    the place        its last second, in hexadecimal, or 0 for never; 16 bytes of HMAC-SHA-256 in base64
"""

from __future__ import annotations

import base64
import hmac
import re

from rooms import ids

QRSCENE = "qrscene_"
"""What WeChat puts before the scene of somebody who followed by scanning."""
_SCENE = re.compile(r"([rc]_[0-9a-z]{10,14})\.([0-9a-f]{1,10})\.([A-Za-z0-9_-]{22})")


def sign(secret_key: str, appid: str, place: str, expires_at: int = 0) -> str:
    """The scene for a room or channel id in one account's codes; `expires_at` in seconds, 0 for never."""
    return f"{place}.{expires_at:x}.{_seal(secret_key, appid, place, expires_at)}"


def verify(secret_key: str, appid: str, scene: str, now: int) -> str | None:
    """The room or channel id, or None for a scene that is not ours or is over. `now` in seconds."""
    parts = _SCENE.fullmatch(scene.removeprefix(QRSCENE))
    if parts is None or not (ids.is_room(parts[1]) or ids.is_channel(parts[1])):
        return None
    place, expires_at = parts[1], int(parts[2], 16)
    right = _seal(secret_key, appid, place, expires_at)
    if not hmac.compare_digest(right, parts[3]) or 0 < expires_at <= now:
        return None
    return place


def _seal(secret_key: str, appid: str, place: str, expires_at: int) -> str:
    told = f"scene\0{appid}\0{place}\0{expires_at}".encode()
    return base64.urlsafe_b64encode(hmac.digest(secret_key.encode(), told, "sha256")[:16]).decode().rstrip("=")
