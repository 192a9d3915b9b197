"""Words at rest with a master key, on both databases."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from rooms import (
    archive,
    broadcast_walk,
    broadcasts,
    demo,
    doors,
    grams,
    held,
    ids,
    indexing,
    keeping,
    members,
    merging,
    messages,
    notices,
    reports,
    requests,
    safety,
    sanctions,
    search,
    seats,
    webhooks,
)
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Misconfigured
from rooms.events import Door, Person
from rooms.record import Record, alarms, audit, bodies, entries, envelopes, keyring, tables
from rooms.record import held as held_rows
from rooms.record import media as media_rows
from rooms.record import reports as report_rows
from rooms.record import safety as safety_rows
from rooms.record import sanctions as sanction_rows
from rooms.record import search as index
from rooms.record.alarms import Alarm
from rooms.record.held import HeldRow
from rooms.record.media import Media
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

    def tip(self) -> int:
        return self.store.record.read(lambda c: entries.tip(c, self.hall))

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
    assert [frame[:1] for frame in stage.frames()] == [b"\x01", b"\x02"]
    assert stage.find("茶馆") == [2, 1]
    assert {block.key for block in sealing.record.read(lambda c: index.blocks(c, [stage.hall]))} != {0}
    store.close()


def test_older_words_are_packed_and_sealed_by_repacking_once(redis: RedisServer, database_url: str,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SHORTEST", 256)  # as it was
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


# what lies outside of the log


def lying(store: Store, column: Any, id_: str) -> str:
    """As it lies in the table."""
    found: str = store.record.read(lambda c: c.execute(select(column).where(column.table.c.id == id_)).scalar_one())
    return found


def all_of(stage: Stage, column: Any) -> list[str]:
    """As it lies in the table, of this stage's organization."""
    query = select(column).where(column.table.c.organization == stage.cast.organization)
    return list(stage.store.record.read(lambda c: list(c.scalars(query))))


def keep(stage: Stage, text: str, client_id: str) -> HeldRow:
    held.keep(stage.store, stage.alice, stage.hall, Draft("text", {"text": text}, client_id), held.SAFETY)
    return waiting(stage)[-1]


def waiting(stage: Stage) -> Sequence[HeldRow]:
    return stage.store.record.read(lambda c: held_rows.waiting(c, stage.cast.organization, "", (0, ""), 10))


def steward(stage: Stage) -> Actor:
    return Actor(Person(ids.new("s"), stage.cast.organization, "Steward", Door.CONSOLE), "owner")


def test_what_waits_for_a_review_is_sealed_and_read_by_its_judges(stage: Stage) -> None:
    row = keep(stage, "茶馆的秘密" * 60, "h1")
    assert lying(stage.store, tables.held.c.body, row.id)[0] == envelopes.MARK
    assert "茶馆的秘密" in row.body
    safety.set_policy(stage.store, steward(stage), "after", "before")
    assert safety.collect(stage.store) > 0
    (check,) = [one for one in stage.store.record.read(lambda c: safety_rows.due(c, 1 << 60, 1_000))
                if one.held == row.id]
    assert check.content == "茶馆的秘密" * 60
    assert lying(stage.store, tables.checks.c.content, check.id)[0] == envelopes.MARK
    held.let_through(stage.store, row, stage.alice.id)
    archive.archive_channel(stage.store, stage.hall)
    assert "茶馆的秘密".encode() in stage.read()[-1]
    assert lying(stage.store, tables.held.c.body, row.id) == "{}"


def test_held_words_cannot_be_moved_to_another_row(stage: Stage) -> None:
    first, second = keep(stage, "first", "h1"), keep(stage, "second", "h2")
    stolen, table = lying(stage.store, tables.held.c.body, first.id), tables.held
    stage.store.record.write(lambda c: c.execute(table.update().where(table.c.id == second.id).values(body=stolen)))
    with pytest.raises(Misconfigured, match="changed or moved"):
        waiting(stage)
    stage.store.record.write(lambda c: c.execute(table.delete().where(table.c.id == second.id)))


def test_a_picture_that_waits_sealed_is_not_thrown_away(stage: Stage) -> None:
    picture = Media(ids.new("m"), stage.cast.organization, stage.alice.id, "image", "ready", "", 1, 1, 1, 0, "", "", 0,
                    0, 0, "", 1)
    stage.store.record.write(lambda c: media_rows.add(c, picture))
    unused = partial(media_rows.unused, before=2, limit=1_000)
    held.keep(stage.store, stage.alice, stage.hall, Draft(
        "image", {"media": picture.id, "width": 1, "height": 1}, "h1"), held.SAFETY)
    assert picture.id not in stage.store.record.read(unused)
    (row,) = waiting(stage)
    assert held.reject(stage.store, row, "s_1", "")
    assert picture.id in stage.store.record.read(unused)


