"""Search, on both databases: what is found, by whom, and in which order."""

from __future__ import annotations

import itertools
import random
from typing import Any

import msgspec
import pytest

from rooms import (
    announcements,
    archive,
    blocks,
    candidates,
    excerpts,
    indexing,
    members,
    messages,
    recalls,
    rooms,
    rules,
    sanctions,
    search,
    seats,
)
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.record import Connection, channels, entries, tables
from rooms.record import search as index
from rooms.record.entries import Row
from rooms.search import Query
from rooms.store import Store
from tests.cast import Cast


class Stage:
    """Alice and Bob in the hall, Olga owns the room; Charlie is of another organization."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast, self.count = store, Cast(store), itertools.count()
        self.hall, self.chat = self.cast.channel("hall"), self.cast.channel("chat")
        self.alice, self.bob, self.olga = (self.cast.person(name) for name in ("Alice", "Bob", "Olga"))
        for person in (self.alice, self.bob, self.olga):
            members.join(store, person, self.cast.room)
            for channel in (self.hall, self.chat):
                seats.enter(store, person, channel, "p1.1")
        members.set_role(store, self.cast.room, self.olga.id, "owner")
        self.owner = Actor(self.olga)

    def say(self, text: str, person: Person | None = None, channel: str = "") -> int:
        return self.post(Draft("text", {"text": text}, f"k{next(self.count)}"), person, channel)

    def post(self, draft: Draft, person: Person | None = None, channel: str = "") -> int:
        return messages.post(self.store, person or self.alice, channel or self.hall, draft).seq

    def index(self) -> int:
        for channel in (self.hall, self.chat):
            archive.archive_channel(self.store, channel)
        return indexing.index(self.store)

    def find(self, text: str = "", who: Person | None = None, **given: Any) -> list[tuple[str, int]]:
        """All pages."""
        found, after = [], None
        for _ in range(1_000):
            page = search.search(self.store, who or self.alice, Query(text, **given), after, 3)
            found += [(hit.channel, hit.entry.seq) for hit in page.hits]
            after = page.after
            if after is None:
                return found
        raise AssertionError("the pages have no end")

    def in_hall(self, text: str, **given: Any) -> list[int]:
        return [seq for channel, seq in self.find(text, **given) if channel == self.hall]

    def rows(self, channel: str = "") -> int:
        """How many grams the index holds of a channel."""
        def count(connection: Connection) -> int:
            ids = [block.id for block in index.blocks(connection, [channel or self.hall])]
            table = tables.search_grams
            return len(list(connection.execute(table.select().where(table.c.block.in_(ids)))))
        return self.store.record.read(count)


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def test_two_characters_of_chinese_are_found_newest_first(stage: Stage) -> None:
    first, _, third = stage.say("今天去茶馆喝茶"), stage.say("馆里没有茶"), stage.say("茶馆开门了")
    assert stage.find("茶馆") == []
    assert stage.index() == 3
    assert stage.in_hall("茶馆") == [third, first]
    assert stage.index() == 0


def test_words_are_found_whole_and_whatever_their_case_and_width(stage: Stage) -> None:
    stage.say("teahouse")
    seq = stage.say("Meet me at the TEA house, ７ o'clock")
    stage.index()
    assert stage.in_hall("ｔｅａ") == stage.in_hall("7 tea") == stage.in_hall("o'clock") == [seq]
    assert stage.in_hall("hous") == []


def test_all_terms_must_stand_in_a_message_as_they_were_typed(stage: Stage) -> None:
    both, _, apart = stage.say("茶馆里有点心"), stage.say("茶馆"), stage.say("点心不在茶馆")
    stage.index()
    assert stage.in_hall("茶馆 点心") == [apart, both]
    assert stage.in_hall("茶馆里有") == [both]
    stage.say("馆里的茶馆，里有")  # each pair stands somewhere, the four characters do not
    stage.index()
    assert stage.in_hall("茶馆里有") == [both]


def test_what_is_searched_for_is_marked(stage: Stage) -> None:
    stage.say("前" * 200 + "去茶馆" + "后" * 200)
    stage.index()
    excerpt = search.search(stage.store, stage.alice, Query("茶馆")).hits[0].excerpt
    assert [text for text, hit in excerpt if hit] == ["茶馆"]
    assert excerpt[0] == excerpt[-1] == ("…", False)
    assert sum(len(text) for text, _ in excerpt) <= excerpts.LONGEST + 2


def test_by_author_type_channel_and_time(stage: Stage) -> None:
    one = stage.say("茶馆一")
    two = stage.say("茶馆二", stage.bob)
    stage.say("茶馆三", stage.bob, stage.chat)
    link = stage.post(Draft("link", {"title": "茶馆 地图", "url": "https://example.com", "description": "路"}, "link"))
    told = announcements.announce(stage.store, stage.owner, stage.hall, "茶馆放假").seqs[stage.hall]
    stage.index()
    assert stage.in_hall("茶馆", user=stage.bob.id) == [two]
    assert stage.find("", user=stage.bob.id, channel=stage.hall) == [(stage.hall, two)]
    assert stage.in_hall("茶馆", type="link") == [link]
    assert stage.in_hall("", type="announcement") == [told]
    assert stage.in_hall("茶馆", type="text") == [two, one]
    assert [channel for channel, _ in stage.find("茶馆", channel=stage.chat)] == [stage.chat]
    assert len(stage.find("茶馆", room=stage.cast.room)) == 5
    times = {row.seq: row.at for row in stage.store.record.read(lambda c: entries.above(c, stage.hall, 0, 99, 99))}
    assert stage.in_hall("茶馆", since=times[two]) == [told, link, two, *([one] if times[one] == times[two] else [])]
    assert stage.in_hall("茶馆", until=times[one] - 1) == []


def test_only_members_find_and_only_what_they_may_read(stage: Stage) -> None:
    secret = stage.cast.add_room(private=True)
    hidden = stage.cast.channel("hidden", secret)
    members.set_role(stage.store, secret, stage.bob.id, "member")
    seats.enter(stage.store, stage.bob, hidden, "p1.1")
    stage.say("茶馆的秘密", stage.bob, hidden)
    archive.archive_channel(stage.store, hidden)
    stage.index()
    assert stage.find("秘密", stage.bob) == [(hidden, 1)]
    assert stage.find("秘密", stage.alice) == []
    charlie = Cast(stage.store).person("Charlie")
    for query in (Query("秘密", channel=hidden), Query("秘密", room=secret), Query("秘密", room="r_0000000000")):
        for stranger in (stage.alice, charlie):
            with pytest.raises(Refused, match="not_found"):
                search.search(stage.store, stranger, query)
    assert stage.find("秘密", charlie) == []
    steward = stage.cast.person("Steward")
    assert len(search.search(stage.store, steward, Query("秘密"), staff=True).hits) == 1
    assert search.search(stage.store, charlie, Query("秘密"), staff=True).hits == []


def test_who_is_banned_kicked_or_below_the_channels_role_finds_nothing_there(stage: Stage) -> None:
    stage.say("茶馆")
    stage.say("茶馆", channel=stage.chat)
    stage.index()
    sanctions.ban(stage.store, stage.owner, stage.hall, stage.bob.id)
    assert [channel for channel, _ in stage.find("茶馆", stage.bob)] == [stage.chat]
    rules.change(stage.store, stage.owner, stage.chat, {"see": "moderator"})
    assert stage.find("茶馆", stage.bob) == []
    assert len(stage.find("茶馆", stage.olga)) == 2, "the owner sees both"
    assert stage.find("茶馆", stage.alice) == [(stage.hall, 1)]
    sanctions.kick(stage.store, stage.owner, stage.cast.room, stage.alice.id)
    assert stage.find("茶馆", stage.alice) == []


def test_who_was_put_out_of_a_channel_finds_nothing_above_the_kick_until_they_enter_again(stage: Stage) -> None:
    before = stage.say("茶馆开门")
    sanctions.kick(stage.store, stage.owner, stage.hall, stage.bob.id)
    above = stage.say("茶馆关门")
    stage.index()
    assert stage.find("茶馆", stage.bob) == [(stage.hall, before)]
    seats.enter(stage.store, stage.bob, stage.hall, "p1.1")
    assert stage.find("茶馆", stage.bob) == [(stage.hall, above), (stage.hall, before)]


def test_whom_somebody_blocks_they_do_not_find(stage: Stage) -> None:
    stage.say("茶馆", stage.bob)
    mine = stage.say("茶馆")
    stage.index()
    blocks.block(stage.store, stage.alice, stage.bob.id)
    assert stage.in_hall("茶馆") == [mine]
    assert len(stage.find("茶馆", stage.olga)) == 2
    assert stage.find("", user=stage.bob.id) == []


def test_recalled_words_are_not_found_from_that_instant_and_leave_the_index(stage: Stage) -> None:
    kept, gone = stage.say("茶馆"), stage.say("茶馆关门")
    stage.index()
    before = stage.rows()
    recalls.recall(stage.store, Actor(stage.alice), stage.hall, gone)
    assert stage.in_hall("茶馆") == [kept]
    stage.index()
    assert stage.rows() < before
    late = stage.say("再见茶馆")
    recalls.recall(stage.store, Actor(stage.alice), stage.hall, late)
    stage.index()
    assert stage.in_hall("茶馆") == [kept]
    assert stage.in_hall("再见") == []


def test_what_is_forgotten_has_no_gram_left(stage: Stage) -> None:
    seqs = [stage.say("茶馆"), stage.say("关门")]
    stage.index()
    stage.store.record.write(lambda c: indexing.forget(c, stage.hall, seqs))
    assert stage.rows() == 0


def test_an_edited_entry_is_found_by_its_new_words_only_in_the_index(stage: Stage) -> None:
    seq = stage.say("旧的话语")
    archive.archive_channel(stage.store, stage.hall)
    row = stage.store.record.read(lambda c: entries.one(c, stage.hall, seq))
    assert row is not None
    told = {"op": "edited", "channel": stage.hall, "epoch": row.epoch, "seq": 2, "at": row.at + 1, "of": 1,
            "body": {"text": "新的"}}
    edit = row._replace(seq=2, op="edited", of=1, type="", at=row.at + 1, frame=msgspec.json.encode(told))

    def add(connection: Connection) -> None:
        entries.add_many(connection, [edit])
        channels.move(connection, stage.hall, 2, 1)

    indexing.index(stage.store)
    old = stage.rows()
    stage.store.record.write(add)
    indexing.index(stage.store)
    assert stage.rows() == old - 2  # 旧的 的话 话语 gave way to 新的; the author stays


def test_a_query_that_could_mean_anything_is_refused(stage: Stage) -> None:
    for query in (Query(""), Query("茶"), Query("!!"), Query("茶馆 馆"), Query(type="text"), Query("x" * 101),
                  Query("a b c d e f g h i")):
        with pytest.raises(Refused) as refused:
            search.search(stage.store, stage.alice, query)
        assert refused.value.code is Code.BAD_FRAME
    for after in ("x", "1.2.3", "1.c_x.1", "-1.~.0"):
        with pytest.raises(Refused):
            search.search(stage.store, stage.alice, Query("茶馆"), after)


def test_what_is_indexed_while_somebody_searches_breaks_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks are asked for first, the lists a moment later, and there may be more in them by then."""
    for module in (search, candidates, index):
        monkeypatch.setattr(module, "STRETCH", 4)
    asked, first = index.postings, stage.say("茶馆")
    stage.index()

    def a_moment_later(*arguments: Any) -> Any:
        monkeypatch.setattr(index, "postings", asked)
        for _ in range(9):
            stage.say("茶馆")
        stage.index()
        return asked(*arguments)

    monkeypatch.setattr(index, "postings", a_moment_later)
    assert (stage.hall, first) in stage.find("茶馆")
    assert len(stage.find("茶馆")) == 10


