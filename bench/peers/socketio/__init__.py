"""Socket.IO 4.8 with its Redis adapter, one Node process. Its packages come from npm at the first full run."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.servers import LeftOut, Served, folder, free_port, program, redis, running

HERE = Path(__file__).parent


@contextmanager
def socketio(install: bool) -> Iterator[Served]:
    """Raises LeftOut without Node, or without the packages where they may not or cannot be installed."""
    node = program("node", "nodejs")
    if not (HERE / "node_modules" / "socket.io").is_dir():
        if not install:
            raise LeftOut("Socket.IO is not installed (npm ci in bench/peers/socketio)")
        _install()
    with folder("socketio") as place, redis(place) as (redis_port, redis_pid):
        port = free_port()
        command = [str(node), str(HERE / "server.js"), str(port), str(redis_port)]
        with running(command, place / "socketio.log", port, {"NODE_ENV": "production"}) as pid:
            yield Served("Socket.IO + Redis", "socketio", port, lambda: [redis_pid, pid])


def _install() -> None:
    command = [str(program("npm")), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise LeftOut(f"Socket.IO: npm ci failed ({done.stderr.strip().splitlines()[-1:] or done.returncode})")
