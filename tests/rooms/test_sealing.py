"""Words that are sealed before they reach Redis: whoever may read them reads them, and Redis holds none of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from redis import Redis

from rooms import (
    announcements,
    archive,
    edits,
    exports,
    held,
    indexing,
    keeping,
    members,
    messages,
    rules,
    sanctions,
    search,
    seats,
    words,
)
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code, Misconfigured, Refused
from rooms.events import Person
from rooms.live import keys, log
from rooms.record import Record, keyring
from rooms.record import held as held_rows
from rooms.sealing import Sealing
from rooms.search import Query
from rooms.store import Store
from tests.cast import Cast, store_on
from tests.in_redis import found_in
from tests.refusal import refusal
from tests.servers import RedisServer

MASTER = "a master key that is long enough for it"
SECRET = "月下独酌"
"""Stands in everything that is said here."""


class Stage:
    """Alice and Bob talk in the hall, Olga keeps order."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast, self.count = store, Cast(store), itertools.count()
        self.hall = self.cast.channel("hall")
        self.alice, self.bob, self.olga = (self.cast.person(name) for name in ("Alice", "Bob", "Olga"))
        for person in (self.alice, self.bob, self.olga):
            members.join(store, person, self.cast.room)
            seats.enter(store, person, self.hall, f"p.{person.id}")
        members.set_role(store, self.cast.room, self.olga.id, "owner")
        self.keeper = Actor(self.olga)

    def say(self, text: str = SECRET, by: Person | None = None) -> int:
        draft = Draft("text", {"text": text}, f"m{next(self.count)}")
        said = messages.post(self.store, by or self.alice, self.hall, draft)
        assert isinstance(said, messages.Said)
        return said.seq

    def shown(self, store: Store | None = None) -> list[dict[str, Any]]:
        page = messages.history(store or self.store, self.bob, self.hall)
        return [msgspec.json.decode(entry.frame) for entry in page.entries]

    def lying(self) -> list[bytes]:
        """The frames as they lie in the log."""
        name = keys.of_channel(self.store.live.prefix, self.hall).log
        return [fields[-1] for _, fields in self.store.live.command("XRANGE", name, "-", "+", key=name)]


@pytest.fixture
def stage(redis: RedisServer, database_url: str) -> Iterator[Stage]:
    store = store_on(redis.url, database_url, master_keys=[MASTER], seal_log=True)
    yield Stage(store)
    store.close()


def test_redis_holds_none_of_the_words_and_every_reader_gets_them(stage: Stage, redis: RedisServer) -> None:
    store, hall = stage.store, stage.hall
    rules.change(store, stage.keeper, hall, {"guard_count": 5, "fold_seconds": 60})
    masking = words.add_list(store, stage.keeper, stage.cast.room, "list", "mask", exempt="nobody")
    words.change_words(store, stage.keeper, masking, ["坏词"])
    first = stage.say(f"{SECRET}，一")
    stage.say(f"{SECRET}，坏词")
    edits.edit(store, stage.alice, hall, first, {"text": f"{SECRET}，二"})
    announcements.announce(store, stage.keeper, hall, f"{SECRET}，三")
    sanctions.mute(store, stage.keeper, hall, stage.bob.id, 60, f"{SECRET}，四")
    held.keep(store, stage.alice, hall, Draft("text", {"text": f"{SECRET}，五"}, "h1"), held.SAFETY)
    [row] = store.record.read(lambda c: held_rows.waiting(c, stage.cast.organization, "", (0, ""), 10))
    held.let_through(store, row, stage.olga.id)

    with Redis.from_url(redis.url, single_connection_client=True) as server:
        assert found_in(server, SECRET, store.live.prefix) == []
        assert found_in(server, "Alice", store.live.prefix), "who looks like this would have found words too"

    told = stage.shown()
    assert [entry["op"] for entry in told] == [
        "rules", "message", "message", "edited", "announced", "muted", "message"]
    assert told[1]["body"] == {"text": f"{SECRET}，二"}
    assert told[2]["body"] == {"text": f"{SECRET}，**"}
    assert (told[4]["text"], told[5]["reason"]) == (f"{SECRET}，三", f"{SECRET}，四")
    assert told[6]["body"] == {"text": f"{SECRET}，五"}
    assert archive.archive_channel(store, hall) == 7
    assert stage.shown() == told
    indexing.index(store)
    hits = search.search(store, stage.alice, Query(SECRET)).hits
    assert [hit.entry.seq for hit in hits] == [7, 5, 3, 2]
    assert sum(SECRET.encode() in entry.frame for entry in exports.words_in(store, stage.cast.room)) == 6


