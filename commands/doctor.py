"""`teahouse doctor`: what is wrong, and what to do about it. Changes nothing."""

from __future__ import annotations

import argparse
import email.utils
import json
import resource
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from embedded import running_redis, settle
from processes import under_sandbox
from rooms import accounts, backup, denials
from rooms.errors import Misconfigured, Refused
from rooms.record import migrate
from rooms.store import Store, check_durability, open_store
from settings import Settings

CLOCK_SECONDS = 5
"""How far clocks may be apart: WeChat's signatures and our deadlines forgive this much."""
DISK_BYTES = 1 << 30
MEMORY_SHARE = 0.85
SPARE_FILES = 400


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


class Finding(NamedTuple):
    what: str
    state: State
    found: str
    advice: str = ""


def add_to(commands: Any) -> None:
    parser = commands.add_parser("doctor", help="check Redis, SQL, WeChat, clock, disk and limits; say what to do")
    parser.add_argument("--json", action="store_true", help="the findings as JSON")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Exit status 1 when something is wrong; a warning is not."""
    given = under_sandbox(Settings.from_environment())
    with running_redis(given):
        findings = list(examine(settle(given)))
    wrong = any(finding.state is State.WRONG for finding in findings)
    if chosen.json:
        print(json.dumps({"ok": not wrong, "findings": [each._asdict() for each in findings]}, ensure_ascii=False))
    else:
        for each in findings:
            print(f"{each.state:<8} {each.what:<12} {each.found}{f' → {each.advice}' if each.advice else ''}")
    return 1 if wrong else 0


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check in turn; one that cannot be made is wrong, and does not stop the others."""
    yield _carefully("migrations", lambda: _migrations(settings), "see that DATABASE_URL names a running server")
    store = None
    try:
        store = open_store(settings)
    except (Misconfigured, Refused) as error:
        yield Finding("store", State.WRONG, str(error), "start what it names, then ask again")
    if store is not None:
        yield from _with(store, settings)
        store.close()
    yield _carefully("clock", lambda: _against_wechat(settings), "see that this host reaches the internet")
    if settings.cloud_hosting:
        yield Finding("hosting", State.WARNING, f"pushes for {', '.join(settings.cloud_hosting)} are believed unsigned",
                      "see that the container has no public access; else empty TEAHOUSE_CLOUD_HOSTING")
    yield _disk(settings)
    yield _ffmpeg(settings)
    yield _files(settings)


def _with(store: Store, settings: Settings) -> Iterator[Finding]:
    """What needs both servers."""
    redis = "see that Redis runs and that REDIS_URL names it"
    yield _carefully("redis", lambda: _ping(store), redis)
    yield _carefully("durability", lambda: _durability(store, settings), redis)
    yield _carefully("memory", lambda: _memory(store), redis)
    yield _carefully("redis clock", lambda: _against_redis(store), redis)
    yield _carefully("backup", lambda: _backup(store, settings), "see sql and migrations")
    yield _carefully("sql", lambda: _sql(store), "see that the database runs and that DATABASE_URL names it")
    try:
        known = accounts.every(store)
    except (Misconfigured, Refused) as error:
        yield Finding("accounts", State.WRONG, str(error), "see sql and migrations above")
    else:
        yield from (_credentials(settings, account) for account in known)
        yield from (finding for account in known for finding in _denials(store, account))


def _carefully(what: str, check: Callable[[], Finding], advice: str) -> Finding:
    try:
        return check()
    except (Misconfigured, Refused, OSError, urllib.error.URLError, ValueError) as error:
        return Finding(what, State.WRONG, str(error) or type(error).__name__, advice)


def _migrations(settings: Settings) -> Finding:
    pending = migrate.pending(str(settings.database_url))
    if pending:
        return Finding("migrations", State.WRONG, f"{len(pending)} pending", "run `teahouse migrate`")
    return Finding("migrations", State.OK, "none pending")


def _ping(store: Store) -> Finding:
    began = time.perf_counter()
    store.live.get(store.live.name("doctor"))
    milliseconds = (time.perf_counter() - began) * 1000
    servers = store.live.info("server")
    version = servers[0].get("valkey_version") or servers[0].get("redis_version", "?")
    kind = f"a cluster of {len(servers)} masters" if store.live.cluster else "one server"
    return Finding("redis", State.OK, f"version {version}, {kind}, answers in {milliseconds:.1f} ms")


def _durability(store: Store, settings: Settings) -> Finding:
    try:
        check_durability(store.live, settings.durability)
    except Misconfigured as wrong:
        return Finding("durability", State.WRONG, str(wrong))
    for server in store.live.info("persistence"):
        for name in ("aof_last_write_status", "aof_last_bgrewrite_status"):
            if server.get(name, "ok") != "ok":
                return Finding("durability", State.WRONG, f"{name} is {server[name]}", "see Redis's log and its disk")
    return Finding("durability", State.OK, f"Redis keeps what {settings.durability} promises")


