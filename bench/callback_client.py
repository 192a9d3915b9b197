"""WeChat's side of the callbacks, a process of its own: `python -m bench.callback_client`.

Pushes are signed and encrypted before the clock starts; connections are kept alive. An answer counts when it is 200
and, where a reply is due, when it is an encrypted one. Latency counts from the time at which a push was due. Some may
be hostile: with a wrong signature, with no body that could be one, or for no account; those have to be refused with
400 or 403.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from bench.client import spread
from sandbox import envelope

CONNECTIONS = 64
PATIENCE_SECONDS = 20.0


class Line:
    """One connection: at most one push at a time."""

    __slots__ = ("due", "fd", "hostile", "push", "rest", "socket", "used")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.fd = self.socket.fileno()
        self.rest = self.push = b""
        self.used = self.hostile = False
        self.due = 0.0


class Pusher:
    def __init__(self) -> None:
        self._account: dict[str, str] = {}
        self._port = self._number = 0
        self._pushes: deque[tuple[bytes, bool]] = deque()
        self._lines: dict[int, Line] = {}
        self._epoll = select.epoll()
        self._free: list[Line] = []
        self.good = self.replies = self.refused = 0
        self.bad: list[str] = []
        self.late: list[float] = []

    # ---- commands

    def prepare(self, port: int, account: dict[str, str], followers: list[str], texts: list[str],
                count: int, repeats: int = 0, hostile: int = 0) -> dict[str, Any]:
        """Makes `count` pushes, of each follower in turn, with each text in turn. One in `repeats` is one from before
        once more; one in `hostile` is none that WeChat would send. 0: none is."""
        self._port, self._account = port, account
        if not self._lines:
            for _ in range(CONNECTIONS):
                self._connect()
        while len(self._pushes) < count:
            self._number += 1
            if hostile and self._number % hostile == 0:
                self._pushes.append((self._hostile(followers[0]), True))
            elif repeats and self._number % repeats == repeats // 2 and self._pushes and not self._pushes[-1][1]:
                self._pushes.append(self._pushes[-1])
            else:
                text = texts[self._number % len(texts)]
                openid = followers[self._number % len(followers)]
                self._pushes.append((self._push(openid, text.format(self._number)), False))
        return {"prepared": len(self._pushes)}

    def hot(self, seconds: float, at_once: int) -> dict[str, Any]:
        """A closed loop with so many pushes under way; ends early when no prepared ones are left."""
        begun = self._begin()
        end = begun + seconds

        def more() -> bool:
            while self._pushes and self._free and len(self._lines) - len(self._free) < at_once \
                    and time.monotonic() < end:
                self._send(self._pushes.popleft(), time.monotonic())
            return time.monotonic() >= end or not self._pushes

        self._run(more, lambda: end)
        return self._finish(begun)

    def paced(self, seconds: float, per_second: float) -> dict[str, Any]:
        """An open loop. A push that finds no free connection waits for one, and its clock runs."""
        begun = self._begin()
        sent, total = 0, min(len(self._pushes), int(seconds * per_second))

        def more() -> bool:
            nonlocal sent
            while sent < total and self._free and begun + sent / per_second <= time.monotonic():
                self._send(self._pushes.popleft(), begun + sent / per_second)
                sent += 1
            return sent >= total

        self._run(more, lambda: begun + sent / per_second)
        return self._finish(begun)

    # ---- how

    def _push(self, openid: str, text: str) -> bytes:
        appid, token = self._account["appid"], self._account["token"]
        now, nonce = int(time.time()), str(self._number)
        fields = {"ToUserName": "gh_bench", "FromUserName": openid, "CreateTime": now, "MsgType": "text",
                  "Content": text, "MsgId": 10**15 + self._number}
        sealed = envelope.seal(self._account["encoding_aes_key"], appid, envelope.write(fields, "xml"))
        body = envelope.write({"ToUserName": "gh_bench", "Encrypt": sealed}, "xml").encode()
        signed = envelope.signature(token, str(now), nonce)
        signed_too = envelope.signature(token, str(now), nonce, sealed)
        query = (f"signature={signed}&timestamp={now}&nonce={nonce}&openid={openid}&encrypt_type=aes"
                 f"&msg_signature={signed_too}")
        return (f"POST /wechat/{appid}?{query} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode() + body

    def _hostile(self, openid: str) -> bytes:
        push = self._push(openid, "恶意")
        head, _, body = push.partition(b"\r\n\r\n")
        kind = self._number // 10 % 4
        if kind == 0:
            return push.replace(b"msg_signature=", b"msg_signature=0", 1)
        if kind == 1:
            body = b"<xml><Encrypt>" + b"A" * 3_000 + b"</Encrypt></xml>"
        elif kind == 2:
            body = b"{" * 4_000
        else:
            head = head.replace(b"/wechat/", b"/wechat/wx0000", 1)
        head = b"\r\n".join(line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length"))
        return head + b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body

    def _begin(self) -> float:
        self.good = self.replies = self.refused = 0
        self.bad.clear()
        self.late.clear()
        return time.monotonic()

    def _finish(self, begun: float) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE_SECONDS
        self._run(lambda: len(self._free) == len(self._lines) or time.monotonic() > end, lambda: end)
        return {"seconds": time.monotonic() - begun, "good": self.good, "replies": self.replies,
                "refused": self.refused, "bad": self.bad[:5], "bad_count": len(self.bad),
                "over_five_seconds": sum(seconds > 5 for seconds in self.late),
                "ms": spread(self.late), "left": len(self._pushes)}

    def _send(self, push: tuple[bytes, bool], due: float) -> None:
        line = self._free.pop()
        (line.push, line.hostile), line.due = push, due
        try:
            line.socket.sendall(line.push)
        except OSError as error:
            self._lost(line, str(error))

    def _run(self, done: Callable[[], bool], due: Callable[[], float]) -> None:
        while not done():
            nap = min(0.05, max(0.0, due() - time.monotonic()))
            for fd, _ in self._epoll.poll(nap, CONNECTIONS):
                self._read(self._lines[fd])

    def _read(self, line: Line) -> None:
        try:
            data = line.socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            self._lost(line, "closed")
            return
        line.rest += data
        head, found, body = line.rest.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        line.rest = line.push = b""
        line.used = True
        self._free.append(line)
        if head.startswith(b"HTTP/1.1 200") and not line.hostile:
            self.good += 1
            self.replies += b"<Encrypt>" in body
            self.late.append(time.monotonic() - line.due)
        elif line.hostile and head.startswith((b"HTTP/1.1 400", b"HTTP/1.1 403")):
            self.refused += 1
        elif len(self.bad) < 10_000:
            self.bad.append((head.split(b"\r\n", 1)[0] + b" " + body[:100]).decode("utf-8", "replace"))

    def _lost(self, line: Line, why: str) -> None:
        """An idle connection may be closed by the server at any time: a push that met that is sent again."""
        if line in self._free:
            self._free.remove(line)
        del self._lines[line.fd]
        self._epoll.unregister(line.fd)
        line.socket.close()
        self._connect()
        if line.push and line.used and not line.rest:
            self._send((line.push, line.hostile), line.due)
        elif line.push:
            self.bad.append(why)

    def _connect(self) -> None:
        line = Line(self._port)
        self._lines[line.fd] = line
        self._epoll.register(line.fd, select.EPOLLIN)
        self._free.append(line)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


def main() -> None:
    pusher = Pusher()
    commands: dict[str, Callable[..., dict[str, Any]]] = {
        "prepare": pusher.prepare, "hot": pusher.hot, "paced": pusher.paced}
    for line in iter(sys.stdin.readline, ""):
        name, arguments = json.loads(line)
        cpu = time.process_time()
        answer = commands[name](**arguments)
        print(json.dumps({**answer, "client_cpu_seconds": time.process_time() - cpu}), flush=True)


if __name__ == "__main__":
    main()