def test_every_hit_comes_once_however_many_pages_and_blocks_there_are(stage: Stage,
                                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    """Two channels over several blocks, and so little looked at for each page that many end early."""
    monkeypatch.setattr(search, "LOOKED_AT", 5)
    monkeypatch.setattr(search, "SEARCHES_PER_MINUTE", 10_000)
    chance = random.Random(7)
    expected: list[tuple[int, str, int]] = []
    stage.say("开头")
    stage.say("开头", channel=stage.chat)
    stage.index()

    def fill(connection: Connection) -> None:
        for channel in (stage.hall, stage.chat):
            known = entries.one(connection, channel, 1)
            assert known is not None
            at = known.at
            rows: list[Row] = []
            for seq in range(2, 140_000, 1_400):
                at += chance.randrange(0, 3) * 500
                text = "茶馆" if chance.random() < 0.4 else "别处"
                frame = known.frame.replace("开头".encode(), text.encode())
                rows.append(known._replace(seq=seq, at=at, client_id=f"f{seq}", ordinal=seq, frame=frame))
                if text == "茶馆":
                    expected.append((-at, channel, -seq))
            entries.add_many(connection, rows)
            channels.move(connection, channel, rows[-1].seq, rows[-1].ordinal)

    stage.store.record.write(fill)
    indexing.index(stage.store)
    assert stage.find("茶馆") == [(channel, -seq) for _, channel, seq in sorted(expected)]
    middle = -sorted(expected)[len(expected) // 2][0]
    assert stage.find("茶馆", since=middle) == [
        (channel, -seq) for at, channel, seq in sorted(expected) if -at >= middle]
    assert stage.find("茶馆", until=middle) == [
        (channel, -seq) for at, channel, seq in sorted(expected) if -at <= middle]


def test_two_that_index_at_once_index_everything_once(stage: Stage) -> None:
    stage.say("茶馆")
    archive.archive_channel(stage.store, stage.hall)
    place = stage.store.record.read(lambda c: index.one_behind(c, stage.hall))
    assert place is not None
    assert indexing._step(stage.store, place) == 1
    assert indexing._step(stage.store, place) == 0
    assert stage.in_hall("茶馆") == [1]


def test_old_blocks_are_dropped_and_a_channel_can_be_indexed_again(stage: Stage) -> None:
    stage.say("茶馆")
    stage.index()
    assert stage.store.record.write(lambda c: index.drop_below(c, stage.hall, index.BLOCK)) == 1
    assert stage.find("茶馆") == []
    stage.store.record.write(lambda c: index.start_over(c, stage.hall))
    assert indexing.index(stage.store) == 1
    assert stage.in_hall("茶馆") == [1]


def test_searching_has_its_limit(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SEARCHES_PER_MINUTE", 2)
    refusals = []
    for _ in range(6):
        try:
            search.search(stage.store, stage.alice, Query("茶馆"))
        except Refused as refused:
            refusals.append(refused.code)
    assert Code.RATE_LIMITED in refusals
    assert rooms.visible(stage.store, stage.alice)
