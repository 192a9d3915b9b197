"""A channel in one process: entries in order or not at all, each reader from their own first one on."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from miniprogram.batch import Batch
from miniprogram.channel import BATCH_ENTRIES, TAIL_ENTRIES, Channel
from miniprogram.crowd import NAMES_BELOW, Crowd, Note, decode_note
from rooms.events import Logged

NEVER = float("inf")
LONG_AGO = 0.0
"""A time that is up: the writer is sent away after the first stride."""


class Member:
    """Stands for a connection that has something else to be sent, so that nothing is passed to a socket."""

    waiting = ()

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.since = 0

    def deliver(self, batch: Batch) -> None:
        self.heard += [entry.seq for entry in batch.entries]


def channel_at(tip: int) -> Channel:
    channel = Channel("c_x", lambda source: setattr(source, "queued", True))
    channel.begin("e1", tip, [])
    return channel


def entry(seq: int, op: str = "message") -> Logged:
    return Logged(seq, "e1", op, b'{"seq":%d}' % seq)


def send_all(channel: Channel) -> None:
    """As the writer does, without waiting for the channel's rest."""
    again: float | None = 0.0
    while again is not None:
        channel._rest_until = 0.0
        again = channel.flush(NEVER)


def join(channel: Channel, member: Any) -> None:
    member.since = channel.tip
    channel.join(member)


class Comings(RuleBasedStateMachine):
    """Members come and go while entries are heard and sent in arbitrary pieces; everybody hears exactly their share."""

    @initialize()
    def begin(self) -> None:
        self.channel = channel_at(10)
        self.members: list[Member] = []
        self.gone: list[tuple[Member, int]] = []

    @rule(count=st.integers(1, 5))
    def hear(self, count: int) -> None:
        for _ in range(count):
            assert self.channel.hear(entry(self.channel.tip + 1))

    @rule(behind=st.integers(0, 3))
    def hear_again(self, behind: int) -> None:
        assert self.channel.hear(entry(self.channel.tip - behind))

    @rule(ahead=st.integers(2, 9))
    def hear_too_early(self, ahead: int) -> None:
        assert not self.channel.hear(entry(self.channel.tip + ahead))

    @rule(count=st.integers(1, 150))
    def come(self, count: int) -> None:
        for _ in range(count):
            self.members.append(Member())
            join(self.channel, self.members[-1])

    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        if self.members:
            member = self.members.pop(data.draw(st.integers(0, len(self.members) - 1)))
            self.channel.leave(member)  # type: ignore[arg-type]
            self.gone.append((member, len(member.heard)))

    @rule(until=st.sampled_from([LONG_AGO, NEVER]))
    def send(self, until: float) -> None:
        self.channel.queued = False
        self.channel.flush(until)

    @rule()
    def everybody_has_everything_in_the_end(self) -> None:
        send_all(self.channel)
        for member in self.members:
            assert member.heard == list(range(member.since + 1, self.channel.tip + 1))

    @invariant()
    def nobody_hears_out_of_order_or_after_leaving(self) -> None:
        for member in getattr(self, "members", ()):
            assert member.heard == list(range(member.since + 1, member.since + 1 + len(member.heard)))
        for member, count in getattr(self, "gone", ()):
            assert len(member.heard) == count


TestComings = Comings.TestCase
TestComings.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@given(st.integers(1, 600))
def test_the_tail_holds_the_newest_entries_without_holes(count: int) -> None:
    channel = channel_at(0)
    for seq in range(1, count + 1):
        channel.hear(entry(seq))
    assert [found.seq for found in channel.tail] == list(range(max(1, count - TAIL_ENTRIES + 1), count + 1))
    assert channel.since(count) == []
    missed = channel.since(max(0, count - 10))
    assert missed is not None
    assert [found.seq for found in missed] == list(range(max(1, count - 9), count + 1))
    if count > TAIL_ENTRIES:
        assert channel.since(count - TAIL_ENTRIES - 1) is None


def test_a_batch_is_bounded() -> None:
    channel, member = channel_at(0), Member()
    join(channel, member)
    for seq in range(1, 2 * BATCH_ENTRIES + 2):
        channel.hear(entry(seq))
    channel.seal()
    assert [sending._batch.frames for sending in channel._sending] == [BATCH_ENTRIES, BATCH_ENTRIES, 1]


def test_after_a_fork_the_numbers_go_on_from_its_end() -> None:
    channel, member = channel_at(10), Member()
    join(channel, member)
    for seq in (11, 12, 13):
        channel.hear(entry(seq))
    channel.fork("e2", 11, b"{}")
    assert (channel.epoch, channel.tip, [found.seq for found in channel.tail]) == ("e2", 11, [11])
    assert channel.hear(Logged(12, "e2", "message", b"{}"))
    send_all(channel)
    assert member.heard == [11, 12, 13, 0, 12]


def test_a_busy_channel_rests_and_a_quiet_one_is_served_at_once() -> None:
    channel, member = channel_at(0), Member()
    join(channel, member)
    channel.hear(entry(1))
    assert channel.flush(NEVER) is None
    channel.hear(entry(2))
    channel.hear(entry(3))
    assert channel.flush(NEVER) is None
    assert member.heard == [1, 2, 3]
    channel._rest_until = NEVER
    channel.hear(entry(4))
    assert channel.flush(NEVER) == NEVER
    assert member.heard == [1, 2, 3]


# ---- who is there

def note(**given: Any) -> Note:
    return decode_note(json.dumps({"op": "present", **given}).encode())


def told(crowd: Crowd) -> list[Any]:
    return [json.loads(frame) for _, frame in crowd.events()]


def test_who_comes_and_goes_within_a_second_is_not_named() -> None:
    crowd = Crowd("c_x")
    crowd.note(note(count=2, joined={"id": "u_a", "name": "Alice"}))
    crowd.note(note(count=3, joined={"id": "u_b", "name": "Bob"}))
    crowd.note(note(count=2, left={"id": "u_a"}))
    assert told(crowd) == [
        {"op": "present", "channel": "c_x", "count": 2, "joined": [{"id": "u_b", "name": "Bob"}], "left": []}]
    assert crowd.quiet
    assert told(crowd) == []


def test_a_crowd_is_only_counted() -> None:
    crowd = Crowd("c_x")
    crowd.note(note(count=NAMES_BELOW, joined={"id": "u_a", "name": "Alice"}))
    assert told(crowd) == [{"op": "present", "channel": "c_x", "count": NAMES_BELOW}]


def test_only_the_newest_read_position_of_each_is_told_and_of_fifty_at_most() -> None:
    crowd = Crowd("c_x")
    for user in range(80):
        for seq in (3, 9, 4):
            crowd.note(note(op="read", user=f"u_{user}", seq=seq))
    events = told(crowd)
    assert len(events) == 50
    assert {event["seq"] for event in events} == {9}


def test_an_unknown_note_is_passed_over() -> None:
    crowd = Crowd("c_x")
    assert not crowd.note(note(op="news", more=[1]))
    assert crowd.quiet
