"""From a client's bytes to a request, or to what is wrong with them."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import msgspec
from msgspec import UNSET, Raw

from miniprogram.protocol.parts import EXACT
from miniprogram.protocol.requests import LATER_OPS, AnyRequest, Somewhere, Typing
from rooms import ids
from rooms.errors import Code

T = TypeVar("T")


class NotAnObject(Exception):
    """The frame holds no JSON object; `utf8` tells whether it was text at all."""

    def __init__(self, utf8: bool) -> None:
        super().__init__()
        self.utf8 = utf8


class Refusal(NamedTuple):
    """A request that is answered before anybody acts on it."""

    id: int | None
    code: Code
    message: str
    temporary: bool = False
    retry_after_seconds: int | None = None


class _Envelope(msgspec.Struct):
    """What can still be told about a frame that is wrong."""

    op: Raw = Raw(b"null")
    id: Raw = Raw(b"null")


_requests: msgspec.json.Decoder[AnyRequest] = msgspec.json.Decoder(AnyRequest)
_envelope = msgspec.json.Decoder(_Envelope)


def decode(payload: bytes) -> AnyRequest | Refusal:
    """Raises NotAnObject."""
    try:
        request = _requests.decode(payload)
    except (ValueError, RecursionError) as error:
        return _refusal(payload, error)
    if isinstance(request, Typing):
        return request
    if isinstance(request, Somewhere) and (request.channel is UNSET) == (request.room is UNSET):
        return Refusal(request.id, Code.BAD_FRAME, "channel or room, one of them")
    if isinstance(request, Somewhere) and request.room is not UNSET:
        return request if ids.is_room(request.place) else Refusal(request.id, Code.NOT_FOUND, "no such room")
    channel = getattr(request, "channel", None)
    if channel is not None and not ids.is_channel(channel):
        return Refusal(request.id, Code.NOT_FOUND, "no such channel")
    return request


def _refusal(payload: bytes, error: Exception) -> Refusal:
    try:
        payload.decode()
    except UnicodeDecodeError:
        raise NotAnObject(utf8=False) from None
    try:
        told = _envelope.decode(payload)
    except (ValueError, RecursionError):
        raise NotAnObject(utf8=True) from None
    number, op = _as(int, told.id), _as(str, told.op)
    if number is not None and abs(number) > EXACT:
        number = None
    if op in LATER_OPS:
        return Refusal(number, Code.UNAVAILABLE, f"{op} is not available on this server")
    return Refusal(number, Code.BAD_FRAME, str(error)[:200])


def _as(kind: type[T], value: Raw) -> T | None:
    try:
        return msgspec.json.decode(value, type=kind)
    except ValueError:
        return None
