"""What a follower sends besides words, as a message of the room. Pure.

A place and a link are said at once. Of pictures, voices and videos WeChat tells an id, under which the file can be had
for three days: they are fetched after the answer (see `fetching`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

FETCHED = {"image": "image", "voice": "voice", "video": "video", "shortvideo": "video"}
"""WeChat's name → the message type."""
LONGEST_NAME, LONGEST_URL, LONGEST_ID = 200, 1_024, 256


class Said(NamedTuple):
    type: str
    body: dict[str, Any]


class ToFetch(NamedTuple):
    type: str
    media_id: str


def read(kind: str, fields: Mapping[str, str]) -> Said | ToFetch | None:
    """None for what cannot be passed on."""
    if kind in FETCHED:
        media_id = fields.get("MediaId", "")
        return ToFetch(FETCHED[kind], media_id) if 0 < len(media_id) <= LONGEST_ID and media_id.isascii() else None
    if kind == "location":
        return _location(fields)
    if kind == "link":
        return _link(fields)
    return None


def _location(fields: Mapping[str, str]) -> Said | None:
    latitude, longitude = (_degrees(fields.get(name, "")) for name in ("Location_X", "Location_Y"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    label = _line(fields.get("Label", ""))
    name = _line(fields.get("Poiname", "")) or label
    return Said("location", {"latitude": latitude, "longitude": longitude, "name": name, "address": label})


def _link(fields: Mapping[str, str]) -> Said | None:
    url = fields.get("Url", "").strip()
    if not url.lower().startswith(("http://", "https://")) or len(url) > LONGEST_URL or not url.isprintable():
        return None
    return Said("link", {"title": _line(fields.get("Title", "")) or url[:LONGEST_NAME], "url": url,
                         "description": _line(fields.get("Description", ""))})


def _degrees(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number and abs(number) < 1_000 else None


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_NAME]
