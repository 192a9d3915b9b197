"""A kept file as the answer to a request: whole, a part of it, or the word that it is still the same."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import Response, request

from media.kinds import CONTENT_TYPES
from media.store import MediaStore
from rooms.media import Media

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_SEAL = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
         "Cross-Origin-Resource-Policy": "same-origin", "Accept-Ranges": "bytes",
         "Cache-Control": "private, max-age=600"}


def answer(kept: MediaStore, each: Media, variant: str) -> Response:
    """One of its variants. Raises Absent."""
    key, tag = f"{each.organization}/{each.id}/{variant}", f'"{each.id}-{variant}"'
    headers = {**_SEAL, "ETag": tag, "Content-Disposition": _disposition(each, variant),
               "Content-Type": CONTENT_TYPES.get(variant.rpartition(".")[2], "application/octet-stream")}
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers=headers)
    size = kept.size(key)
    asked = request.headers.get("Range", "") if request.headers.get("If-Range", tag) == tag else ""
    part = _part(asked, size)
    if part is None:
        return Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    first, last = part
    headers["Content-Length"] = str(last - first + 1)
    if (first, last) != (0, size - 1) or _RANGE.fullmatch(asked):
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    body = () if request.method == "HEAD" else kept.read(key, first, last).chunks
    return Response(body, status=206 if "Content-Range" in headers else 200, headers=headers)


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """The first and last byte that are asked for; everything where the words are not understood, as RFC 9110 wants;
    None where there is nothing there."""
    found = _RANGE.fullmatch(asked)
    if found is None or found.groups() == ("", ""):
        return 0, size - 1
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) else None
    if int(first) >= size or (last and int(last) < int(first)):
        return None
    return int(first), min(int(last), size - 1) if last else size - 1


def _disposition(each: Media, variant: str) -> str:
    """Always to be saved, never to be run; the ending is that of what it is."""
    ending = variant.rpartition(".")[2]
    stem = each.name.rpartition(".")[0] or each.name or each.id
    return f"attachment; filename=\"{each.id}.{ending}\"; filename*=UTF-8''{quote(f'{stem}.{ending}', safe='')}"
