"""The loop that everybody writes first: flask-sock under gunicorn's gevent worker, a set of sockets for each room,
`ws.send` for each of them, Redis publish/subscribe between processes. It numbers, keeps and checks nothing.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench import costs
from bench.servers import Served, folder, free_port, redis, running


def create_app() -> Any:
    """Called by gunicorn in its worker."""
    from flask import Flask
    from flask_sock import Sock
    from redis import Redis
    from simple_websocket import ConnectionClosed

    app = Flask(__name__)
    sock = Sock(app)
    rooms: dict[str, set[Any]] = defaultdict(set)
    server = Redis(port=int(os.environ["NAIVE_REDIS_PORT"]))

    def listen() -> None:
        listener = server.pubsub()  # type: ignore[no-untyped-call]
        listener.psubscribe("*")
        for note in listener.listen():
            if note["type"] == "pmessage":
                text = note["data"].decode()
                for ws in list(rooms[note["channel"].decode()]):
                    try:
                        ws.send(text)
                    except ConnectionClosed:
                        rooms[note["channel"].decode()].discard(ws)

    threading.Thread(target=listen, daemon=True).start()

    @sock.route("/ws/<room>")  # type: ignore[untyped-decorator]
    def chat(ws: Any, room: str) -> None:
        rooms[room].add(ws)
        try:
            while True:
                server.publish(room, ws.receive())
        finally:
            rooms[room].discard(ws)

    return app


@contextmanager
def naive() -> Iterator[Served]:
    with folder("naive") as place, redis(place) as (redis_port, redis_pid):
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "-k", "gevent", "-b", f"127.0.0.1:{port}", "--worker-connections",
                   "20000", "--no-control-socket", "bench.peers.naive:create_app()"]
        with running(command, place / "naive.log", port, {"NAIVE_REDIS_PORT": str(redis_port)}) as pid:
            yield Served("naive flask-sock", "plain", port, lambda: [redis_pid, *costs.family(pid)])
