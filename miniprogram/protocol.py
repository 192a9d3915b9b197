"""The wire of `teahouse.v1`: one JSON object per frame, as structs. No I/O.

`decode` turns a client's frame into one of the requests below, into a Refusal that still knows the frame's `id`, or
raises NotAnObject when the connection must end. What the server sends is built by `encode` from the answers and events.
`publish.py` writes the TypeScript of the client and `docs/protocol.md` from this file, comments included.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from rooms import ids
from rooms.errors import Code, Refused

T = TypeVar("T")

SUBPROTOCOL = "teahouse.v1"
HEARTBEAT_SECONDS = 25
TEXT_LIMIT = 2000
FRAME_LIMIT = 256 * 1024
"""Bytes of a server's frame."""
HISTORY_LIMIT = 200

EXACT = 2**53
"""Integers up to here survive JavaScript."""
Id = Annotated[int, Meta(ge=-EXACT, le=EXACT)]
Seq = Annotated[int, Meta(ge=1, le=EXACT)]
Channel = Annotated[str, Meta(max_length=64)]
Epoch = Annotated[str, Meta(min_length=1, max_length=64)]
ClientId = Annotated[str, Meta(pattern=r"\A[!-~]{1,64}\Z")]


class Close:
    """Why a socket was closed, beyond the codes of RFC 6455."""

    NOT_AN_OBJECT: ClassVar[int] = 4000
    NO_HELLO: ClassVar[int] = 4001
    EXPIRED: ClassVar[int] = 4002
    SIGNED_OUT: ClassVar[int] = 4003
    TOO_SLOW: ClassVar[int] = 4008
    REPLACED: ClassVar[int] = 4009
    NO_HEARTBEAT: ClassVar[int] = 4010
    DRAINING: ClassVar[int] = 4013


class Place(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A position in a channel's log."""

    epoch: Epoch
    seq: Annotated[int, Meta(ge=0, le=EXACT)]


# ---- what a client says


class Request(msgspec.Struct, tag_field="op", tag=str.lower, forbid_unknown_fields=True, kw_only=True, gc=False):
    id: Id


class Hello(Request):
    """The first frame. `resume` enters channels again and asks for what was missed since."""

    token: Annotated[str, Meta(max_length=2048)]
    client: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    resume: dict[Channel, Place] | UnsetType = UNSET


class Enter(Request):
    channel: Channel
    password: Annotated[str, Meta(max_length=128)] | UnsetType = UNSET
    ticket: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    since: Place | UnsetType = UNSET


class Leave(Request):
    """Gives up the seat."""

    channel: Channel


class Text(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    text: Annotated[str, Meta(min_length=1)]


class Say(Request):
    channel: Channel
    client_id: ClientId
    type: Literal["text"]
    body: Text
    reply_to: Seq | UnsetType = UNSET
    epoch: Epoch | UnsetType = UNSET


class Read(Request):
    channel: Channel
    seq: Seq
    epoch: Epoch | UnsetType = UNSET


class History(Request):
    """One page of entries, ascending; the newest without `before` and `after`."""

    channel: Channel
    before: Seq | UnsetType = UNSET
    after: Annotated[int, Meta(ge=0, le=EXACT)] | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=HISTORY_LIMIT)] = 50
    epoch: Epoch | UnsetType = UNSET


class Ping(Request):
    pass


AnyRequest = Hello | Enter | Leave | Say | Read | History | Ping
REQUESTS: tuple[type[Request], ...] = (Hello, Enter, Leave, Say, Read, History, Ping)

LATER_OPS = frozenset({
    "recall", "quiet", "report", "mute", "unmute", "kick", "ban", "pardon", "edit", "react", "pin", "announce", "rules",
    "watch", "typing",
})
"""Named by the contract and not built yet: refused as `unavailable`, for good as far as this server goes."""
LATER_TYPES = frozenset({"image", "voice", "video", "file", "location", "link"})


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
    type: Raw = Raw(b"null")


_requests: msgspec.json.Decoder[AnyRequest] = msgspec.json.Decoder(AnyRequest)
_envelope = msgspec.json.Decoder(_Envelope)


def decode(payload: bytes) -> AnyRequest | Refusal:
    """Raises NotAnObject."""
    try:
        request = _requests.decode(payload)
    except (ValueError, RecursionError) as error:
        return _refusal(payload, error)
    if isinstance(request, Say):
        if len(request.body.text) > TEXT_LIMIT:
            return Refusal(request.id, Code.TOO_LONG, f"a message holds at most {TEXT_LIMIT} characters")
        if "\0" in request.body.text:
            return Refusal(request.id, Code.BAD_FRAME, "a text without NUL characters is expected")
    if not isinstance(request, Hello | Ping) and not ids.is_channel(request.channel):
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
    number, op, kind = _as(int, told.id), _as(str, told.op), _as(str, told.type)
    if number is not None and abs(number) > EXACT:
        number = None
    if op in LATER_OPS:
        return Refusal(number, Code.UNAVAILABLE, f"{op} is not available on this server")
    if op == "say" and kind in LATER_TYPES:
        return Refusal(number, Code.UNAVAILABLE, f"{kind} messages are not available on this server")
    return Refusal(number, Code.BAD_FRAME, str(error)[:200])


