"""What stands in the body of a request."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from flask import request

from rooms.errors import Code, Refused

T = TypeVar("T")


def body(shape: type[T]) -> T:
    """The request's JSON body. Raises Refused(BAD_FRAME)."""
    if request.mimetype != "application/json" and request.content_length:
        raise Refused(Code.BAD_FRAME, "a JSON body is expected")
    try:
        return msgspec.json.decode(request.get_data() or b"{}", type=shape)
    except (ValueError, RecursionError) as wrong:
        raise Refused(Code.BAD_FRAME, str(wrong)[:200]) from wrong
