"""What a process left undone when it died is found again."""

from __future__ import annotations

from rooms import archive, reactions, tidy
from rooms.record import entries
from rooms.store import Store
from tests.rooms.test_edits import Stage


def test_what_nobody_hinted_at_is_found(store: Store) -> None:
    stage = Stage(store)
    seq = stage.say(stage.alice)
    reactions.react(store, stage.bob, stage.hall, seq, "🍵")
    for kind in ("archive", "seats", "reads", "reactions"):
        store.live.delete(store.live.name("hint", kind))  # the process died before it could say so
    assert archive.archive(store).rows == 0
    assert tidy.find_lost_hints(store) >= 4
    archive.archive(store)
    assert store.record.read(lambda c: entries.tip(c, stage.hall)) == seq
    assert reactions.sweep(store) >= 1
    assert tidy.tidy(store).copied >= 1
