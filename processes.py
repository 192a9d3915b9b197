"""`teahouse up`: everything that must run, in one foreground command.

Supervisor starts the programs, starts again whichever dies, and ends them in the reverse order: first the doors, so
that the rest lives until they are drained. Every program is on a leash, so none outlives this command, not even
one that is killed.
"""

from __future__ import annotations

import getpass
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import IO, NamedTuple

import leash
from embedded import redis_command, settle
from rooms.errors import Misconfigured
from settings import Settings

READY_SECONDS = 90
SANDBOX_HOST = "127.0.0.1"
DEMO_STAFF = "demo-staff.json"
"""Under `var`: who may sign in to the demo's console, kept because the record knows only a hash of the password."""


class Program(NamedTuple):
    """One that is kept running. What must stop later has a lower `order`, what may stop together has the same;
    `patience` is its time to stop in seconds."""

    name: str
    command: list[str]
    order: int
    patience: int


def programs(settings: Settings, sandbox: bool) -> list[Program]:
    """What runs, for the settings as the operator gave them. The clock waits until the doors are open, so that they
    need not share the processors with it while they start."""
    python = [sys.executable, "-m"]
    clock = [*python, "leash", "--after", str(settings.var / "ready"), *python, "tasks"]
    chosen = [
        Program("fast", [*clock, "fast"], 300, 40),
        Program("slow", [*clock, "slow"], 300, 40),
        Program("beat", [*clock, "beat"], 300, 10),
        Program("web", [*python, "gunicorn", "-c", "python:gunicorn_conf", "app:application"], 500, 45),
    ]
    if settings.redis_url is None:
        chosen.append(Program("redis", redis_command(settings), 100, 30))
    if sandbox:
        chosen.append(Program("sandbox", [*python, "sandbox", "--host", SANDBOX_HOST, "--port",
                                          str(settings.sandbox_port), "--house", house(settings),
                                          "--accounts", str(settings.var / "sandbox.json")], 200, 10))
    return sorted(chosen, key=lambda program: program.order)


def up(settings: Settings, sandbox: bool) -> int:
    """Runs everything until SIGTERM, SIGINT or SIGHUP; gives the exit status. Raises Misconfigured before any start."""
    settle(settings)
    with only_one(settings.var):
        _check_port("TEAHOUSE_PORT", settings.host, settings.port)
        if sandbox:
            _check_port("TEAHOUSE_SANDBOX_PORT", SANDBOX_HOST, settings.sandbox_port)
        raise_file_limit()
        (settings.var / "ready").unlink(missing_ok=True)
        configuration = settings.var / "supervisord.conf"
        configuration.write_text(supervisor_configuration(settings, programs(settings, sandbox)), encoding="utf-8")
        environ = environment(settings, sandbox)
        told = {"wechat_api_url": environ.get("TEAHOUSE_WECHAT_API_URL", settings.wechat_api_url)}
        (settings.var / "running.json").write_text(json.dumps(told), encoding="utf-8")
        return _supervise(configuration, environ, settings, sandbox)


def environment(settings: Settings, sandbox: bool) -> dict[str, str]:
    """The programs' environment: ours, and what `up` decides where nothing was said."""
    chosen = {"TEAHOUSE_LOG_FORMAT": "text", "PYTHONUNBUFFERED": "1"}
    if sandbox:
        chosen |= {"TEAHOUSE_WECHAT_API_URL": sandbox_url(settings), "TEAHOUSE_SMS_PROVIDER": "sandbox"}
    given = {name: value for name, value in os.environ.items() if value or name not in chosen}
    return {**chosen, **given, "TEAHOUSE_VAR": str(settings.var)}


def house(settings: Settings) -> str:
    """Where this host reaches the web processes."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def sandbox_url(settings: Settings) -> str:
    return f"http://{SANDBOX_HOST}:{settings.sandbox_port}"


def under_sandbox(settings: Settings) -> Settings:
    """The settings that a command needs to see what a running `teahouse up --sandbox` sees."""
    note = settings.var / "running.json"
    if os.environ.get("TEAHOUSE_WECHAT_API_URL") or not note.exists() or not _runs(settings.var):
        return settings
    return replace(settings, wechat_api_url=json.loads(note.read_text(encoding="utf-8"))["wechat_api_url"])


def _runs(var: Path) -> bool:
    held = leash.lock(var / "up.lock")
    if held is not None:
        os.close(held)
    return held is None


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Raises Misconfigured while another `teahouse up` uses `var`."""
    held = leash.lock(var / "up.lock")
    if held is None:
        raise Misconfigured(f"TEAHOUSE_VAR: another `teahouse up` runs with {var}; end it, or name another folder")
    try:
        yield
    finally:
        os.close(held)


