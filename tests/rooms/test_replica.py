"""History and search ask a replica of the record; where it lags, or is away, the record itself.

The replica here is a copy of an SQLite file, as far behind as the test makes it: it shows who is asked what, not how
MariaDB replicates.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from rooms import archive, indexing, members, messages, search, seats
from rooms.drafts import Draft
from rooms.live import keys
from rooms.record import Record
from rooms.search import Query
from rooms.store import Store
from tests import servers
from tests.cast import Cast, store_on

HERE, COPY = "record", "copy"


class Stage:
    """Alice's words in the hall are in SQL and no more in Redis."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.cast, self.folder = store, Cast(store), folder
        self.hall = self.cast.channel("hall")
        self.alice = self.cast.person("Alice")
        members.join(store, self.alice, self.cast.room)
        seats.enter(store, self.alice, self.hall, "p.1")

    def say(self, *texts: str) -> None:
        for text in texts:
            messages.post(self.store, self.alice, self.hall, Draft("text", {"text": text}, text))
        archive.archive_channel(self.store, self.hall)
        indexing.index(self.store)
        log = keys.of_channel(self.store.live.prefix, self.hall).log
        self.store.live.command("DEL", log, key=log)

    def replicate(self) -> None:
        with (closing(sqlite3.connect(self.folder / f"{HERE}.db")) as primary,
              closing(sqlite3.connect(self.folder / f"{COPY}.db")) as copy):
            primary.backup(copy)

    def with_replica(self) -> Store:
        record = Record.open(f"sqlite:///{self.folder}/{HERE}.db", "a key for tests",
                             copy_url=f"sqlite:///{self.folder}/{COPY}.db")
        return replace(self.store, record=record)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with servers.valkey() as redis:
        store = store_on(redis.url, f"sqlite:///{tmp_path}/{HERE}.db")
        yield Stage(store, tmp_path)
        store.close()


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """Which file was asked for entries."""
    files: list[str] = []

    def note(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM entries" in statement:
            files.append(Path(connection.engine.url.database or "").stem)

    event.listen(Engine, "before_cursor_execute", note)
    yield files
    event.remove(Engine, "before_cursor_execute", note)


def seqs(page: messages.Page) -> list[int]:
    return [entry.seq for entry in page.entries]


def test_what_the_replica_has_it_is_asked_for(stage: Stage, asked: list[str]) -> None:
    stage.say("龙井茶", "普洱茶", "乌龙茶")
    stage.replicate()
    store = stage.with_replica()
    asked.clear()
    assert seqs(messages.history(store, stage.alice, stage.hall, before=3)) == [1, 2]
    assert [hit.entry.seq for hit in search.search(store, stage.alice, Query("普洱")).hits] == [2]
    assert set(asked) == {COPY}


def test_what_it_has_not_got_yet_comes_from_the_record(stage: Stage, asked: list[str]) -> None:
    stage.say("龙井茶", "普洱茶", "乌龙茶")
    stage.replicate()
    stage.say("铁观音", "白毫")
    store = stage.with_replica()
    asked.clear()
    assert seqs(messages.history(store, stage.alice, stage.hall)) == [1, 2, 3, 4, 5]
    assert seqs(messages.history(store, stage.alice, stage.hall, before=5, limit=2)) == [3, 4]
    assert [entry.seq for entry in messages.after(store, stage.hall, 2, 10)] == [3, 4, 5]
    assert asked[-2:] == [COPY, HERE]


def test_where_it_is_away_the_record_answers_alone(stage: Stage, asked: list[str]) -> None:
    stage.say("龙井茶", "普洱茶")
    store = stage.with_replica()  # an empty file: whatever is asked of it fails
    asked.clear()
    assert seqs(messages.history(store, stage.alice, stage.hall, before=3)) == [1, 2]
    assert [hit.entry.seq for hit in search.search(store, stage.alice, Query("普洱")).hits] == [2]
    assert asked.count(COPY) == 1, "it rests after a failure"
