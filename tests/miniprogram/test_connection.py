"""One connection: a single writer, limits before buffers, deadlines, and a close that the peer can read."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator

import pytest

from miniprogram import framing
from miniprogram.batch import Batch
from miniprogram.connection import Connection, State
from miniprogram.counters import Counters
from miniprogram.poller import Epoll, Watchers
from miniprogram.reader import Reader
from miniprogram.writer import Writer
from rooms.events import Logged
from tests.miniprogram.client_frames import close, frame
from tests.miniprogram.test_gateway import frames_in


class Listener:
    """Sits behind the connection and writes down what it is told."""

    user = ""

    def __init__(self) -> None:
        self.texts: list[bytes] = []
        self.ends: list[bool] = []
        self.known = True
        self.busy = False
        self.until = 0
        self.expired = 0

    def heard(self, payload: bytes) -> None:
        self.texts.append(payload)

    def ended(self, on_purpose: bool) -> None:
        self.ends.append(on_purpose)

    def expires(self) -> int:
        return self.until

    def expire(self) -> None:
        self.expired += 1


class Line:
    """A connection, its peer, and a clock that only the test moves."""

    def __init__(self, known: bool = True) -> None:
        self.peer, ours = socket.socketpair()
        self.peer.settimeout(0.01)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.reader = Reader(Counters(), Writer(), 50)
        self.listener = Listener()
        self.listener.known = known
        self.connection = Connection(os.dup(ours.fileno()), self.reader)
        self.connection.speaker = self.listener
        ours.close()
        self.reader.add(self.connection)

    def hear(self, data: bytes = b"") -> None:
        """The peer sends; one readiness event is served."""
        if data:
            self.peer.sendall(data)
        self.reader._serve(self.connection, 1)

    def pass_seconds(self, count: int, act: Callable[[], None] = lambda: None) -> None:
        for _ in range(count):
            self.reader.now += 1
            self.reader.wheel.turn(self.reader.now)
            over, self.reader._over = self.reader._over, {}
            for connection in over:
                self.reader.resume(connection)
            act()

    def received(self) -> bytes:
        data = b""
        try:
            while more := self.peer.recv(1 << 20):
                data += more
        except TimeoutError:
            pass
        return data


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.connection.lost()
    line.peer.close()


def batch(first: int, count: int, size: int = 100, op: str = "message") -> Batch:
    return Batch("c_x", [Logged(seq, "e1", op, b"%d " % seq + b"x" * size) for seq in range(first, first + count)])


def code_of(stream: bytes) -> int:
    last = frames_in(stream)[-1]
    assert last[0] == 0x88, last
    return int.from_bytes(last[2:4], "big")


def test_answers_of_one_moment_leave_together_and_before_what_is_delivered(line: Line) -> None:
    line.connection.answer(b"one")
    line.connection.answer(b"two")
    line.connection.deliver(batch(1, 2, 1))
    assert line.received() == b"\x81\x03one\x81\x03two\x81\x031 x\x81\x032 x"
    assert line.reader.counters.sends == 1


def test_a_ping_is_answered_in_its_turn(line: Line) -> None:
    line.connection.answer(b"first")
    line.hear(frame(b"payload", 9))
    line.connection.flush(0)
    assert line.received() == b"\x81\x05first" + framing.frame(b"payload", framing.PONG)


def test_what_is_not_taken_waits_and_is_never_cut(line: Line) -> None:
    for number in range(0, 200, 10):
        line.connection.deliver(batch(number + 1, 10, 2000))
    outbox = line.connection.outbox
    assert outbox is not None
    data = line.received()
    while line.connection.outbox is not None:
        line.connection.writable()
        data += line.received()
    assert len(frames_in(data)) == 200
    assert line.reader.counters.outbox_bytes == 0


def test_chatter_above_the_bound_is_a_gap_once_the_reader_has_caught_up(line: Line) -> None:
    for number in range(0, 1000, 10):
        line.connection.deliver(batch(number + 1, 10, 2000))
    assert line.connection.outbox is not None
    assert line.connection.outbox.frames <= 256
    data = line.received()
    while line.connection.outbox is not None:
        line.connection.writable()
        data += line.received()
    frames = frames_in(data)
    last = int(frames[-2][4:].split()[0])
    assert frames[-1][2:] == b'{"op":"gap","channel":"c_x","after":{"epoch":"e1","seq":%d}}' % last
    line.connection.deliver(batch(1001, 1))
    assert b"1001 " in line.received()


def test_what_may_not_be_left_out_ends_the_connection_with_4008(line: Line) -> None:
    for number in range(0, 1000, 10):
        line.connection.deliver(batch(number + 1, 10, 2000))
    line.connection.deliver(batch(1001, 1, op="muted"))
    assert line.connection.state is State.CLOSING
    data = line.received()
    while line.connection.outbox is not None:
        line.connection.writable()
        data += line.received()
    assert code_of(data) == 4008
    assert line.listener.ends == [False]


def test_passing_events_are_left_out_without_a_word(line: Line) -> None:
    for number in range(0, 1000, 10):
        line.connection.deliver(batch(number + 1, 10, 2000))
    line.connection.deliver(batch(0, 1, op="present"))
    assert line.connection.state is State.OPEN


def test_a_reader_who_takes_nothing_for_ten_seconds_is_closed(line: Line) -> None:
    for number in range(0, 100, 10):
        line.connection.deliver(batch(number + 1, 10, 2000))
    line.pass_seconds(9)
    assert line.connection.state is State.OPEN
    line.pass_seconds(2)
    assert line.connection.state is State.CLOSING
    line.pass_seconds(4)
    assert line.connection.state is State.GONE
    assert line.reader.counters.outbox_bytes == 0
    assert line.reader.connections == {}


def test_two_missed_heartbeats_close_with_4010(line: Line) -> None:
    line.pass_seconds(30)
    line.hear(frame(b"{}"))
    line.pass_seconds(49)
    assert line.connection.state is State.OPEN
    line.pass_seconds(2)
    assert code_of(line.received()) == 4010


def test_half_a_frame_is_no_sign_of_life(line: Line) -> None:
    stream = iter(frame(b"x" * 2000))
    line.pass_seconds(51, lambda: line.hear(bytes([next(stream)])))
    assert line.connection.state is not State.OPEN


def test_pings_do_not_put_off_hello() -> None:
    line = Line(known=False)
    line.pass_seconds(11, lambda: line.hear(frame(b"", 9)) if line.connection.state is State.OPEN else None)
    assert line.connection.state is not State.OPEN
    assert code_of(line.received()) == 4001


def test_what_is_above_the_limit_of_a_second_is_heard_in_the_next(line: Line) -> None:
    line.hear(b"".join(frame(b"%d" % number) for number in range(120)))
    assert len(line.listener.texts) == 50
    assert line.connection.paused
    line.pass_seconds(1)
    assert len(line.listener.texts) == 100
    line.pass_seconds(1)
    assert line.listener.texts == [b"%d" % number for number in range(120)]
    assert not line.connection.paused


def test_nothing_is_read_for_who_has_too_much_to_do(line: Line) -> None:
    line.listener.busy = True
    line.reader.pause(line.connection)
    line.peer.sendall(frame(b"later"))
    line.pass_seconds(3)
    assert line.listener.texts == []
    line.listener.busy = False
    line.reader.resume(line.connection)
    line.hear()
    assert line.listener.texts == [b"later"]


@pytest.mark.parametrize(("code", "on_purpose"), [(1000, True), (1001, False), (3001, False)])
def test_a_close_is_answered_and_told_once(line: Line, code: int, on_purpose: bool) -> None:
    line.hear(close(code) + frame(b"more"))
    assert line.received() == framing.close_frame(code)
    assert line.listener.ends == [on_purpose]
    assert line.listener.texts == []
    line.peer.close()
    line.hear()
    assert line.connection.state is State.GONE
    assert line.listener.ends == [on_purpose]


def test_a_lost_peer_is_told_once(line: Line) -> None:
    line.peer.close()
    line.hear()
    line.connection.lost()
    assert line.listener.ends == [False]


def test_a_peer_that_never_closes_is_let_go_after_a_while(line: Line) -> None:
    line.connection.close(4013)
    line.pass_seconds(4)
    assert line.connection.state is State.GONE


def test_a_right_that_ends_is_noticed_in_its_second(line: Line) -> None:
    line.listener.until = line.reader.now + 5
    line.reader.wheel.by(line.connection, line.listener.until)
    line.pass_seconds(4)
    assert line.listener.expired == 0
    line.pass_seconds(1)
    assert line.listener.expired == 1


@pytest.mark.parametrize("kind", [Epoll, Watchers])
def test_both_ways_of_watching_tell_the_same(kind: Callable[[], Epoll | Watchers]) -> None:
    poller = kind()
    one, other = socket.socketpair()
    poller.add(one.fileno())
    other.sendall(b"x")
    assert poller.wait() == [(one.fileno(), 1)]
    poller.want(one.fileno(), 4)
    assert poller.wait() == [(one.fileno(), 4)]
    poller.want(one.fileno(), 1 | 4)
    seen = 0
    for _ in range(3):
        seen |= dict(poller.wait()).get(one.fileno(), 0)
    assert seen == 5
    poller.remove(one.fileno())
    poller.close()
    one.close()
    other.close()
