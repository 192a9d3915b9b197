from __future__ import annotations

import threading

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.chinese import Writer
from rooms.record import bodies


def frame(text: str, seq: int = 7) -> bytes:
    return msgspec.json.encode({
        "op": "message", "channel": "c_4f7k2m9qxz01ab", "epoch": "e1", "seq": seq, "at": 1_795_645_892_592 + seq * 977,
        "from": {"id": "u_0123456789ab", "name": "茶客", "door": "miniprogram"}, "type": "text", "body": {"text": text},
        "client_id": "2f0c1f0e-6d1b-4c57-9f2c-5b0f4a4f1b11"})


@given(st.binary(max_size=2_000) | st.text(max_size=500).map(lambda text: text.encode("utf-8", "replace")))
def test_whatever_is_packed_comes_back(data: bytes) -> None:
    if data[:1] != bodies.COMPRESSED:
        assert bodies.unpacked(bodies.packed(data)) == data


def test_short_frames_stay_as_they_are_and_long_ones_shrink_by_a_third() -> None:
    assert bodies.packed(b"{" * 128) == b"{" * 128
    writer = Writer(3)
    frames = [frame(writer.message(), seq) for seq in range(2_000)]
    assert sum(len(bodies.packed(each)) for each in frames) < sum(map(len, frames)) * 0.67


def test_what_cannot_be_unpacked_is_an_error_not_a_text() -> None:
    packed = bodies.packed(frame("茶" * 100))
    for broken in (packed[:-3], bodies.COMPRESSED, bodies.COMPRESSED + b"nonsense"):
        with pytest.raises(ValueError, match="cannot be unpacked"):
            bodies.unpacked(broken)


def test_many_threads_pack_at_once() -> None:
    wrong: list[int] = []

    def work(number: int) -> None:
        for seq in range(300):
            original = frame(f"{number} 茶馆 {seq} " * 12, seq)
            if bodies.unpacked(bodies.packed(original)) != original:
                wrong.append(seq)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