def raise_file_limit() -> None:
    """Lets this process and its children open as many files as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (hard, 1_048_576, 10_240):
        try:
            if wanted == resource.RLIM_INFINITY or wanted > soft:
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return
        except (ValueError, OSError):  # some systems allow less than they say
            continue


def supervisor_configuration(settings: Settings, chosen: list[Program]) -> str:
    """Secrets stand in the environment and in private files, never here."""
    base = {"nodaemon": "true", "logfile": "/dev/null", "logfile_maxbytes": "0", "loglevel": "warn",
            "pidfile": settings.var / "supervisord.pid", "childlogdir": settings.var}
    if os.geteuid() == 0:
        base["user"] = getpass.getuser()  # supervisor wants it said that root is meant
    together = [_group(order, list(few)) for order, few in groupby(chosen, key=lambda program: program.order)]
    return "\n".join([_section("supervisord", base), *together, *(_program(program) for program in chosen)])


def _group(order: int, chosen: list[Program]) -> str:
    names = ",".join(program.name for program in chosen)
    return _section(f"group:{order}", {"programs": names, "priority": order})


def _program(program: Program) -> str:
    return _section(f"program:{program.name}", {
        "command": " ".join(_quoted(word) for word in _leashed(program.command)),
        "autorestart": "true", "startsecs": 1, "startretries": 1_000_000, "stopwaitsecs": program.patience,
        "stopasgroup": "false", "killasgroup": "true", "redirect_stderr": "true", "stdout_logfile": "/dev/stdout",
        "stdout_logfile_maxbytes": 0,
    })


def _leashed(command: list[str]) -> list[str]:
    leashed = [sys.executable, "-m", "leash"]
    return command if command[:3] == leashed else [*leashed, *command]


def _section(name: str, values: dict[str, object]) -> str:
    lines = [f"{key} = {str(value).replace('%', '%%') if key != 'command' else value}" for key, value in values.items()]
    return "\n".join([f"[{name}]", *lines, ""])


def _quoted(word: str) -> str:
    """For supervisor's command line: shell quotes, and its own percent signs doubled."""
    return "'" + word.replace("'", "'\"'\"'").replace("%", "%%") + "'"


def _check_port(variable: str, host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Misconfigured(f"{variable}: cannot listen on {host} port {port} ({error.strerror}); "
                                f"choose another with {variable}=…") from None


def _supervise(configuration: Path, environ: dict[str, str], settings: Settings, sandbox: bool) -> int:
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "leash", sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)],
        env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True)
    asked = threading.Event()

    def end(_number: int, _frame: object) -> None:
        asked.set()
        supervisor.send_signal(signal.SIGTERM)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    threading.Thread(target=_announce, args=(settings, sandbox, asked), daemon=True).start()
    assert supervisor.stdout is not None
    _pass_on(supervisor.stdout)
    status = supervisor.wait()
    asked.set()
    return 0 if status == 0 else 1


def _pass_on(lines: IO[bytes]) -> None:
    """Every program's lines, whole, as they come. A closed terminal must not stop the house."""
    for line in lines:
        try:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
        except OSError:
            continue


def _announce(settings: Settings, sandbox: bool, ended: threading.Event) -> None:
    """Says where to look as soon as everything answers, and what does not when that takes too long."""
    wanted = [f"{house(settings)}/readyz", *([f"{sandbox_url(settings)}/"] if sandbox else [])]
    deadline = time.monotonic() + READY_SECONDS
    while not ended.wait(0.2):
        missing = [address for address in wanted if not _answers(address)]
        if not missing:
            (settings.var / "ready").touch()
            print(welcome(settings, sandbox), flush=True)
            return
        if time.monotonic() > deadline:
            print(f"Not ready after {READY_SECONDS} s: {' '.join(missing)}. The lines above say why; "
                  f"`teahouse doctor` says what to do.", flush=True)
            return


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def welcome(settings: Settings, sandbox: bool) -> str:
    """What a newcomer reads when everything answers."""
    lines = ["", "茶馆已就绪 · Teahouse is ready", ""]
    if sandbox:
        lines += ["  打开这里，用关注者的手机和小程序互相聊天 · Open this: a follower's phone and a mini-program",
                  f"      {sandbox_url(settings)}/",
                  "  小程序在浏览器里 · The mini-program in a browser",
                  f"      {house(settings)}/preview/"]
    lines += ["  管理控制台 · The console", f"      {house(settings)}/console/", *_demo_staff(settings), "",
              f"  公众号回调 · WeChat pushes to  {house(settings)}/wechat/APPID",
              f"  数据在 · Data lives in        {settings.var}", "",
              "  按 Ctrl-C 结束 · Ctrl-C ends everything", ""]
    return "\n".join(lines)


def _demo_staff(settings: Settings) -> list[str]:
    try:
        known = json.loads((settings.var / DEMO_STAFF).read_text(encoding="utf-8"))
    except OSError:
        return []
    return [f"      {one['email']}  {one['password']}" for one in known]
