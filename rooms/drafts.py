"""What somebody wants to say, before it has a number: the message types and the shape of each."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from rooms.errors import Code, Refused
from rooms.events import Person

LONGEST_TEXT = 2_000
LONGEST_CLIENT_ID = 64

Words = Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]
Name = Annotated[str, Meta(max_length=200)]
Link = Annotated[str, Meta(max_length=1_024, pattern=r"^https?://[!-~]+$", description="http or https")]
MediaId = Annotated[str, Meta(pattern=r"^m_[0-9a-z]{6,40}$", description="of an upload")]
Pixels = Annotated[int, Meta(ge=0, le=100_000)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """What every message type's body is."""


class Text(Body):
    text: Words


class Image(Body):
    """Of what is uploaded, `media` alone is needed in a request: the server knows the rest, and says it."""

    media: MediaId
    width: Pixels
    height: Pixels


class Voice(Body):
    media: MediaId
    seconds: Seconds


class Video(Body):
    media: MediaId
    seconds: Seconds
    width: Pixels
    height: Pixels
    poster: MediaId


class File(Body):
    media: MediaId
    name: Name
    bytes: Annotated[int, Meta(ge=0, le=1 << 40)]


class Location(Body):
    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    name: Name
    address: Name


class WebLink(Body):
    title: Name
    url: Link
    description: Name


TYPES: dict[str, type[Body]] = {
    "text": Text, "image": Image, "voice": Voice, "video": Video, "file": File, "location": Location, "link": WebLink}


class Draft(NamedTuple):
    """`client_id` makes it one message however often it is sent; `reply_to` is a seq of the same channel. Whom it
    names, `messages.post` finds out; what is `forwarded` (see `forwarding`) names nobody."""

    type: str
    body: dict[str, Any]
    client_id: str
    reply_to: int | None = None
    named: tuple[str, ...] = ()
    forwarded: dict[str, Any] | None = None


def check(draft: Draft) -> Body:
    """The body in its type's shape. Raises Refused: `too_long` for text above 2,000 characters, else `bad_frame`."""
    if draft.type not in TYPES:
        raise Refused(Code.BAD_FRAME, f"no message type {draft.type!r}")
    client_id = draft.client_id
    if not 1 <= len(client_id) <= LONGEST_CLIENT_ID or not client_id.isprintable() or " " in client_id:
        raise Refused(Code.BAD_FRAME, f"client_id: 1 to {LONGEST_CLIENT_ID} printable characters without spaces")
    if draft.reply_to is not None and not 1 <= draft.reply_to < 1 << 53:
        raise Refused(Code.BAD_FRAME, "reply_to: the seq of an entry")
    text = draft.body.get("text")
    if draft.type == "text" and isinstance(text, str):
        if len(text) > LONGEST_TEXT:
            raise Refused(Code.TOO_LONG, f"a message has at most {LONGEST_TEXT} characters")
        if not any(map(_is_seen, text)) or "\0" in text:
            raise Refused(Code.BAD_FRAME, "a message needs words, and no NUL")
    try:
        return msgspec.convert(draft.body, TYPES[draft.type])
    except msgspec.ValidationError as error:
        raise Refused(Code.BAD_FRAME, f"body: {error}") from error


def _is_seen(character: str) -> bool:
    """Not a space, a control or a format character, such as those of no width."""
    return not character.isspace() and unicodedata.category(character) not in ("Cc", "Cf")


def written(person: Person, draft: Draft, body: Any) -> bytes:
    """What follows the numbers in the entry's wire form; without a body for a repeat that is folded."""
    rest: dict[str, Any] = {
        "from": {"id": person.id, "name": person.name, "door": person.door.value}, "type": draft.type}
    if body is not None:
        rest["body"] = body
    rest["client_id"] = draft.client_id
    if draft.reply_to is not None:
        rest["reply_to"] = draft.reply_to
    if draft.forwarded:
        rest["forwarded"] = draft.forwarded
    if draft.named:
        rest["mentions"] = draft.named
    try:
        return b"," + msgspec.json.encode(rest)[1:]
    except UnicodeEncodeError as error:
        raise Refused(Code.BAD_FRAME, "text is not Unicode") from error
