"""The whole house as an operator runs it: `teahouse init --demo`, `teahouse up --sandbox`, on free ports.

Its processes are found by walking /proc from the one we started, so that a test can kill or freeze exactly the web
process that serves a phone. Only processes below our own are ever touched.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import requests

from tests.patience import PATIENCE_SECONDS
from tests.phone import Phone
from tests.sandbox_client import Sandbox
from tests.servers import free_port

ROOT = Path(__file__).parents[1]
SECONDS = 180
"""For a command."""
PAGE = os.sysconf("SC_PAGE_SIZE")
TRACEBACK = re.compile(r"Traceback \(most recent call last\):\n(?: .*\n)*\S.*")
Json = dict[str, Any]


class Child(NamedTuple):
    """A process of the house."""

    pid: int
    parent: int
    command: str
    """Its command line, words separated by spaces."""


class Operator:
    """Gives `teahouse` its words. Reading the program takes a second: it is read once, and each command is a fork."""

    PROGRAM = """
import contextlib, io, json, os, sys, traceback
import cli
cli.parser()
for line in sys.stdin:
    words, environ = json.loads(line)
    if os.fork():
        os.wait()
        continue
    os.environ.clear()
    os.environ.update(environ)
    out, err = io.StringIO(), io.StringIO()
    status = "it did not end"
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = cli.main(words)
    except SystemExit as end:
        status = end.code
    except BaseException:
        err.write(traceback.format_exc())
    finally:
        print(json.dumps([status, out.getvalue(), err.getvalue()]), flush=True)
        os._exit(0)
