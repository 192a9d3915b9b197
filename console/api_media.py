"""`/media`: what people show each other, for staff who have to judge it."""

from __future__ import annotations

from flask import Response

from console.asking import Ask, In
from media import sending
from media.store import Absent, chosen
from rooms import media
from rooms.errors import Code, Refused
from rooms.media import READY, Media


class PictureQuery(In):
    small: bool = False


def picture(ask: Ask, media_id: str, query: PictureQuery) -> Response:
    """A picture, or the one that stands for a video."""
    found = _find(ask, media_id)
    if found.poster:
        found = _find(ask, found.poster)
    if found.type != "image":
        raise Refused(Code.NOT_FOUND)
    small = next((one for one in found.variants.split() if one.startswith("thumb.")), None)
    return send(ask, found, small if query.small and small else _main(found))


def file(ask: Ask, media_id: str) -> Response:
    """The picture, voice, video or file itself."""
    found = _find(ask, media_id)
    return send(ask, found, _main(found))


def _main(found: Media) -> str:
    return found.variants.split()[0]


def _find(ask: Ask, media_id: str) -> Media:
    found = media.overlooked(ask.store, ask.organization, media_id)
    if found is None or found.state != READY:
        raise Refused(Code.NOT_FOUND)
    return found


def send(ask: Ask, found: Media, variant: str) -> Response:
    try:
        return sending.answer(chosen(ask.settings), found, variant)
    except Absent:
        raise Refused(Code.NOT_FOUND) from None