def _memory(store: Store) -> Finding:
    policies = {policy for policy in store.live.settings("maxmemory-policy") if policy} - {"noeviction"}
    if policies:
        return Finding("memory", State.WRONG, f"maxmemory-policy is {' '.join(policies)}",
                       "set noeviction: anything else drops messages in silence")
    for server in store.live.info("memory"):
        used, limit = int(server.get("used_memory", 0)), int(server.get("maxmemory", 0))
        if limit and used > limit * MEMORY_SHARE:
            return Finding("memory", State.WARNING, f"Redis uses {used / limit:.0%} of its maxmemory", "give it more")
    return Finding("memory", State.OK, "Redis never evicts and has room")


def _against_redis(store: Store) -> Finding:
    key = store.live.name("doctor")
    seconds, microseconds = store.live.command("TIME", key=key)
    return _apart("redis clock", int(seconds) + int(microseconds) / 1e6, "Redis's host")


def _backup(store: Store, settings: Settings) -> Finding:
    """A scheduled one is old after two times its time and a bit; one by hand after a month."""
    last, scheduled = backup.last_good(store), settings.backup_folder is not None
    hours = 2 * settings.backup_hours + 1 if scheduled else 24 * 31
    if last is None:
        state = State.WARNING if scheduled else State.OK
        return Finding("backup", state, "none yet", "set TEAHOUSE_BACKUP_KEY, then `teahouse backup FILE`; with "
                       "TEAHOUSE_BACKUP_FOLDER the clock makes them")
    age = (store.clock.now() - last.at) // backup.HOUR_MS
    if age >= hours:
        return Finding("backup", State.WARNING, f"the last good one is {age} hours old ({last.detail})",
                       "run `teahouse backup FILE` and see what it says; is the clock running?")
    return Finding("backup", State.OK, f"the last good one is {age} hours old ({last.detail})")


def _sql(store: Store) -> Finding:
    store.record.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())
    return Finding("sql", State.OK, f"answers ({store.record!r})")


def _denials(store: Store, account: accounts.Account) -> Iterator[Finding]:
    for one in denials.of_account(store, account.appid):
        yield Finding(account.appid, State.WARNING, f"{one.feature} are off: WeChat said {one.errcode}",
                      f"verify the account, then `teahouse account allow {account.appid} '{one.feature}'`")


def _against_wechat(settings: Settings) -> Finding:
    """Any answer carries a Date, a refusal too."""
    request = urllib.request.Request(settings.wechat_api_url, method="HEAD")  # noqa: S310  the settings allow http(s) only
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            date = answer.headers.get("Date")
    except urllib.error.HTTPError as refusal:
        date = refusal.headers.get("Date")
    if date is None:
        return Finding("clock", State.WARNING, f"{settings.wechat_api_url} tells no time", "compare it by hand")
    return _apart("clock", email.utils.parsedate_to_datetime(date).timestamp(), settings.wechat_api_url)


def _apart(what: str, theirs: float, whose: str) -> Finding:
    apart = abs(time.time() - theirs)
    if apart > CLOCK_SECONDS:
        return Finding(what, State.WRONG, f"{apart:.0f} s apart from {whose}", "let NTP set this host's clock")
    return Finding(what, State.OK, f"agrees with {whose}")


def _credentials(settings: Settings, account: accounts.Account) -> Finding:
    from wechat.platform.client import CallFailed  # slow to import, and only this command needs it
    from wechat.platform.token import Credentials, stable_token

    what = account.appid
    try:
        stable_token(settings.wechat_api_url, Credentials(account.appid, account.secret))
    except CallFailed as failed:
        advice = {
            40013: "WeChat does not know this appid: compare it with the platform's page",
            40125: "the secret is wrong: register the account again with the right one",
            40001: "the secret is wrong: register the account again with the right one",
            40164: "put this host's outgoing address on the account's IP whitelist",
            None: f"see that this host reaches {settings.wechat_api_url}",
        }.get(failed.errcode, "look the number up in the platform's documents")
        return Finding(what, State.WRONG, f"no token: {failed}", advice)
    return Finding(what, State.OK, f"{settings.wechat_api_url} gives it a token")


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.var).free
    if free < DISK_BYTES:
        return Finding("disk", State.WRONG, f"{free >> 20} MiB free at {settings.var}",
                       "make room: a full disk stops Redis")
    return Finding("disk", State.OK, f"{free >> 30} GiB free at {settings.var}")


def _ffmpeg(settings: Settings) -> Finding:
    from media.ffmpeg import program

    found = program(settings)
    if found is None:
        return Finding("ffmpeg", State.WARNING, "there is none: voices and videos are refused",
                       "install ffmpeg or the extra `media`, or name one in TEAHOUSE_FFMPEG")
    return Finding("ffmpeg", State.OK, found)


def _files(settings: Settings) -> Finding:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = settings.sockets_per_process + SPARE_FILES
    if hard != resource.RLIM_INFINITY and hard < wanted:
        return Finding("files", State.WARNING, f"a process may open {hard}, {wanted} are wanted",
                       "raise the limit (ulimit -Hn, LimitNOFILE), or lower TEAHOUSE_SOCKETS_PER_PROCESS")
    return Finding("files", State.OK, f"a process may open {'any number' if hard < 0 else hard}")
