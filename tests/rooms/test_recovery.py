"""Making a room ready while others do the same, or come in."""

from __future__ import annotations

import pytest

from rooms import recovery, seats
from rooms.live import keys
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
        stale = store.record.read(lambda c: recovery.record.snapshot(c, room))
        monkeypatch.setattr(recovery.record, "snapshot", lambda _connection, _room: stale._replace(members=[]))
        return False

    monkeypatch.setattr(recovery, "_is_ready", looked_too_early)
    recovery.make_ready(store, cast.room)
    known = keys.of_room(store.live.prefix, cast.room).members
    assert store.live.command("HGET", known, alice.id, key=known) == b"member"
