"""Teahouse under test: gunicorn with production's worker and app, and the embedded Valkey, durable (`always`).

It lives in a temporary TEAHOUSE_VAR on free ports. Limits that would end a load are lifted; everything else is as
`teahouse up` runs it, without the worker, the beat and the sandbox, which have measurements of their own.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from redis import Redis

from bench import costs
from bench.servers import Served, folder, free_port, running
from bench.shards import Shards
from bench.shards import shards as masters
from embedded import redis_command, settle, wait_for_redis
from miniprogram.tokens import Tokens
from rooms import channels, ids, orgs, recovery, rooms
from rooms.events import Door, Person
from rooms.record import Connection, migrate, tables
from rooms.store import Store, open_store
from settings import Settings

UNLIMITED = {
    "TEAHOUSE_SAY_PER_SECOND": "0", "TEAHOUSE_FRAMES_PER_SECOND": "100000",
    "TEAHOUSE_HANDSHAKES_PER_SECOND": "100000", "TEAHOUSE_CALLBACK_MAX_AGE_SECONDS": "0",
    "TEAHOUSE_ROOM_PASSWORD_TRIES_PER_MINUTE": "100000", "TEAHOUSE_SOCKETS_PER_USER": "100",
    "TEAHOUSE_LOG_LEVEL": "warning",
}


class Guest(NamedTuple):
    person: Person
    token: str


class House:
    """One running house; `store` is this process's own way into it."""

    def __init__(self, settings: Settings, store: Store, shards: Shards, web: dict[int, int], sql: Path) -> None:
        """`web`: port → pid."""
        self.settings, self.store, self.shards, self._web, self._sql = settings, store, shards.pids, web, sql
        self._nodes: list[Any] = [Redis.from_url(url) for url in shards.urls]
        self.organization = orgs.add(store, "bench")
        self._tokens = Tokens(settings.secret_key or "")

    @property
    def served(self) -> Served:
        return Served("teahouse", "house", self.settings.port, lambda: [*self.shards, *self.web])

    @property
    def redis(self) -> int:
        """The one that there is; with several of them, one of them."""
        return self.shards[0]

    @property
    def web(self) -> list[int]:
        return [pid for master in self._web.values() for pid in costs.family(master)]

    @property
    def ports(self) -> list[int]:
        """One for each web process."""
        return list(self._web)

    @property
    def worker(self) -> int:
        """The web process that serves; with several of them, one of them."""
        return self.web[-1]

    def turns(self) -> int:
        """Of the loops of all shards, since they started."""
        return sum(int(node.info("stats").get("eventloop_cycles", 0)) for node in self._nodes)

    def sql_statements(self) -> int:
        """Run by all web processes since they started."""
        return sum(int.from_bytes(path.read_bytes(), "little") for path in self._sql.iterdir())

    def guests(self, count: int) -> list[Guest]:
        """New people with tokens, as after their first login."""
        now = self.store.clock.now()
        people = [Person(ids.new("u"), self.organization, f"客{number}", Door.MINIPROGRAM, "")
                  for number in range(count)]
        rows = [{"id": each.id, "organization": each.organization, "name": each.name, "avatar": "", "tokens_after": 0,
                 "created_at": now, "erased_at": None} for each in people]

        def act(connection: Connection) -> None:
            if rows:
                connection.execute(tables.users.insert(), rows)

        self.store.record.write(act)
        return [Guest(each, self._tokens.issue(each.id, each.organization, now)) for each in people]

    def channels(self, guests: list[list[Guest]]) -> list[str]:
        """A room with one channel for each list of guests, who are its members already."""
        made = []
        for inside in guests:
            room = rooms.add(self.store, self.organization, f"r{secrets.token_hex(6)}")
            made.append(channels.add(self.store, room, "大厅"))
            self._join(room, inside)
            recovery.make_ready(self.store, room)
        return made

    def _join(self, room: str, inside: list[Guest]) -> None:
        now = self.store.clock.now()
        rows = [{"room": room, "user": guest.person.id, "role": "member", "joined_at": now} for guest in inside]

        def act(connection: Connection) -> None:
            if rows:
                connection.execute(tables.members.insert(), rows)

        self.store.record.write(act)


@contextmanager
def house(processes: int = 1, environ: dict[str, str] | None = None, shards: int = 1) -> Iterator[House]:
    """With more than one shard, a Redis Cluster. Each web process has a port and a gunicorn of its own, as on hosts of
    their own, so that a measurement chooses who sits in which of them."""
    with ExitStack() as stack:
        place = stack.enter_context(folder("house"))
        (place / "sql").mkdir()
        ports = [free_port() for _ in range(processes)]
        chosen = {**UNLIMITED, "TEAHOUSE_VAR": str(place), "TEAHOUSE_PORT": str(ports[0]),
                  "TEAHOUSE_WEB_PROCESSES": "1", "TEAHOUSE_BENCH_SQL": str(place / "sql"), **(environ or {})}
        if shards > 1:
            cluster = stack.enter_context(masters(shards))
            chosen |= {"REDIS_URL": cluster.url, "TEAHOUSE_BROKER_URL": f"redis://127.0.0.1:{free_port()}/0",
                       "TEAHOUSE_SECRET_KEY": secrets.token_hex(32), "DATABASE_URL": f"sqlite:///{place}/teahouse.db"}
        given = Settings.from_environment({**_without_ours(), **chosen})
        redis = cluster if shards > 1 else stack.enter_context(_redis(given))
        settings = settle(given)
        migrate.upgrade(settings.database_url or "")
        store = stack.enter_context(_store(settings))
        web = {port: stack.enter_context(_web(place, port, settings, chosen)) for port in ports}
        for port in ports:
            _warm(port)
        made = House(settings, store, redis, web, place / "sql")
        try:
            yield made
        finally:
            _say_errors(place / "web.log")


@contextmanager
def _web(place: Path, port: int, settings: Settings, chosen: dict[str, str]) -> Iterator[int]:
    """The first is at home in `place`; the others share nothing with it but the addresses and the secret."""
    own = {**{name: "" for name in os.environ if name.startswith("TEAHOUSE_")}, **chosen}
    if port != settings.port:
        own |= {"TEAHOUSE_VAR": str(place / str(port)), "TEAHOUSE_PORT": str(port),
                "REDIS_URL": settings.redis_url or "", "DATABASE_URL": settings.database_url or "",
                "TEAHOUSE_SECRET_KEY": settings.secret_key or ""}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:bench.gunicorn_conf", "app:application"]
    with running(command, place / "web.log", port, own) as pid:
        yield pid


@contextmanager
def _redis(settings: Settings) -> Iterator[Shards]:
    process = subprocess.Popen(redis_command(settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_redis(settings)
        url = settle(settings).redis_url or ""
        yield Shards(url, [url], [process.pid])
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    store = open_store(settings)
    try:
        yield store
    finally:
        store.close()


def _warm(port: int) -> None:
    """Gunicorn listens before the application is there."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=40) as answer:
        assert answer.status == 200


def _without_ours() -> dict[str, str]:
    named = ("TEAHOUSE_", "REDIS_URL", "DATABASE_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(named)}


def _say_errors(log: Path) -> None:
    """What the house complained about belongs beside the figures."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if '"error"' in line or "Traceback" in line]
    for line in lines[:5]:
        print(f"  the house says: {line[:300]}", file=sys.stderr)
