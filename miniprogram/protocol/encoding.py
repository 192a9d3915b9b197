"""From answers and events to bytes."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from miniprogram.protocol.answers import Refuse
from miniprogram.protocol.decoding import Refusal
from rooms.errors import Refused

encode = msgspec.json.Encoder().encode


def refused(id: int | None, no: Refused) -> bytes:  # noqa: A002  the wire's own word
    seconds = no.retry_after_seconds
    return encode(Refuse(id=UNSET if id is None else id, code=no.code.value, message=no.message,
                         temporary=no.temporary, retry_after_seconds=UNSET if seconds is None else seconds))


def refusal(given: Refusal) -> bytes:
    return encode(Refuse(id=UNSET if given.id is None else given.id, code=given.code.value, message=given.message,
                         temporary=given.temporary))
