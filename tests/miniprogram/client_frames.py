"""Frames as a client would send them, right and wrong ones."""

from __future__ import annotations

from miniprogram.framing import unmask

MASK = b"\x1f\x2e\x3d\x4c"


def frame(payload: bytes = b"", opcode: int = 1, *, fin: bool = True, rsv: int = 0, masked: bool = True,
          length: bytes | None = None) -> bytes:
    """`length` replaces the length's bytes (without the mask bit) by others."""
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    size = len(payload)
    if length is None:
        length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big") if size < 65536 else (
            b"\x7f" + size.to_bytes(8, "big"))
    if not masked:
        return head + length + payload
    return head + bytes([length[0] | 0x80]) + length[1:] + MASK + unmask(payload, MASK)


def close(code: int, reason: bytes = b"") -> bytes:
    return frame(code.to_bytes(2, "big") + reason, 8)
