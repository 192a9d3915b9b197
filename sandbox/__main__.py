"""`python -m sandbox`: serve until told to end."""

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402  the patch above must come before everything else
import json  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
from gevent.pywsgi import WSGIHandler, WSGIServer  # noqa: E402

from sandbox.app import create  # noqa: E402
from sandbox.world import World  # noqa: E402


class Handler(WSGIHandler):
    """Hands the socket to the application, which sometimes cuts it on order."""

    def handle(self) -> None:
        """Headers and body leave in two parts: without this the second waits 40 ms for the first's receipt."""
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().handle()

    def get_environ(self) -> dict[str, Any]:
        """The usual environment and the socket."""
        return {**super().get_environ(), "sandbox.socket": self.socket}


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser("python -m sandbox", description="Plays WeChat's servers on this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100, help="0 takes a free one")
    parser.add_argument("--house", default="http://127.0.0.1:8000", help="where Teahouse listens")
    parser.add_argument("--accounts", type=Path, help='JSON: {"accounts": [{"kind", "appid", "secret", …}]}')
    return parser.parse_args()


def main() -> None:
    """Load the accounts, say where it listens, serve."""
    chosen = arguments()
    accounts = json.loads(chosen.accounts.read_text("utf-8"))["accounts"] if chosen.accounts else []
    try:
        world = World(accounts, chosen.house)
    except ValueError as trouble:
        raise SystemExit(f"sandbox: {chosen.accounts}: {trouble}") from trouble
    server = WSGIServer((chosen.host, chosen.port), create(world), handler_class=Handler, log=None)
    server.start()
    gevent.signal_handler(signal.SIGTERM, os._exit, 0)
    gevent.signal_handler(signal.SIGINT, os._exit, 0)
    sys.stdout.write(f"sandbox: http://{chosen.host}:{server.server_port}/\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
