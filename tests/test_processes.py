"""`teahouse up`: it starts, what dies returns, and nothing outlives it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import processes
from rooms.errors import Misconfigured
from settings import Settings
from tests.servers import free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")

TEAHOUSE = [sys.executable, "-m", "cli"]
PROGRAMS = {
    "redis": "redis.conf", "web": "gunicorn_conf", "fast": "tasks fast", "slow": "tasks slow", "beat": "tasks beat",
    "sandbox": "sandbox.json",
}


class House:
    """A `teahouse up --sandbox` of our own."""

    def __init__(self, var: Path) -> None:
        self.var, self.port, self.sandbox_port = var, free_port(), free_port()
        others = {name: value for name, value in os.environ.items() if not name.startswith(("TEAHOUSE_", "REDIS_URL"))}
        self.environ = {**others, "TEAHOUSE_VAR": str(var), "TEAHOUSE_PORT": str(self.port),
                        "TEAHOUSE_SANDBOX_PORT": str(self.sandbox_port)}
        self.output = var.parent / "output.txt"

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*TEAHOUSE, *words], env=self.environ, capture_output=True, text=True, timeout=60,
                              check=False)

    def up(self) -> None:
        self.began = time.monotonic()
        with self.output.open("w") as output:
            self.process = subprocess.Popen([*TEAHOUSE, "up", "--sandbox"], env=self.environ, stdout=output,
                                            stderr=output)
        until(lambda: "Teahouse is ready" in self.output.read_text(), 60, self.output.read_text)
        self.seconds = time.monotonic() - self.began

    def pids(self) -> set[int]:
        """This command and everything below it."""
        parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
        family, before = {self.process.pid}, 0
        while len(family) > before:
            before = len(family)
            family |= {pid for pid, parent in parents.items() if parent in family}
        return family

    def pid(self, program: str) -> int | None:
        """The process of that program that supervisor started; its children come and go with it."""
        return next((pid for pid in self.pids() if PROGRAMS[program] in _command(pid)
                     and "supervisor.supervisord" in _command(_parent(Path(f"/proc/{pid}")))), None)

    def get(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=2) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code
        except OSError:
            return 0


def _parent(path: Path) -> int:
    try:
        return int((path / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def until(true: Callable[[], object], seconds: float, say: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, say()
        time.sleep(0.05)


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if _command(pid)}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("up") / "var")
    made = house.command("init", "--demo", "--json")
    assert made.returncode == 0, made.stderr
    house.up()
    yield house
    if house.process.poll() is None:
        house.process.terminate()
        house.process.wait(90)


def test_it_starts_soon_and_says_where_to_look(house: House) -> None:
    said = house.output.read_text()
    assert f"http://127.0.0.1:{house.sandbox_port}/" in said
    assert f"http://127.0.0.1:{house.port}/wechat/" in said
    assert house.seconds < 40  # four on an idle machine with two cores
    assert (house.get("/healthz"), house.get("/readyz"), house.get("/metrics")) == (200, 200, 200)


def test_a_second_one_on_the_same_folder_refuses_in_one_line(house: House) -> None:
    second = house.command("up")
    assert second.returncode == 1
    assert "another `teahouse up` runs" in second.stderr
    assert second.stderr.count("\n") == 1


def test_the_doctor_asks_the_sandbox_for_the_demo_s_tokens(house: House) -> None:
    told = json.loads(house.command("doctor", "--json").stdout)
    assert [finding for finding in told["findings"] if finding["state"] == "wrong"] == []
    tokens = [finding for finding in told["findings"] if finding["what"].startswith("wx")]
    assert [finding["state"] for finding in tokens] == ["ok", "ok"]


def test_no_secret_of_ours_can_be_read_by_others_or_stands_on_a_command_line(house: House) -> None:
    password = json.loads((house.var / "redis.json").read_text())["password"]
    key = (house.var / "secret_key").read_text()
    lines = [_command(pid) for pid in house.pids()]
    assert not [line for line in lines if password in line or key in line]
    assert house.var.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_killed_returns(house: House, program: str) -> None:
    before = house.pid(program)
    assert before is not None
    os.kill(before, signal.SIGKILL)
    until(lambda: house.pid(program) not in (before, None), 40)
    until(lambda: house.get("/readyz") == 200, 40, house.output.read_text)


def test_what_it_writes_holds_no_secret(house: House) -> None:
    accounts = json.loads((house.var / "sandbox.json").read_text())["accounts"]
    secrets = {account[name] for account in accounts for name in ("secret", "token", "encoding_aes_key")}
    secrets |= {(house.var / "secret_key").read_text(), json.loads((house.var / "redis.json").read_text())["password"]}
    written = house.output.read_text() + (house.var / "supervisord.conf").read_text()
    assert len(secrets) == 8
    assert not [secret for secret in secrets if secret in written]


def test_sigterm_drains_and_ends_everything(house: House) -> None:
    family = house.pids()
    assert len(family) > len(PROGRAMS)
    house.process.terminate()
    assert house.process.wait(60) == 0
    until(lambda: not alive(family), 5, lambda: str({pid: _command(pid) for pid in alive(family)}))


def test_killed_it_takes_everything_along_and_starts_again_on_the_same_folder(house: House) -> None:
    if house.process.poll() is None:
        pytest.skip("the house still stands")
    house.up()
    family = house.pids()
    house.process.kill()
    house.process.wait()
    until(lambda: not alive(family), 60, lambda: str({pid: _command(pid) for pid in alive(family)}))


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = Settings.from_environment({"TEAHOUSE_VAR": str(tmp_path), "TEAHOUSE_PORT": str(port)})
        with pytest.raises(Misconfigured, match=f"^TEAHOUSE_PORT: cannot listen on 127.0.0.1 port {port}"):
            processes.up(settings, sandbox=False)


def test_the_configuration_holds_no_secret_and_survives_odd_folders(tmp_path: Path) -> None:
    odd = tmp_path / "100% of 'ours' here"
    settings = Settings.from_environment({"TEAHOUSE_VAR": str(odd), "TEAHOUSE_SECRET_KEY": "k" * 32})
    chosen = processes.programs(settings, sandbox=True)
    written = processes.supervisor_configuration(settings, chosen)
    assert "k" * 32 not in written
    from supervisor.options import ServerOptions

    path = tmp_path / "supervisord.conf"
    path.write_text(written)
    options = ServerOptions()
    options.realize(["-c", str(path)])
    commands = {each.name: each.command for group in options.process_group_configs for each in group.process_configs}
    assert set(commands) == set(PROGRAMS)
    assert "100% of " in commands["redis"]


def test_a_newcomer_reads_where_to_look_and_how_to_sign_in(tmp_path: Path) -> None:
    settings = Settings.from_environment({"TEAHOUSE_VAR": str(tmp_path)})
    (tmp_path / processes.DEMO_STAFF).write_text('[{"email": "owner@teahouse.example", "password": "canary"}]')
    told = processes.welcome(settings, sandbox=True)
    for wanted in ("http://127.0.0.1:8100/", "http://127.0.0.1:8000/preview/", "http://127.0.0.1:8000/console/",
                   "owner@teahouse.example  canary", "/wechat/APPID", str(tmp_path)):
        assert wanted in told
    assert "/preview/" not in processes.welcome(settings, sandbox=False)
