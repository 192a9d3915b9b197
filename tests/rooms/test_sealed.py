"""Words at rest with a master key, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rooms import archive, grams, indexing, keeping, members, messages, search, seats
from rooms.drafts import Draft
from rooms.errors import Misconfigured
from rooms.record import Record, audit, entries, keyring, tables
from rooms.record import search as index
from rooms.search import Query
from rooms.store import Store
from tests.cast import Cast, store_on
from tests.servers import RedisServer

MASTER, NEXT = "the first master key, long enough", "the second master key, long enough"


class Stage:
    def __init__(self, store: Store) -> None:
        self.store, self.cast, self.said = store, Cast(store), 0
        self.hall = self.cast.channel("hall")
        self.alice = self.cast.person("Alice")
        members.join(store, self.alice, self.cast.room)
        seats.enter(store, self.alice, self.hall, "p1.1")

    def say(self, text: str) -> None:
        self.said += 1
        messages.post(self.store, self.alice, self.hall, Draft("text", {"text": text}, f"k{self.said}"))
        archive.archive_channel(self.store, self.hall)

    def frames(self, record: Record | None = None) -> list[bytes]:
        """As they lie in the table."""
        table = tables.entries
        query = table.select().where(table.c.channel == self.hall).order_by(table.c.seq)
        return [row.frame for row in (record or self.store.record).read(lambda c: list(c.execute(query)))]

    def read(self, record: Record | None = None) -> list[bytes]:
        return [e.frame for e in (record or self.store.record).read(lambda c: entries.page(c, self.hall))]

    def find(self, text: str) -> list[int]:
        indexing.index(self.store)
        return [hit.entry.seq for hit in search.search(self.store, self.alice, Query(text)).hits]


@pytest.fixture
def stage(redis: RedisServer, database_url: str) -> Iterator[Stage]:
    store = store_on(redis.url, database_url, master_keys=[MASTER])
    yield Stage(store)
    store.close()


def opened(url: str, *masters: str) -> Record:
    return Record.open(url, "a key for tests", master_keys=masters)


def test_words_are_sealed_in_the_table_and_read_and_found_as_before(stage: Stage) -> None:
    stage.say("茶馆的秘密" * 30)
    (frame,) = stage.frames()
    assert frame[:1] == b"\x02"
    assert "茶馆".encode() not in frame
    assert "茶馆的秘密".encode() in stage.read()[0]
    assert stage.find("秘密") == [1]


def test_the_index_tells_nothing_to_who_has_no_key(stage: Stage) -> None:
    stage.say("茶馆")
    indexing.index(stage.store)

    def held(connection: Any) -> int:
        ids = [block.id for block in index.blocks(connection, [stage.hall])]
        return len(index.postings(connection, ids, [grams.number("茶馆")]))

    assert stage.store.record.read(held) == 0
    assert stage.find("茶馆") == [1]


def test_a_sealed_entry_cannot_be_moved_to_another_place(stage: Stage) -> None:
    stage.say("first")
    stage.say("second")
    table = tables.entries
    stolen = stage.frames()[0]
    stage.store.record.write(lambda c: c.execute(
        table.update().where(table.c.channel == stage.hall, table.c.seq == 2).values(frame=stolen)))
    with pytest.raises(Misconfigured, match="changed or moved"):
        stage.read()


def test_two_master_keys_open_while_the_data_keys_are_wrapped_anew(stage: Stage, database_url: str) -> None:
    stage.say("before")
    both = opened(database_url, NEXT, MASTER)
    frames = stage.frames()
    assert b"before" in stage.read(both)[0]
    assert both.write(both.keyring.rewrap) >= 1
    assert stage.frames() == frames
    assert b"before" in stage.read(opened(database_url, NEXT))[0]
    assert b"before" in stage.read(both)[0]
    with pytest.raises(Misconfigured, match="TEAHOUSE_MASTER_KEY"):
        stage.read(opened(database_url, MASTER))
    with pytest.raises(Misconfigured, match="TEAHOUSE_MASTER_KEY"):
        stage.read(opened(database_url))
    both.write(opened(database_url, MASTER, NEXT).keyring.rewrap)  # as the other tests find it


def test_without_its_data_key_an_organization_has_said_nothing(stage: Stage, database_url: str) -> None:
    stage.say("gone for good")
    assert stage.store.record.write(lambda c: keyring.erase(c, stage.cast.organization))
    assert not stage.store.record.write(lambda c: keyring.erase(c, stage.cast.organization))
    for record in (stage.store.record, opened(database_url, MASTER)):
        with pytest.raises(keyring.ErasedError):
            stage.read(record)
    numbers = stage.store.record.read(keyring.organizations)
    stage.store.record.write(lambda c: stage.store.record.keyring.prepare(c, [stage.hall]))
    anew = stage.store.record.read(keyring.organizations)[stage.cast.organization]
    assert anew not in numbers.values()


def test_what_lay_open_before_stays_readable_and_is_indexed_again_under_the_key(redis: RedisServer,
                                                                                database_url: str) -> None:
    store = store_on(redis.url, database_url)
    stage = Stage(store)
    stage.say("开着的茶馆")
    assert stage.find("茶馆") == [1]
    sealing = Store(store.live, opened(database_url, MASTER), store.clock, store.limits)
    stage.store = sealing
    stage.say("锁着的茶馆")
    assert [frame[:1] for frame in stage.frames()] == [b"{", b"\x02"]
    assert stage.find("茶馆") == [2, 1]
    assert {block.key for block in sealing.record.read(lambda c: index.blocks(c, [stage.hall]))} != {0}
    store.close()


def test_older_words_are_packed_and_sealed_by_repacking_once(redis: RedisServer, database_url: str) -> None:
    store = store_on(redis.url, database_url)
    stage = Stage(store)
    stage.say("短")
    stage.say("很长很长的话" * 30)
    before = stage.read()
    assert [frame[:1] for frame in stage.frames()] == [b"{", b"\x01"]
    stage.store = Store(store.live, opened(database_url, MASTER), store.clock, store.limits)
    assert keeping.repack(stage.store) >= 2
    assert [frame[:1] for frame in stage.frames()] == [b"\x02", b"\x02"]
    assert stage.read() == before
    assert stage.find("很长很长") == [2]
    store.close()


def test_erasing_the_key_is_written_down_and_closes_the_rooms(stage: Stage) -> None:
    stage.say("茶馆")
    assert stage.find("茶馆") == [1]
    assert keeping.erase_key(stage.store, stage.cast.organization)
    assert not keeping.erase_key(stage.store, stage.cast.organization)
    acts = [row.act.act for row in stage.store.record.read(lambda c: audit.page(c, stage.cast.organization))]
    assert acts == ["erase_key"]
    assert stage.find("茶馆") == []
