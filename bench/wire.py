"""WebSocket by hand, as a client speaks it: nothing is parsed that can be counted."""

from __future__ import annotations

import base64
import os

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
KEY = b"\x37\xfa\x21\x3d"
_LONG = int.from_bytes(KEY * 512, "little")


def handshake(path: str, subprotocol: str = "") -> bytes:
    """The request that asks for a WebSocket."""
    offer = f"Sec-WebSocket-Protocol: {subprotocol}\r\n" if subprotocol else ""
    key = base64.b64encode(os.urandom(16)).decode()
    return (f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{offer}\r\n").encode()


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """A masked frame of less than 2 KiB, final."""
    size = len(payload)
    head = bytes((0x80 | opcode, 0x80 | size)) if size < 126 else bytes((0x80 | opcode, 0xFE, size >> 8, size & 255))
    mask = _LONG & ((1 << 8 * size) - 1)
    return head + KEY + (int.from_bytes(payload, "little") ^ mask).to_bytes(size, "little")


def bounds(data: bytes, at: int) -> tuple[int, int]:
    """Where the payload of the unmasked frame at `at` begins and ends; (0, 0) while bytes are missing."""
    have = len(data)
    if have - at < 2:
        return 0, 0
    size, start = data[at + 1], at + 2
    if size == 126:
        if have - at < 4:
            return 0, 0
        size, start = data[at + 2] << 8 | data[at + 3], at + 4
    elif size == 127:
        if have - at < 10:
            return 0, 0
        size, start = int.from_bytes(data[at + 2:at + 10], "big"), at + 10
    end = start + size
    return (start, end) if end <= have else (0, 0)