def _as(kind: type[T], value: Raw) -> T | None:
    try:
        return msgspec.json.decode(value, type=kind)
    except ValueError:
        return None


# ---- what the server says


class Answer(msgspec.Struct, tag_field="op", tag=str.lower, kw_only=True, omit_defaults=True, gc=False):
    """Carries the `id` of the request."""

    id: int


class User(msgspec.Struct):
    id: str
    name: str
    avatar: str


class Me(msgspec.Struct):
    role: str
    muted_until: int | None
    quiet: int | None


class State(msgspec.Struct, kw_only=True):
    """How a channel stands for the one who entered it."""

    channel: str
    epoch: str
    tip: int
    read: int
    unread: int
    mentions: int
    present: int
    entered_at: int
    me: Me
    rules: dict[str, Any]
    entered: bool = True


class NotEntered(msgspec.Struct):
    """A channel of `resume` that could not be entered again."""

    channel: str
    refused: str


class Welcome(Answer):
    """Answers `hello`. Missed entries follow as ordinary frames."""

    user: User
    now: int
    heartbeat_seconds: int
    channels: list[State | NotEntered]


class Entered(Answer):
    """Answers `enter`: the latest entries, or those after `since`."""

    channel: str
    epoch: str
    tip: int
    read: int
    unread: int
    mentions: int
    present: int
    entered_at: int
    me: Me
    rules: dict[str, Any]
    messages: list[Raw]
    complete: bool


class Left(Answer):
    channel: str


class Said(Answer):
    """The message has its number and is in the log."""

    channel: str
    client_id: str
    epoch: str
    seq: int
    at: int


class Done(Answer):
    pass


class Page(Answer, tag="history"):
    channel: str
    messages: list[Raw]
    more: bool


class Pong(Answer):
    pass


class Refuse(msgspec.Struct, tag_field="op", tag="refused", kw_only=True, omit_defaults=True):
    """Nothing was changed. `temporary` tells whether the same request may succeed later."""

    id: int | UnsetType = UNSET
    code: str
    message: str
    temporary: bool = msgspec.field()
    retry_after_seconds: int | UnsetType = UNSET


class Event(msgspec.Struct, tag_field="op", tag=str.lower, kw_only=True, omit_defaults=True):
    """Passes, and is not kept."""


class Named(msgspec.Struct, frozen=True):
    id: str
    name: str


class Gone(msgspec.Struct, frozen=True):
    id: str


class Present(Event):
    """Who is there changed. Names only while fewer than 50 are present."""

    channel: str
    count: int
    joined: list[Named] | UnsetType = UNSET
    left: list[Gone] | UnsetType = UNSET


class ReadBy(Event, tag="read"):
    channel: str
    user: str
    seq: int


class Gap(Event):
    """Entries were left out here: ask for history after this position."""

    channel: str
    after: Place


class Forked(Event):
    """Entries of an older epoch above `seq` were lost: drop them."""

    channel: str
    epoch: str
    seq: int


class Bye(Event):
    """This process ends: come back after `reconnect_after_ms`, another one answers."""

    reason: Literal["draining"]
    reconnect_after_ms: int


class Author(msgspec.Struct, frozen=True):
    id: str
    name: str
    door: Literal["miniprogram", "wechat", "console"]


class Entry(msgspec.Struct, tag_field="op", tag=str.lower, kw_only=True):
    """Numbered and kept. Its bytes are made once, where it is posted; here is only their shape."""

    channel: str
    epoch: str
    seq: int
    at: int


class Message(Entry):
    """Somebody said something."""

    by: Author = msgspec.field(name="from")
    type: Literal["text"]
    body: Text
    client_id: str
    reply_to: int | UnsetType = UNSET


ENTRIES: tuple[type[Entry], ...] = (Message,)
ANSWERS: tuple[type[msgspec.Struct], ...] = (Welcome, Entered, Left, Said, Done, Page, Pong, Refuse)
EVENTS: tuple[type[msgspec.Struct], ...] = (Present, ReadBy, Gap, Forked, Bye)

encode = msgspec.json.Encoder().encode


def refused(id: int | None, no: Refused) -> bytes:  # noqa: A002  the wire's own word
    seconds = no.retry_after_seconds
    return encode(Refuse(id=UNSET if id is None else id, code=no.code.value, message=no.message,
                         temporary=no.temporary, retry_after_seconds=UNSET if seconds is None else seconds))


def refusal(given: Refusal) -> bytes:
    return encode(Refuse(id=UNSET if given.id is None else given.id, code=given.code.value, message=given.message,
                         temporary=given.temporary))
