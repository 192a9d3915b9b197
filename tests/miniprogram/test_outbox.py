"""What waits for a slow reader: in order, bounded, whole."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from miniprogram.outbox import BYTES, FRAMES, Outbox
from miniprogram.protocol import Place


@given(st.lists(st.binary(min_size=1, max_size=500), max_size=40), st.data())
def test_everything_put_in_comes_out_in_order_however_little_is_taken(pieces: list[bytes], data: st.DataObject) -> None:
    outbox, taken = Outbox(0), b""
    for piece in pieces:
        outbox.put(piece, 1)
    while outbox:
        head = outbox.head()
        count = data.draw(st.integers(1, len(head)))
        taken += head[:count]
        outbox.sent(count, 1)
    assert taken == b"".join(pieces)
    assert (outbox.frames, outbox.size) == (0, 0)


def test_the_bounds_are_in_frames_and_in_bytes() -> None:
    outbox = Outbox(0)
    assert outbox.fits(BYTES, FRAMES)
    assert not outbox.fits(BYTES + 1, 1)
    assert not outbox.fits(1, FRAMES + 1)
    outbox.put(b"x" * BYTES, 1)
    assert not outbox.fits(1, 1)


def test_gaps_are_told_once_with_the_last_place_that_was_given() -> None:
    outbox = Outbox(0)
    outbox.left_out["c_x"] = Place("e1", 41)
    assert [json.loads(gap) for gap in outbox.gaps()] == [
        {"op": "gap", "channel": "c_x", "after": {"epoch": "e1", "seq": 41}}]
    assert outbox.gaps() == []
