"""Nchan: publish/subscribe inside nginx, in C. One worker, its own memory for messages, no Redis."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import costs
from bench.servers import LeftOut, Served, folder, free_port, program, running

MODULES = ("/usr/lib/nginx/modules", "/usr/share/nginx/modules", "/usr/lib64/nginx/modules")


@contextmanager
def nchan() -> Iterator[Served]:
    """Raises LeftOut where nginx or the module is not installed."""
    nginx = program("nginx")
    module = next((path for folder in MODULES if (path := Path(folder) / "ngx_nchan_module.so").exists()), None)
    if module is None:
        raise LeftOut("Nchan is not installed (Debian: apt-get install libnginx-mod-nchan)")
    with folder("nchan") as place:
        port = free_port()
        place.chmod(0o755)
        (place / "nginx.conf").write_text(_configuration(module, place, port))
        command = [str(nginx), "-c", str(place / "nginx.conf"), "-p", str(place), "-e", str(place / "error.log")]
        with running(command, place / "nchan.log", port) as pid:
            yield Served("Nchan", "plain", port, lambda: costs.family(pid))


def _configuration(module: Path, place: Path, port: int) -> str:
    return f"""
load_module {module};
daemon off;
user {getpass.getuser()};
worker_processes 1;
worker_rlimit_nofile 20000;
pid {place}/nginx.pid;
error_log {place}/error.log crit;
events {{ worker_connections 19000; }}
http {{
    access_log off;
    nchan_shared_memory_size 256m;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location ~ ^/ws/(\\w+)$ {{
            nchan_pubsub websocket;
            nchan_channel_id $1;
            nchan_subscriber_first_message newest;
            nchan_message_buffer_length 1000;
            nchan_message_timeout 5m;
        }}
    }}
}}
"""