"""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def does(self, words: Sequence[str], environ: dict[str, str]) -> str:
        """RuntimeError with the command's complaint where it fails."""
        if self._process is None:
            self._process = subprocess.Popen([sys.executable, "-c", self.PROGRAM], cwd=ROOT, env=environ, text=True,
                                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([list(words), environ]) + "\n")
        self._process.stdin.flush()
        told, _, _ = select.select([self._process.stdout], [], [], SECONDS)
        if not told:
            raise RuntimeError(f"{words}: no answer within {SECONDS} s")
        status, printed, complaint = json.loads(self._process.stdout.readline())
        if status:
            raise RuntimeError(f"{words}: {complaint.strip()[-2000:]}")
        return str(printed).strip()

    def leave(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.communicate()


class House:
    """Everything, started and ended together.

        with House(tmp_path) as house:
            alice = house.phone("爱丽丝")
            alice.enter(house.hall)
    """

    def __init__(self, folder: Path, web_processes: int = 2, **environ: str) -> None:
        self.folder = folder
        self.port, self.sandbox_port = free_port(), free_port()
        self.environ = {
            **{name: value for name, value in os.environ.items()
               if not name.startswith("TEAHOUSE_") and name not in ("REDIS_URL", "DATABASE_URL")},
            "TEAHOUSE_VAR": str(folder / "var"), "TEAHOUSE_PORT": str(self.port),
            "TEAHOUSE_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "TEAHOUSE_SANDBOX_PORT": str(self.sandbox_port), "TEAHOUSE_WEB_PROCESSES": str(web_processes),
            "TEAHOUSE_LOGINS_PER_MINUTE": "100000", **environ,
        }
        self.web_processes = web_processes
        self.redis_port = 0
        """Of a Redis that is not the embedded one."""
        self.demo: Json = {}
        self.wechat = Sandbox()
        self.phones: list[Phone] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._operator = Operator()
        self.seconds_to_ready = 0.0

    # ---- as an operator

    def __enter__(self) -> House:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, _type: type[BaseException] | None, _value: object, _traceback: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def var(self) -> Path:
        return self.folder / "var"

    @property
    def log_file(self) -> Path:
        return self.folder / "house.log"

    def command(self, *arguments: str) -> str:
        """What `teahouse …` prints. RuntimeError with its complaint where it fails."""
        return self.commands(arguments)[0]

    def commands(self, *several: Sequence[str]) -> list[str]:
        """What each prints, without the line's end."""
        return [self._operator.does(words, self.environ) for words in several]

    def start(self, seconds: float = 60.0) -> House:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.demo = self.demo or json.loads(self.command("init", "--demo", "--json"))
        began = time.monotonic()
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen([sys.executable, "-m", "cli", "up", "--sandbox"], cwd=ROOT,
                                             env=self.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.wechat.url = f"http://127.0.0.1:{self.sandbox_port}"
        self.wait_ready(seconds)
        self.seconds_to_ready = time.monotonic() - began
        return self

    def ensure_started(self) -> None:
        """Runs and is ready, also after a test that failed while it was down."""
        if self._process is None or self._process.poll() is not None:
            self.start()
        else:
            self.wait_ready()

    def stop(self, seconds: float = 60.0) -> float:
        """Everybody leaves, then SIGTERM as an operator would; how many seconds that took."""
        for phone in self.phones:
            phone.close()
        self.phones.clear()
        self._operator.leave()
        return self.end(seconds)

    def end(self, seconds: float = 60.0) -> float:
        """SIGTERM while whoever is there is still there."""
        process, self._process = self._process, None
        began = time.monotonic()
        if process is not None:
            for child in self._below(process.pid):
                _signal(child.pid, signal.SIGCONT)
            process.terminate()
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                for child in self._below(process.pid):
                    _signal(child.pid, signal.SIGKILL)
                process.kill()
                process.wait()
        return time.monotonic() - began

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the house is not running"
        return self._process

    def wait_ready(self, seconds: float = 60.0) -> None:
        """Until the web processes and the sandbox answer."""
        places = (f"{self.url}/readyz", f"{self.wechat.url}/")
        self.wait(lambda: all(self._answers(place) for place in places), seconds, "ready")
        self.wait(lambda: len(self.web()) == self.web_processes, seconds, "all web processes run")

    def wait(self, condition: Callable[[], Any], seconds: float, what: str) -> float:
        """Seconds until the condition held."""
        began, seconds = time.monotonic(), max(PATIENCE_SECONDS, seconds)
        while not condition():
            if self._process is not None and self._process.poll() is not None:
                raise RuntimeError(f"the house ended with {self._process.returncode}: {self.last_words()}")
            assert time.monotonic() - began < seconds, f"not within {seconds} s: {what}\n{self.last_words()}"
            time.sleep(0.02)
        return time.monotonic() - began

    def last_words(self, size: int = 3000) -> str:
        return self.log_file.read_text("utf-8", "replace")[-size:] if self.log_file.exists() else ""

    def tracebacks(self) -> list[str]:
        """Every traceback in the log, whoever wrote it."""
        return TRACEBACK.findall(self.log_file.read_text("utf-8", "replace"))

    @staticmethod
    def _answers(url: str) -> bool:
        try:
            with requests.Session() as http:
                http.trust_env = False
                return http.get(url, timeout=60).status_code == 200
        except requests.RequestException:
            return False

    # ---- its people and places

    @property
    def official(self) -> str:
        appid: str = self.demo["official_account"]["appid"]
        return appid

    @property
    def mini(self) -> str:
        appid: str = self.demo["mini_program"]["appid"]
        return appid

    @property
    def organization(self) -> str:
        organization: str = self.demo["organization"]["id"]
        return organization

    def channel(self, name: str) -> str:
        return next(str(channel["id"]) for room in self.demo["rooms"] for channel in room["channels"]
                    if channel["name"] == name)

    @property
    def hall(self) -> str:
        """大厅, the demo's first channel."""
        return self.channel("大厅")

    def new_channels(self, *names: str, room: str = "") -> list[str]:
        """Fresh channels in 茶馆 or the room given, so that each test has a log of its own."""
        room = room or self.demo["rooms"][0]["id"]
        return self.commands(*(["channel", "add", room, name] for name in names))

    def token(self, openid: str | None = None, appid: str = "") -> str:
        """A token for this person of the mini-program, or for a new one."""
        code, _ = self.wechat.login_code(appid or self.mini, openid)
        with requests.Session() as http:
            http.trust_env = False
            answer = http.post(f"{self.url}/api/v1/login", json={"appid": appid or self.mini, "code": code}, timeout=60)
        if answer.status_code != 200:
            raise requests.HTTPError(f"login: {answer.status_code} {answer.text[:300]}", response=answer)
        token: str = answer.json()["token"]
        return token

    def phone(self, name: str = "", appid: str = "", open_now: bool = True, **settings: Any) -> Phone:
        """A new person's phone, connected."""
        phone = Phone(self.url, lambda: self.token(appid=appid), name, **{"port": self.port, **settings})
        self.phones.append(phone)
        return phone.open() if open_now else phone

    def let_go(self, *phones: Phone) -> None:
        for phone in phones:
            phone.close()
            if phone in self.phones:
                self.phones.remove(phone)

    # ---- its processes

    def children(self) -> list[Child]:
        return self._below(self.process.pid)

    def web(self) -> list[int]:
        """The gunicorn workers that run, without their master."""
        master = self.web_master()
        return [child.pid for child in self.children() if child.parent == master]

    def web_master(self) -> int:
        return self._one(lambda child, known: "gunicorn" in child.command and "leash" not in child.command
                         and "gunicorn" not in known.get(child.parent, ""))

    def redis(self) -> int:
        return self._one(lambda child, _: re.search(r"(valkey|redis)-server", child.command) is not None
                         and "leash" not in child.command)

    def supervisor(self) -> int:
        """What starts the others again; frozen, it does not."""
        return self._one(lambda child, _: "supervisor.supervisord" in child.command and "leash" not in child.command)

    def clock(self, name: str = "fast") -> list[int]:
        """The Celery worker of that name, master first, then its children."""
        found = [child for child in self.children() if f"-m tasks {name}" in child.command
                 and "leash" not in child.command]
        pids = {child.pid for child in found}
        return sorted((child.pid for child in found), key=lambda pid: pid not in
                      {c.pid for c in found if c.parent not in pids})

    def _one(self, fits: Callable[[Child, dict[int, str]], bool]) -> int:
        """0 where there is none just now."""
        children = self.children()
        commands = {child.pid: child.command for child in children}
        return next((child.pid for child in children if fits(child, commands)), 0)

    def serving(self, phone: Phone) -> int:
        """The web process that holds the phone's socket."""
        assert phone.socket is not None
        inode = _inode_towards(self.port, phone.socket.local_port)
        return next(pid for pid in self.web() if inode in _sockets(pid))

    def phones_in_each_process(self, channel: str, count: int, name: str = "", **settings: Any) -> list[Phone]:
        """`count` phones in the channel, at least one in every web process."""
        phones = [self.phone(f"{name}{number}", **settings) for number in range(count)]
        for pid in self.web():
            homes = [self.serving(phone) for phone in phones]
            if pid not in homes:
                self._move(next(phone for phone, home in zip(phones, homes, strict=True) if homes.count(home) > 1), pid)
        for phone in phones:
            answer = phone.enter(channel)
            assert answer["op"] == "entered", answer
            phone.begin_notes()
        return phones

    def _move(self, phone: Phone, pid: int) -> None:
        """Breaks its connection while no other web process can take the next one."""
        others = [other for other in self.web() if other != pid]
        self.kill_all(others, signal.SIGSTOP)
        try:
            before = phone.connections
            phone.cut()
            phone.wait(lambda: phone.connections > before and phone.connected, 20, "back in another process")
        finally:
            self.kill_all(others, signal.SIGCONT)

    def kill(self, pid: int, how: signal.Signals = signal.SIGKILL) -> None:
        """Only what is ours."""
        assert pid in {child.pid for child in self.children()}, f"{pid} is no process of this house"
        os.kill(pid, how)

    def kill_all(self, pids: Sequence[int], how: signal.Signals = signal.SIGKILL) -> None:
        """Those of them that still live: when the first dies, others may go by themselves."""
        for child in self.children():
            if child.pid in pids:
                _signal(child.pid, how)

    def memory(self) -> dict[int, int]:
        """Resident bytes of every process that runs."""
        found = {}
        for child in self.children():
            try:
                found[child.pid] = int(Path(f"/proc/{child.pid}/statm").read_text().split()[1]) * PAGE
            except (OSError, IndexError):
                continue
        return found

    @staticmethod
    def _below(root: int) -> list[Child]:
        everybody = {child.pid: child for child in _processes()}
        found, parents = [], {root}
        while parents:
            generation = [child for child in everybody.values() if child.parent in parents]
            found += generation
            parents = {child.pid for child in generation}
        return found


def _processes() -> Iterator[Child]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text("utf-8", "replace")
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        state, parent = stat.rpartition(")")[2].split()[:2]
        if state != "Z":
            yield Child(int(entry.name), int(parent), command)


def _inode_towards(port: int, peer: int) -> str:
    """The socket on `port` whose other end is `peer`, both on loopback."""
    local, remote = f"0100007F:{port:04X}", f"0100007F:{peer:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[1] == local and words[2] == remote:
            return f"socket:[{words[9]}]"
    raise AssertionError(f"no socket from {port} to {peer}")


def _sockets(pid: int) -> set[str]:
    found = set()
    try:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            try:
                found.add(str(entry.readlink()))
            except OSError:
                continue
    except OSError:
        pass
    return found


def _signal(pid: int, how: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, how)