def test_who_forges_a_row_shows_nobodys_words_under_another_name(stage: Stage) -> None:
    stage.say("stolen")
    stage.say("hers", stage.bob)
    name, (stolen, hers) = keys.of_channel(stage.store.live.prefix, stage.hall).log, stage.lying()
    body = msgspec.json.decode(stolen)["body"]["sealed"]
    forged = hers.replace(msgspec.json.decode(hers)["body"]["sealed"].encode(), body.encode())
    stage.store.live.command("XTRIM", name, "MAXLEN", "1", key=name)
    stage.store.live.command("DEL", name, key=name)
    for seq, frame in enumerate((stolen, forged), 1):
        stage.store.live.command("XADD", name, f"{seq}-0", "o", "message", "e", "e", "u", "", "n", str(seq), "f", frame,
                                 key=name)
    first, second = log.between(stage.store.live, stage.hall, 1, 2)
    assert b"stolen" in first.frame
    assert b"stolen" not in second.frame
    assert msgspec.json.decode(second.frame)["recalled"]


def test_without_its_key_at_hand_nothing_is_said_at_all(stage: Stage) -> None:
    stage.say("before")
    stage.store.sealing._of.clear()
    assert refusal(stage.say) is Code.UNAVAILABLE
    answers: list[Any] = []
    messages.post_soon(stage.store, stage.alice, stage.hall, Draft("text", {"text": SECRET}, "k"), answers.append)
    assert isinstance(answers[0], Refused)
    assert answers[0].code is Code.UNAVAILABLE
    assert len(stage.lying()) == 1


def test_a_note_is_opened_without_waiting_once_its_key_is_known(stage: Stage, redis: RedisServer,
                                                                 database_url: str) -> None:
    stage.say(SECRET)
    other = Sealing()
    other.begin(Record.open(database_url, "a key for tests", master_keys=[MASTER]))
    [sealed] = stage.lying()
    assert other.at_once(sealed) is None
    opened = other.opened(sealed)
    assert SECRET.encode() in opened
    assert other.at_once(sealed) == opened
    assert other.at_once(b'{"op":"rules"}') == b'{"op":"rules"}'


def test_what_looks_like_sealed_words_is_said_like_any_other(stage: Stage) -> None:
    text = '{"sealed":"AgAAAAE="}'
    stage.say(text)
    assert stage.shown()[-1]["body"] == {"text": text}
    plain = Sealing()
    frame = msgspec.json.encode({"op": "message", "channel": stage.hall, "body": {"text": text}})
    assert plain.opened(frame) == frame


def test_after_its_key_is_erased_the_end_of_the_log_is_as_if_taken_back_and_others_are_said_anew(stage: Stage) -> None:
    stage.say("gone for good")
    assert keeping.erase_key(stage.store, stage.cast.organization)
    stage.store.sealing.look_again()
    [entry] = stage.shown()
    assert (entry["recalled"], entry.get("body")) == (True, None)
    stage.say("anew")
    assert stage.shown()[-1]["body"] == {"text": "anew"}
    assert archive.archive_channel(stage.store, stage.hall) == 2


def test_who_has_no_master_key_reads_nothing_rather_than_what_is_sealed(stage: Stage, database_url: str) -> None:
    stage.say(SECRET)
    blind = Store(stage.store.live, Record.open(database_url, "a key for tests"), stage.store.clock, stage.store.limits)
    assert refusal(stage.shown, blind) is Code.UNAVAILABLE
    with pytest.raises(Misconfigured, match="TEAHOUSE_MASTER_KEY"):
        Store(stage.store.live, blind.record, stage.store.clock, stage.store.limits, sealing=Sealing(on=True))


def test_while_the_record_is_away_known_keys_stay_good(stage: Stage) -> None:
    stage.say("before")
    stage.store.sealing.begin(Record.open("mysql://root@127.0.0.1:1/none", "a key for tests", master_keys=[MASTER]))
    assert refusal(stage.store.sealing.look_again) is Code.UNAVAILABLE
    stage.say(SECRET)
    sealed = stage.lying()[-1]
    assert SECRET.encode() in (stage.store.sealing.at_once(sealed) or b"")


def test_both_master_keys_open_what_was_sealed_before_a_rotation(stage: Stage, database_url: str) -> None:
    stage.say(SECRET)
    newer = "another master key that is long enough"
    both = Record.open(database_url, "a key for tests", master_keys=[newer, MASTER])
    both.write(both.keyring.rewrap)
    try:
        after = Store(stage.store.live, Record.open(database_url, "a key for tests", master_keys=[newer]),
                      stage.store.clock, stage.store.limits, sealing=Sealing(on=True))
        assert stage.shown(after)[-1]["body"] == {"text": SECRET}
    finally:
        both.write(Record.open(database_url, "a key for tests", master_keys=[MASTER, newer]).keyring.rewrap)


def test_off_it_leaves_everything_as_it_is(redis: RedisServer, database_url: str) -> None:
    store = store_on(redis.url, database_url, master_keys=[MASTER])
    stage = Stage(store)
    stage.say(SECRET)
    assert SECRET.encode() in stage.lying()[0]
    body = {"text": SECRET}
    assert store.sealing.closed(stage.alice, stage.hall, body) is body
    assert store.record.read(keyring.organizations).get(stage.cast.organization) is None
    store.close()
