"""RFC 6455 on one connection's bytes, however the network cuts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miniprogram import framing
from miniprogram.framing import MESSAGE_LIMIT, Broken, Control, FrameReader, Kind
from tests.miniprogram.client_frames import close, frame


def read(stream: bytes, cuts: list[int] | None = None) -> list[bytes | Control | int]:
    """Everything that comes of the stream, cut at these places; a number is the code of the end."""
    reader, found, start = FrameReader(), list[bytes | Control | int](), 0
    for end in [*sorted(cuts or ()), len(stream)]:
        reader.feed(stream[start:end])
        start = end
        try:
            while (taken := reader.take()) is not None:
                found.append(taken)
                if isinstance(taken, Control) and taken.kind is Kind.CLOSE:
                    return found
        except Broken as broken:
            return [*found, broken.code]
    return found


def said(found: list[bytes | Control | int]) -> list[bytes | Control | int]:
    """Without the parts of unfinished messages."""
    return [item for item in found if not (isinstance(item, Control) and item.kind is Kind.PART)]


def ended_by(stream: bytes) -> int:
    end = read(stream)[-1]
    if isinstance(end, Control):
        return end.code
    assert isinstance(end, int), end
    return end


PIECES = st.one_of(
    st.binary(max_size=300).map(lambda data: frame(data.hex().encode())),
    st.binary(max_size=60).map(lambda data: frame(data.hex().encode(), fin=False) + frame(b"ping", 9)
                               + frame(b"", 0, fin=False) + frame("茶".encode(), 0)),
    st.binary(max_size=125).map(lambda data: frame(data, 9)), st.binary(max_size=125).map(lambda data: frame(data, 10)),
)


@given(st.lists(PIECES, max_size=6).map(b"".join), st.data())
def test_any_splitting_of_the_bytes_gives_the_same_messages(stream: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=8))
    assert said(read(stream, cuts)) == said(read(stream))
    assert said(read(stream, list(range(len(stream))))) == said(read(stream))


@given(st.binary(max_size=2000), st.lists(st.integers(0, 2000), max_size=8))
def test_no_bytes_at_all_raise_anything_but_broken(stream: bytes, cuts: list[int]) -> None:
    read(stream, [cut for cut in cuts if cut <= len(stream)])


@given(st.binary(max_size=1000), st.binary(min_size=4, max_size=4))
def test_unmasking_is_its_own_inverse(payload: bytes, mask: bytes) -> None:
    masked = framing.unmask(payload, mask)
    assert framing.unmask(masked, mask) == payload
    assert masked == bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 300, MESSAGE_LIMIT])
def test_messages_of_all_sizes_come_through(size: int) -> None:
    assert read(frame(b"x" * size)) == [b"x" * size]


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536, 200_000])
def test_our_own_frames_carry_the_shortest_length(size: int) -> None:
    head = framing.header(size)
    assert len(head) == (2 if size < 126 else 4 if size < 65536 else 10)
    assert framing.frame(b"x" * size) == head + b"x" * size


def test_pings_between_fragments_are_seen_at_once() -> None:
    stream = frame(b"a", fin=False) + frame(b"now", 9) + frame(b"b", 0)
    assert said(read(stream)) == [Control(Kind.PING, b"now"), b"ab"]


def test_a_character_may_be_split_across_fragments() -> None:
    tea = "茶".encode()
    assert said(read(frame(tea[:1], fin=False) + frame(tea[1:], 0))) == [tea]


def test_nothing_is_kept_once_a_message_is_complete() -> None:
    reader = FrameReader()
    reader.feed(frame(b"a", fin=False) + frame(b"b", 0))
    while reader.take() is not None:
        pass
    assert reader._odd is None
    assert reader._rest == b""


# The classes of the list of bad input, 1 to 19

@pytest.mark.parametrize(("stream", "code"), [
    *((frame(b"x", rsv=rsv), 1002) for rsv in (1, 2, 4)),
    *((frame(b"x", opcode), 1002) for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),
    (frame(b"x" * 126, 9), 1002),
    *((frame(b"", opcode, fin=False), 1002) for opcode in (8, 9, 10)),
    (frame(b"x", 0), 1002),
    (frame(b"x", fin=False) + frame(b"y"), 1002),
    (frame(b"x", masked=False), 1002),
    (frame(b"", masked=False), 1002),
    (frame(b"x", length=b"\x7e\x00\x01"), 1002),
    (frame(b"x", length=b"\x7f" + (1).to_bytes(8, "big")), 1002),
    (frame(b"x", 8), 1002),
    *((close(code), 1002) for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000)),
    (close(1000, b"\xff"), 1007),
    *((frame(bad, fin=False) + frame(b"", 0), 1007)
      for bad in (b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe8\x8c")),
    (frame(b"x", 2), 1003),
    (frame(b"x", length=b"\x7f" + (2**63).to_bytes(8, "big")), 1009),
    (frame(b"x", length=b"\x7f" + (2**40).to_bytes(8, "big")), 1009),
    (frame(b"x" * (MESSAGE_LIMIT + 1)), 1009),
    (frame(b"x" * MESSAGE_LIMIT, fin=False) + frame(b"x", 0), 1009),
    (frame(b"x" * 16, fin=False) + frame(b"x" * 16, 0, fin=False) * 1024, 1009),
    (close(1000), 1000), (close(1001), 1001), (close(3000, "再见".encode()), 3000), (close(4999), 4999),
    (frame(b"", 8), 1005),
])
def test_what_ends_a_connection_and_with_which_code(stream: bytes, code: int) -> None:
    assert ended_by(stream) == code


def test_a_length_alone_is_enough_to_be_too_big() -> None:
    for head in (frame(b"", length=b"\x7e\xff\xff"), frame(b"", length=b"\x7f" + (2**20).to_bytes(8, "big"))):
        assert ended_by(head) == 1009


def test_fifty_thousand_empty_fragments_keep_nothing() -> None:
    reader = FrameReader(frame(b"", fin=False))
    for _ in range(50_000):
        assert reader.take() == Control(Kind.PART)
        reader.feed(frame(b"", 0, fin=False))
    assert reader._odd is not None
    assert reader._odd._text == []
