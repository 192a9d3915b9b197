"""The wire of `teahouse.v1`: one JSON object per frame, as structs. No I/O.

`decode` turns a client's frame into one of the requests, into a Refusal that still knows the frame's `id`, or raises
NotAnObject when the connection must end. What the server sends is built by `encode` from the answers and events.
`publish.py` writes the TypeScript of the client and `docs/protocol.md` from this package, comments included.
"""

from miniprogram.protocol.answers import (
    ANSWERS,
    INSIDE_ANSWERS,
    Answer,
    Done,
    Entered,
    Held,
    Left,
    NotEntered,
    Page,
    Pong,
    Queued,
    Refuse,
    Said,
    State,
    Waiting,
    Welcome,
)
from miniprogram.protocol.decoding import NotAnObject, Refusal, decode
from miniprogram.protocol.encoding import encode, refusal, refused
from miniprogram.protocol.entries import ENTRIES
from miniprogram.protocol.events import (
    EVENTS,
    Bye,
    Forked,
    Gap,
    Parted,
    Present,
    Progress,
    Queue,
    Reacted,
    ReadBy,
    Rejected,
    Seat,
)
from miniprogram.protocol.parts import (
    BODIES,
    EXACT,
    FRAME_LIMIT,
    HEARTBEAT_SECONDS,
    HISTORY_LIMIT,
    PARTS,
    SUBPROTOCOL,
    TEXT_LIMIT,
    Close,
    Gone,
    Me,
    Named,
    Place,
    User,
)
from miniprogram.protocol.requests import LATER_OPS, REQUESTS, AnyRequest, Hello, Ping, Request, Say

__all__ = [
    "ANSWERS", "BODIES", "ENTRIES", "EVENTS", "EXACT", "FRAME_LIMIT", "HEARTBEAT_SECONDS", "HISTORY_LIMIT",
    "INSIDE_ANSWERS", "LATER_OPS", "PARTS", "REQUESTS", "SUBPROTOCOL", "TEXT_LIMIT", "Answer", "AnyRequest", "Bye",
    "Close", "Done", "Entered", "Forked", "Gap", "Gone", "Held", "Hello", "Left", "Me", "Named", "NotAnObject",
    "NotEntered", "Page", "Parted", "Ping", "Place", "Pong", "Present", "Progress", "Queue",
    "Queued", "Reacted", "ReadBy", "Refusal", "Refuse", "Rejected", "Request", "Said",
    "Say", "Seat", "State", "User", "Waiting", "Welcome", "decode", "encode", "refusal", "refused",
]