def test_an_announcement_to_many_is_sealed_and_said_as_it_was_written(stage: Stage) -> None:
    made = broadcasts.start(stage.store, steward(stage), "明天关门" * 20)
    assert lying(stage.store, tables.broadcasts.c.text, made.id)[0] == envelopes.MARK
    assert broadcasts.of_organization(stage.store, steward(stage))[0].text == "明天关门" * 20
    broadcast_walk.advance(stage.store)
    archive.archive_channel(stage.store, stage.hall)
    assert "明天关门".encode() in stage.read()[-1]


def test_what_webhooks_are_told_goes_with_the_data_key(stage: Stage) -> None:
    made = webhooks.add(stage.store, steward(stage), "https://example.com/hook", ["message"])
    stage.say("一句")
    webhooks.follow(stage.store)
    (call,) = webhooks.calls(stage.store, steward(stage), made.id, 1 << 53, 10)
    assert "一句" in call.body
    assert lying(stage.store, tables.webhook_calls.c.body, call.id)[0] == envelopes.MARK
    keeping.erase_key(stage.store, stage.cast.organization)
    assert [one for one in webhooks.take(stage.store) if one.call.webhook == made.id] == []
    (call,) = webhooks.calls(stage.store, steward(stage), made.id, 1 << 53, 10)
    assert (call.state, call.body) == ("failed", "")


def test_what_an_alarm_keeps_is_sealed(stage: Stage) -> None:
    stage.say("x")
    alarm = Alarm(1, "archive_conflict", stage.hall, "e1", 7, "another", b'{"body":"secret"}')
    stage.store.record.write(lambda c: alarms.sound(c, [alarm]))
    table = tables.alarms
    kept = stage.store.record.read(lambda c: c.execute(
        select(table.c.id, table.c.content).where(table.c.channel == stage.hall)).one())
    assert kept.content[:1] == b"\x02"
    assert alarm in [one for _, one in stage.store.record.read(lambda c: alarms.open_ones(c, 1_000))]
    stage.store.record.write(lambda c: alarms.close(c, kept.id, 2))


def test_reasons_and_notices_are_sealed_and_read_by_those_they_are_for(stage: Stage) -> None:
    bob, olga = stage.cast.person("Bob"), steward(stage)
    members.join(stage.store, bob, stage.cast.room)
    sanctions.mute(stage.store, olga, stage.hall, bob.id, 600, "骂人")
    stage.say("惹人烦")
    reports.report(stage.store, bob, stage.hall, stage.tip(), "广告")
    row = keep(stage, "茶", "h9")
    held.reject(stage.store, row, olga.person.id, "不合适")

    tables_of = (tables.sanctions.c.reason, tables.reports.c.reason, tables.notices.c.facts, tables.held.c.reason)
    for column in tables_of:
        kept = [words for words in all_of(stage, column) if words not in ("", "{}")]
        assert kept, column
        assert all(words.startswith(envelopes.MARK) for words in kept), column

    [sanction] = stage.store.record.read(lambda c: sanction_rows.of_user(c, stage.cast.organization, bob.id))
    [report] = stage.store.record.read(lambda c: report_rows.of_entry(c, stage.hall, stage.tip()))
    told = [notices.facts(one) for one in (*notices.waiting(stage.store, bob.id),
                                           *notices.waiting(stage.store, stage.alice.id))]
    assert (sanction.reason, report.reason, [one["reason"] for one in told]) == ("骂人", "广告", ["骂人", "不合适"])
    assert (stage.store.record.read(lambda c: held_rows.one(c, row.id)) or row).reason == "不合适"

    both = merging.merge(stage.store, stage.alice.id, bob.id, "the same person")
    [sanction] = stage.store.record.read(lambda c: sanction_rows.of_user(c, stage.cast.organization, both))
    assert sanction.reason == "骂人"
    keeping.erase_key(stage.store, stage.cast.organization)
    [sanction] = stage.store.record.read(lambda c: sanction_rows.of_user(c, stage.cast.organization, both))
    assert (sanction.kind, sanction.reason) == ("mute", "")
    assert [notices.facts(one) for one in notices.waiting(stage.store, both)] == [{}, {}]


