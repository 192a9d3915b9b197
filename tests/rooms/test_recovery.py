"""Making a room ready while others do the same, or come in."""

from __future__ import annotations

import pytest

from rooms import archive, messages, receipts, recovery, seats, tidy
from rooms.live import keys
from rooms.messages import Draft
from rooms.record import entries
from rooms.record import recovery as record
from rooms.store import Store
from tests.cast import Cast


def test_who_gets_the_lock_after_another_was_done_does_not_begin_again(
        store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else somebody who joined in between would be known to the record only."""
    cast = Cast(store)
    channel = cast.channel("大厅")
    alice = cast.person("Alice")
    looks = iter([False])
    really = recovery._is_ready

    def looked_too_early(held: Store, room: str) -> bool:
        if next(looks, True):
            return really(held, room)
        seats.enter(store, alice, channel, "p.1")  # another makes it ready, and Alice comes in
        stale = store.record.read(lambda c: record.snapshot(c, room))
        monkeypatch.setattr(record, "snapshot", lambda _connection, _room: stale._replace(members=[]))
        return False

    monkeypatch.setattr(recovery, "_is_ready", looked_too_early)
    recovery.make_ready(store, cast.room)
    known = keys.of_room(store.live.prefix, cast.room).members
    assert store.live.command("HGET", known, alice.id, key=known) == b"member"


def test_what_was_said_stays_where_a_rebuild_ended_between_the_record_and_redis(store: Store) -> None:
    cast = Cast(store)
    channel = cast.channel("大厅")
    alice = cast.person("Alice")
    seats.enter(store, alice, channel, "p.1")
    messages.post(store, alice, channel, Draft("text", {"text": "龙井"}, "1"))
    store.record.write(lambda c: record.open_epoch(c, channel, 1))  # and whoever did that is gone
    recovery.close(store, cast.room)
    assert messages.post(store, alice, channel, Draft("text", {"text": "普洱"}, "2")).seq == 2
    assert archive.archive_channel(store, channel) == 2
    assert [entry.seq for entry in store.record.read(lambda c: entries.page(c, channel, after=0, limit=9))] == [1, 2]


def test_own_words_that_were_lost_are_not_taken_off_what_others_say_later(store: Store) -> None:
    """Alice had not read what Bob said when she spoke herself; Redis loses both, unarchived, and Bob says it again."""
    cast = Cast(store)
    channel = cast.channel("大厅")
    alice, bob = cast.person("Alice"), cast.person("Bob")
    for number, person in enumerate((alice, bob)):
        seats.enter(store, person, channel, f"p.{number}")
    messages.post(store, bob, channel, Draft("text", {"text": "听得到吗"}, "1"))
    messages.post(store, alice, channel, Draft("text", {"text": "大家好"}, "2"))
    tidy.copy_places(store, channel)
    for key in store.live.command("KEYS", f"{store.live.prefix}:*", key=cast.gate):
        store.live.delete(key.decode())
    seats.enter(store, bob, channel, "p.1")
    messages.post(store, bob, channel, Draft("text", {"text": "听得到吗"}, "3"))
    assert receipts.unread(store, alice, [channel])[channel].unread == 1
