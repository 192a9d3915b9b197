"""What stands in an address after the question mark."""

from __future__ import annotations

from flask import request

from rooms.errors import Code, Refused


def number(name: str) -> int | None:
    """A whole number. Raises Refused(BAD_FRAME)."""
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise Refused(Code.BAD_FRAME, f"{name} is a whole number")
    return int(text)
