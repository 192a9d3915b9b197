"""A WebSocket client on a raw socket, so that tests see each byte that a server sends.

It reads strictly: a server's frame is whole, unmasked, uncompressed, of minimal length, and UTF-8 where it is text.
Whatever else comes after the handshake is kept in `problem`: it would mean that the stream was cut or mixed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import select
import socket
import struct
import threading
from contextlib import suppress
from typing import Any

Json = dict[str, Any]

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
LARGEST = 256 * 1024
READ_BYTES = 65536


class Refusal(Exception):
    """The handshake was answered with something else than 101."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        super().__init__(f"{status} {body[:200]!r}")
        self.status, self.headers, self.body = status, headers, body


class Ended(Exception):
    """No more frames. `code` is that of the close frame, None where there was none."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class Socket:
    """One connection. `receive` gives frame after frame; `send` may be called by several threads."""

    def __init__(self, host: str, port: int, timeout: float = 60.0, receive_buffer: int = 0) -> None:
        self.problem = ""
        """What was wrong with the bytes, if anything ever was."""
        self.torn = False
        """The connection ended inside a frame. Only a killed server may do that."""
        self._rest = bytearray()
        self._sending = threading.Lock()
        self.raw = socket.socket()
        if receive_buffer:
            self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            self.raw.settimeout(timeout)
            self.raw.connect((host, port))
            self.raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._shake_hands(host, port)
            self._poll = select.poll()
            self._poll.register(self.raw, select.POLLIN)
        except BaseException:
            self.raw.close()
            raise

    @property
    def local_port(self) -> int:
        port: int = self.raw.getsockname()[1]
        return port

    def send(self, message: Json) -> None:
        self._send(TEXT, json.dumps(message, ensure_ascii=False).encode())

    def receive(self, seconds: float = 60.0) -> Json:
        """The next message. Raises Ended, or TimeoutError after so many seconds of silence."""
        while True:
            opcode, payload = self._frame(seconds)
            if opcode == TEXT:
                return self._message(payload)
            if opcode == PING:
                self._send(PONG, payload)
            elif opcode == CLOSE:
                raise Ended(struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005)
            elif opcode != PONG:
                self._wrong(f"opcode {opcode}")

    def close(self, code: int = 1000) -> None:
        """In order: a close frame, then the end."""
        with suppress(OSError):
            self._send(CLOSE, struct.pack("!H", code))
        self.vanish()

    def vanish(self) -> None:
        """Without a word."""
        with suppress(OSError):
            self.raw.shutdown(socket.SHUT_RDWR)
        self.raw.close()

    def reset(self) -> None:
        """With a TCP reset, as a network does that lost its memory of us."""
        with suppress(OSError):
            self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.vanish()

    # ---- bytes

    def _shake_hands(self, host: str, port: int) -> None:
        key = base64.b64encode(secrets.token_bytes(16))
        self.raw.sendall(b"\r\n".join((
            b"GET /ws HTTP/1.1", f"Host: {host}:{port}".encode(), b"Upgrade: websocket", b"Connection: Upgrade",
            b"Sec-WebSocket-Key: " + key, b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Protocol: teahouse.v1",
            b"", b"")))
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._read()
        head, _, rest = data.partition(b"\r\n\r\n")
        self._rest += rest
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(first.split()[1])
        if status != 101:
            raise Refusal(status, headers, rest)
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        assert headers["sec-websocket-accept"] == accept, headers
        assert headers["sec-websocket-protocol"] == "teahouse.v1", headers

    def _send(self, opcode: int, payload: bytes) -> None:
        mask = secrets.token_bytes(4)
        size = len(payload)
        head = bytes([0x80 | opcode])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += bytes([0x80 | 126]) + struct.pack("!H", size)
        else:
            head += bytes([0x80 | 127]) + struct.pack("!Q", size)
        pattern = (mask * (size // 4 + 1))[:size]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(pattern, "big")).to_bytes(size, "big")
        with self._sending:
            self.raw.sendall(head + mask + masked)

    def _frame(self, seconds: float) -> tuple[int, bytes]:
        """Takes a frame off the buffer only when all of it is there, so that a timeout loses nothing."""
        while (frame := self._parse()) is None:
            if not self._poll.poll(seconds * 1000):
                raise TimeoutError
            try:
                self._rest += self._read()
            except Ended:
                self.torn = bool(self._rest)
                raise
        return frame

    def _parse(self) -> tuple[int, bytes] | None:
        data = self._rest
        if len(data) < 2:
            return None
        opcode, size, start = data[0] & 0x0F, data[1], 2
        if data[0] & 0xF0 != 0x80 or size & 0x80 or opcode not in (TEXT, CLOSE, PING, PONG):
            self._wrong(f"no frame of ours begins with {bytes(data[:60])!r}")
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(data) < start:
                return None
            size = int.from_bytes(data[2:start], "big")
            if not (126 <= size < 65536 if start == 4 else 65536 <= size <= LARGEST):
                self._wrong(f"a length of {size} in {start - 2} bytes")
        if len(data) < start + size:
            return None
        payload = bytes(data[start:start + size])
        del data[:start + size]
        return opcode, payload

    def _read(self) -> bytes:
        try:
            data = self.raw.recv(READ_BYTES)
        except OSError:
            data = b""
        if not data:
            raise Ended(None)
        return data

    def _message(self, payload: bytes) -> Json:
        try:
            message = json.loads(payload)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            self._wrong(f"no JSON object: {payload[:80]!r}")
            raise AssertionError
        return message

    def _wrong(self, what: str) -> None:
        self.problem = self.problem or what
        raise Ended(None)
