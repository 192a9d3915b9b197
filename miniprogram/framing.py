"""RFC 6455 on one connection's bytes: a stream in, messages and control frames out. No I/O.

Nearly every frame a client sends is one whole, final, masked text frame; those are unmasked here in a microsecond.
Whatever else comes (fragments, pings, closes, frames that break the rules) is handed, frame by frame, to a wsproto
parser that lives only while something is unfinished. Frames are measured before any of their bytes are kept.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from wsproto.connection import Connection as Wsproto
from wsproto.connection import ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage
from wsproto.utilities import RemoteProtocolError

MESSAGE_LIMIT = 16 * 1024
"""Bytes of a client's message, all fragments together."""

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
_FINAL_TEXT, _MASKED, _CONTROL = 0x81, 0x80, 0x08
_LENGTH_BITS, _OPCODE_BITS = 0x7F, 0x0F
NORMAL, PROTOCOL_ERROR, NOT_TEXT, NOT_UTF8, TOO_BIG = 1000, 1002, 1003, 1007, 1009
NO_STATUS = 1005


class Broken(Exception):
    """The peer broke the protocol; `code` is what the connection closes with."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Kind(Enum):
    PART = "part"
    PING = "ping"
    PONG = "pong"
    CLOSE = "close"


class Control(NamedTuple):
    """A frame that is no message: a control frame, or a part of a message that is not complete yet."""

    kind: Kind
    payload: bytes = b""
    code: int = NO_STATUS


_PART, _PONG = Control(Kind.PART), Control(Kind.PONG)


def header(size: int, opcode: int = TEXT) -> bytes:
    """The head of a server's frame of `size` bytes."""
    if size < 126:
        return bytes((0x80 | opcode, size))
    if size < 65536:
        return bytes((0x80 | opcode, 126, size >> 8, size & 255))
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big")


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    return header(len(payload), opcode) + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """Without a code when there was none to answer with. The reason is ASCII of at most 123 bytes."""
    if code == NO_STATUS:
        return frame(b"", CLOSE)
    return frame(code.to_bytes(2, "big") + reason.encode("ascii", "replace")[:123], CLOSE)


def unmask(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")).to_bytes(size, "little")


class FrameReader:
    """Give it bytes with `feed`, then take frames with `take` until it answers None.

    It never holds more than one unfinished frame of at most MESSAGE_LIMIT bytes beside what was fed last.
    """

    __slots__ = ("_odd", "_rest")

    def __init__(self, rest: bytes = b"") -> None:
        self._rest = rest
        self._odd: _Odd | None = None

    def feed(self, data: bytes) -> None:
        self._rest = self._rest + data if self._rest else data

    def take(self) -> bytes | Control | None:
        """The next text message (not yet known to be UTF-8), control frame or part; None when bytes are missing.

        Raises Broken; the reader is of no use after that, nor after a close frame.
        """
        data = self._rest
        if self._odd is not None or len(data) < 2:
            return self._take_odd() if data and self._odd is not None else None
        if data[0] != _FINAL_TEXT or data[1] < _MASKED:
            self._odd = _Odd()
            return self._take_odd()
        size, start = data[1] & _LENGTH_BITS, 6
        if size >= 126:
            if size == 127 or (len(data) >= 4 and data[2] == 0 and data[3] < 126):
                self._odd = _Odd()
                return self._take_odd()
            if len(data) < 4:
                return None
            size, start = data[2] << 8 | data[3], 8
            if size > MESSAGE_LIMIT:
                raise Broken(TOO_BIG)
        end = start + size
        if len(data) < end:
            return None
        self._rest = data[end:]
        return unmask(data[start:end], data[start - 4:start])

    def _take_odd(self) -> bytes | Control | None:
        odd = self._odd
        assert odd is not None
        used, found = odd.take(self._rest)
        self._rest = self._rest[used:]
        if odd.idle:
            self._odd = None
        return found


class _Odd:
    """Any frame at all, by wsproto, which is fed one frame at a time so that each can be measured and counted."""

    __slots__ = ("_left", "_size", "_text", "_unfinished", "_wsproto")

    def __init__(self) -> None:
        self._wsproto = Wsproto(ConnectionType.SERVER)
        self._left = 0
        self._size = 0
        self._text: list[str] = []
        self._unfinished = False

    @property
    def idle(self) -> bool:
        return self._left == 0 and not self._unfinished

    def take(self, data: bytes) -> tuple[int, bytes | Control | None]:
        """How many bytes were used, and what they completed."""
        if self._left == 0 and not self._begin(data):
            return 0, None
        used = min(len(data), self._left)
        self._left -= used
        found = self._judge(data[:used])
        return used, _PART if found is None and self._left == 0 else found

    def _begin(self, data: bytes) -> bool:
        """Measures the frame that starts here; False while its head is incomplete."""
        if len(data) < 2:
            return False
        short = data[1] & _LENGTH_BITS
        extra = {126: 2, 127: 8}.get(short, 0)
        head = 2 + extra + (4 if data[1] & _MASKED else 0)
        if len(data) < head:
            return False
        size = int.from_bytes(data[2:2 + extra], "big") if extra else short
        if not data[0] & _CONTROL:
            self._size += size
        if self._size > MESSAGE_LIMIT:
            raise Broken(TOO_BIG)
        self._left = head + (size if not data[0] & _CONTROL else min(size, _LENGTH_BITS))
        return True

    def _judge(self, data: bytes) -> bytes | Control | None:
        found = None
        try:
            self._wsproto.receive_data(data)
            for event in self._wsproto.events():
                found = self._message(event) if isinstance(event, TextMessage) else _control(event)
        except RemoteProtocolError as error:
            hint = error.event_hint
            raise Broken(int(hint.code) if isinstance(hint, CloseConnection) else PROTOCOL_ERROR) from None
        return found

    def _message(self, event: TextMessage) -> bytes | None:
        self._unfinished = not event.message_finished
        if event.data:
            self._text.append(event.data)
        if self._unfinished:
            return None
        text, self._text, self._size = "".join(self._text), [], 0
        return text.encode()


def _control(event: object) -> Control:
    if isinstance(event, Ping):
        return Control(Kind.PING, bytes(event.payload))
    if isinstance(event, CloseConnection):
        return Control(Kind.CLOSE, code=int(event.code))
    if isinstance(event, BytesMessage):
        raise Broken(NOT_TEXT)
    return _PONG