def test_an_act_that_would_seal_before_there_is_a_key_makes_the_key_first(stage: Stage) -> None:
    assert stage.store.record.read(keyring.organizations).get(stage.cast.organization) is None
    sanctions.mute(stage.store, steward(stage), stage.hall, stage.alice.id, 600, "first of all")
    assert stage.store.record.read(keyring.organizations)[stage.cast.organization]
    [words] = all_of(stage, tables.sanctions.c.reason)
    assert words[0] == envelopes.MARK


def test_reasons_that_lay_open_before_are_sealed_by_repacking(redis: RedisServer, database_url: str) -> None:
    store = store_on(redis.url, database_url)
    stage = Stage(store)
    sanctions.mute(store, steward(stage), stage.hall, stage.alice.id, 600, "openly")
    assert all_of(stage, tables.sanctions.c.reason) == ["openly"]
    stage.store = Store(store.live, opened(database_url, MASTER), store.clock, store.limits)
    keeping.repack(stage.store)
    [words] = all_of(stage, tables.sanctions.c.reason)
    assert words[0] == envelopes.MARK
    [sanction] = stage.store.record.read(lambda c: sanction_rows.of_user(c, stage.cast.organization, stage.alice.id))
    assert sanction.reason == "openly"
    stage.store.record.close()
    store.close()


def test_what_is_asked_at_the_door_is_sealed_and_read_by_the_moderators(redis: RedisServer, database_url: str) -> None:
    open_store = store_on(redis.url, database_url)
    stage = Stage(open_store)
    bob, carol, olga = stage.cast.person("Bob"), stage.cast.person("Carol"), steward(stage)
    doors.change(open_store, olga, stage.cast.room, doors.Ways(by_request=True))
    requests.ask(open_store, bob, stage.cast.room, "老张介绍的")
    stage.store = Store(open_store.live, opened(database_url, MASTER), open_store.clock, open_store.limits)
    assert [one.request.text for one in requests.waiting(stage.store, olga, stage.cast.room)] == ["老张介绍的"]
    requests.ask(stage.store, carol, stage.cast.room, "也想来")
    keeping.repack(stage.store)
    requests.answer(stage.store, olga, stage.cast.room, bob.id, yes=False, reason="满了")

    lying = select(tables.requests.c.text, tables.requests.c.reason).where(tables.requests.c.room == stage.cast.room)
    kept = [words for row in stage.store.record.read(lambda c: c.execute(lying).all()) for words in row if words]
    assert [words[0] for words in kept] == [envelopes.MARK] * 3
    [asked] = requests.of(stage.store, bob)
    assert (asked.text, asked.reason) == ("老张介绍的", "满了")
    assert [one.request.text for one in requests.waiting(stage.store, olga, stage.cast.room)] == ["也想来"]
    keeping.erase_key(stage.store, stage.cast.organization)
    [asked] = requests.of(stage.store, bob)
    assert (asked.state, asked.text, asked.reason) == ("declined", "", "")
    stage.store.record.close()
    open_store.close()


def test_of_an_erased_key_nothing_that_was_held_or_announced_is_left(stage: Stage) -> None:
    keep(stage, "secret", "h1")
    broadcasts.start(stage.store, steward(stage), "later", starts_at=stage.store.clock.now() + 60_000)
    keeping.erase_key(stage.store, stage.cast.organization)
    assert [row.body for row in waiting(stage)] == ["{}"]
    assert [one.text for one in broadcasts.of_organization(stage.store, steward(stage))] == [""]


def test_what_was_held_and_announced_openly_before_is_read_and_sealed_by_repacking(redis: RedisServer,
                                                                                   database_url: str) -> None:
    store = store_on(redis.url, database_url)
    stage = Stage(store)
    row = keep(stage, "开着的", "h1")
    made = broadcasts.start(store, steward(stage), "早", starts_at=store.clock.now() + 60_000)
    assert "开着的" in lying(store, tables.held.c.body, row.id)
    stage.store = Store(store.live, opened(database_url, MASTER), store.clock, store.limits)
    assert waiting(stage) == [row]
    assert keeping.repack(stage.store) >= 2
    for column, id_ in ((tables.held.c.body, row.id), (tables.broadcasts.c.text, made.id)):
        assert lying(store, column, id_)[0] == envelopes.MARK
    assert waiting(stage) == [row]
    assert broadcasts.of_organization(stage.store, steward(stage))[0].text == "早"
    stage.store.record.close()
    store.close()


def test_the_demo_opens_where_words_are_sealed(database_url: str) -> None:
    record = opened(database_url, MASTER)
    assert demo.init(record, int(time.time() * 1000))["rooms"]
    record.close()
