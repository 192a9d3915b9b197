"""How long words are kept, on both databases."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from rooms import archive, held, indexing, members, messages, recalls, retention, search, seats
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.live import log as live_log
from rooms.record import Connection, audit, entries, marks, tables
from rooms.record import held as held_rows
from rooms.record import search as index
from rooms.record.retention import Kept, Owned
from rooms.retention import DAY_MS
from rooms.search import Query
from rooms.store import Store
from tests.cast import Cast


class Later:
    """A clock that is some days ahead."""

    def __init__(self, days: float) -> None:
        self._days = days

    def now(self) -> int:
        from rooms.store import SystemClock
        return SystemClock().now() + int(self._days * DAY_MS)


class Stage:
    def __init__(self, store: Store) -> None:
        self.store, self.cast, self.said = store, Cast(store), 0
        self.hall, self.chat = self.cast.channel("hall"), self.cast.channel("chat")
        self.alice: Person = self.cast.person("Alice")
        members.join(store, self.alice, self.cast.room)
        members.set_role(store, self.cast.room, self.alice.id, "owner")
        self.staff = Actor(self.cast.person("Steward"), "owner")
        for channel in (self.hall, self.chat):
            seats.enter(store, self.alice, channel, "p1.1")

    def say(self, channel: str, text: str) -> int:
        self.said += 1
        seq = messages.post(self.store, self.alice, channel, Draft("text", {"text": text}, f"k{self.said}")).seq
        archive.archive_channel(self.store, channel)
        return seq

    def keep(self, days: int | None, room: str = "", channel: str = "") -> None:
        retention.set_days(self.store, self.staff, room, channel, days)

    def sweep_in(self, days: float) -> int:
        """As if so many days had passed for the record's clock; Redis's clock is moved along."""
        later = Store(self.store.live, self.store.record, Later(days), self.store.limits)
        self.store.live.offset_ms = int(days * DAY_MS)
        try:
            return retention.sweep(later).entries.get(self.cast.organization, 0)
        finally:
            self.store.live.offset_ms = 0

    def seqs(self, channel: str) -> list[int]:
        return [e.seq for e in messages.history(self.store, self.alice, channel).entries]

    def find(self, text: str) -> list[tuple[str, int]]:
        indexing.index(self.store)
        return [(h.channel, h.entry.seq) for h in search.search(self.store, self.alice, Query(text)).hits]

    def grams(self, channel: str) -> int:
        def count(connection: Connection) -> int:
            ids = [block.id for block in index.blocks(connection, [channel])]
            table = tables.search_grams
            return len(list(connection.execute(table.select().where(table.c.block.in_(ids)))))
        return self.store.record.read(count)


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def test_a_channel_s_word_counts_more_than_its_room_s_and_that_more_than_the_organization_s() -> None:
    channel = Owned("c_1", "r_1", "o_1")
    kept = [Kept("o_1", "", "", 90), Kept("o_1", "r_1", "", 30), Kept("o_1", "r_1", "c_1", 0), Kept("o_2", "", "", 1)]
    assert retention.days_of(kept, channel) == 0
    assert retention.days_of(kept[:2], channel) == 30
    assert retention.days_of(kept[:1], channel) == 90
    assert retention.days_of(kept[3:], channel, 7) == 7


def test_what_is_past_its_time_is_gone_everywhere_and_numbers_go_on(stage: Stage) -> None:
    for text in ("旧茶馆一", "旧茶馆二"):
        stage.say(stage.hall, text)
        stage.say(stage.chat, text)
    recalls.recall(stage.store, Actor(stage.alice), stage.hall, 1)
    archive.archive_channel(stage.store, stage.hall)
    assert len(stage.find("旧茶馆")) == 3
    stage.keep(30, stage.cast.room, stage.hall)
    assert stage.sweep_in(29) == 0
    assert stage.sweep_in(31) == 3
    assert stage.sweep_in(31) == 0
    assert stage.seqs(stage.hall) == []
    assert live_log.read(stage.store.live, stage.hall, 0, 10) == []
    assert stage.grams(stage.hall) == 0
    assert stage.store.record.read(lambda c: marks.recalled(c, stage.hall)) == []
    assert stage.seqs(stage.chat) == [1, 2]
    assert stage.find("旧茶馆") == [(stage.chat, 2), (stage.chat, 1)]
    assert stage.say(stage.hall, "新茶馆") == 4
    assert stage.find("茶馆")[0] == (stage.hall, 4)
    assert stage.seqs(stage.hall) == [4]


def test_what_only_old_messages_showed_goes_with_them(stage: Stage) -> None:
    for text in ("一", "二"):
        stage.say(stage.hall, text)
    uses = tables.media_uses
    stage.store.record.write(lambda c: c.execute(uses.insert(), [
        {"media": "m_000001", "channel": stage.hall, "seq": 1, "at": 1},
        {"media": "m_000002", "channel": stage.chat, "seq": 1, "at": 1}]))
    stage.keep(30, stage.cast.room, stage.hall)
    assert stage.sweep_in(31) == 2
    left = stage.store.record.read(lambda c: {row.media for row in c.execute(uses.select()) if row.at == 1})
    assert "m_000001" not in left
    assert "m_000002" in left


def test_a_sweep_that_has_no_time_leaves_out_another_channel_each_time(
        stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    monkeypatch.setattr(retention, "_sweep", lambda _store, channel, *_: begun.append(channel.id) or 0)
    stage.keep(30)
    for first in (0, 1):
        monkeypatch.setattr("random.randrange", lambda _, first=first: first)
        retention.sweep(stage.store, 30, until=0)
    assert len(set(begun)) == 2


def test_words_that_were_held_go_with_the_message_that_they_became(stage: Stage) -> None:
    draft = Draft("text", {"text": "茶"}, "h1")
    assert isinstance(held.keep(stage.store, stage.alice, stage.hall, draft, held.WORDS), held.Held)

    def rows() -> list[held.HeldRow]:
        return list(stage.store.record.read(lambda c: [
            *held_rows.in_state(c, held_rows.WAITING, 1 << 53, 10), *held_rows.in_state(
                c, held_rows.PUBLISHED, 1 << 53, 10)]))

    (row,) = [one for one in rows() if one.channel == stage.hall]
    held.let_through(stage.store, row, stage.alice.id)
    stage.say(stage.hall, "二")
    stage.keep(30, stage.cast.room, stage.hall)
    assert [one.id for one in rows() if one.channel == stage.hall] == [row.id]
    stage.sweep_in(31)
    assert [one for one in rows() if one.channel == stage.hall] == []


def test_what_is_younger_stays_and_leaves_no_gram_of_the_older(stage: Stage) -> None:
    stage.say(stage.hall, "从前的话")
    stage.find("从前")

    def age(connection: Connection) -> None:
        table = tables.entries
        connection.execute(table.update().where(table.c.channel == stage.hall).values(at=table.c.at - 40 * DAY_MS))

    stage.store.record.write(age)
    stage.say(stage.hall, "今天的话")
    stage.find("今天")
    before = stage.grams(stage.hall)
    stage.keep(30)
    assert stage.sweep_in(0) == 1
    assert stage.store.record.read(lambda c: entries.first(c, stage.hall)) == 2
    assert stage.find("从前") == []
    assert len(stage.find("今天")) == 1
    assert stage.grams(stage.hall) == before - 2  # 从前 and 前的; 的话 and the author belong to the younger one too


def test_the_last_before_a_time_is_found_where_numbers_are_missing(stage: Stage) -> None:
    stage.say(stage.hall, "x")
    (row,) = stage.store.record.read(lambda c: entries.above(c, stage.hall, 0, 9, 9))
    times = {3: 10, 4: 20, 9: 30, 30: 40}
    stage.store.record.write(lambda c: entries.add_many(c, [
        row._replace(seq=seq, at=row.at + at) for seq, at in times.items()]))
    stage.store.record.write(lambda c: c.execute(
        tables.channels.update().where(tables.channels.c.id == stage.hall).values(archived_seq=30)))
    found = [stage.store.record.read(lambda c, at=at: entries.last_before(c, stage.hall, row.at + at))  # type: ignore[misc]
             for at in (0, 1, 10, 11, 25, 31, 100)]
    assert found == [0, 1, 1, 3, 4, 9, 30]


def test_who_says_how_long_and_what_is_written_down(stage: Stage) -> None:
    stage.keep(30)
    stage.keep(None)
    acts = [row.act for row in stage.store.record.read(lambda c: audit.page(c, stage.cast.organization))
            if row.act.act == "retention"]
    assert [(msgspec.json.decode(act.before), msgspec.json.decode(act.after)) for act in acts] == [
        ({"days": None}, {"days": 30}), ({"days": 30}, {"days": None})]
    wrong: list[tuple[Actor, Any, Code]] = [
        (Actor(stage.alice), ("", "", 30), Code.FORBIDDEN),
        (Actor(stage.alice, "moderator"), ("", "", 30), Code.FORBIDDEN),
        (stage.staff, ("", "", -1), Code.BAD_FRAME), (stage.staff, ("r_0000000000", "", 1), Code.NOT_FOUND),
        (stage.staff, ("", stage.hall, 1), Code.NOT_FOUND),
        (Actor(Cast(stage.store).person("Stranger"), "owner"), (stage.cast.room, "", 1), Code.NOT_FOUND)]
    for actor, (room, channel, days), code in wrong:
        with pytest.raises(Refused) as refused:
            retention.set_days(stage.store, actor, room, channel, days)
        assert refused.value.code is code
