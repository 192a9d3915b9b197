"""A channel over its rate: what readers are not sent is told and counted, and what must be sent is."""

from __future__ import annotations

import json
import time

from hypothesis import given
from hypothesis import strategies as st

from miniprogram.channel import Channel
from miniprogram.shedding import Shedding
from rooms import shedding
from rooms.events import Logged
from rooms.shedding import Shed
from tests.miniprogram.test_moderating import Hall
from tests.miniprogram.web import Web, ask, events, say
from tests.socket_client import Json, Socket


def entry(seq: int, at: int, op: str = "message") -> Logged:
    return Logged(seq, "e1", op, json.dumps({"op": op, "seq": seq, "at": at}, separators=(",", ":")).encode())


@given(st.lists(st.tuples(st.sampled_from(["message", "message", "muted", "announced"]), st.integers(0, 400)),
                max_size=80), st.integers(1, 5))
def test_nothing_is_missing_without_a_gap_before_it_and_all_is_counted(steps: list[tuple[str, int]], most: int) -> None:
    channel = Channel("c_x", lambda _: None)
    channel.shedding.most = most
    channel.begin("e1", 0, [])
    channel.members = dict.fromkeys([object(), object()])  # type: ignore[list-item]
    at, per_second = 0, dict[int, int]()
    for seq, (op, later) in enumerate(steps, start=1):
        at += later
        per_second[at // 1000] = per_second.get(at // 1000, 0) + (op == "message")
        channel.queued = True
        channel.hear(entry(seq, at, op))
    last = 0
    for told in channel.pending:
        if told.op == "gap":
            assert json.loads(told.frame)["after"]["seq"] == last
        elif told.seq != last + 1:
            assert channel.pending[channel.pending.index(told) - 1].op == "gap"
        last = told.seq if told.op != "gap" else last
    sent = [told for told in channel.pending if told.op != "gap"]
    assert [told.seq for told in sent if told.op != "message"] == [
        seq for seq, (op, _) in enumerate(steps, start=1) if op != "message"]
    left_out = {second: 2 * (count - most) for second, count in per_second.items() if count > most}
    assert {shed.second: shed.chatter for shed in channel.shedding.ended(at // 1000 + 5)} == left_out
    assert channel.shedding.ended(at // 1000 + 5) == []


def test_passing_events_are_thinned_before_chatter_is_left_out() -> None:
    judge = Shedding()
    judge.most = 4
    assert not judge.is_busy(1)
    for seq in range(1, 4):
        assert judge.lets_through(entry(seq, 1_000), 1)
    assert judge.is_busy(1)
    assert not judge.is_busy(9)
    judge.thinned(1, 7)
    assert judge.ended(3) == [Shed(1, 0, 7)]


def test_in_a_flood_readers_get_gaps_and_every_act_and_the_count_is_exact(web: Web) -> None:
    stage = Hall(web)
    assert ask(stage.b, {"op": "rules", "channel": stage.hall, "shed_per_second": 5})["op"] == "done"
    assert events(stage.c, "rules", 1)[0]["shed_per_second"] == 5
    for number in range(60):
        stage.c.send({"id": number, **say(stage.hall, str(number), f"n{number}")})
    mute = {"id": 99, "op": "mute", "channel": stage.hall, "user": stage.charlie.id}
    stage.b.send(mute)
    heard = [_until_muted(socket) for socket in (stage.b, stage.c)]
    history = ask(stage.b, {"op": "history", "channel": stage.hall, "limit": 200})["messages"]
    log = [message for message in history if message["op"] == "message"]
    missing = 0
    for frames in heard:
        assert _whole_or_told(frames)
        seqs = {frame["seq"] for frame in frames if frame["op"] == "message"}
        missing += sum(1 for message in log if message["seq"] not in seqs)
    assert missing > 0
    end = time.monotonic() + 60
    while sum(shed.chatter for shed in shedding.counted(web.store, stage.hall)) < missing:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert sum(shed.chatter for shed in shedding.counted(web.store, stage.hall)) == missing


def _until_muted(socket: Socket) -> list[Json]:
    """Entries and gaps up to the mute, and until nothing more of the flood comes."""
    found: list[Json] = []
    while not found or found[-1]["op"] != "muted":
        frame = socket.receive()
        if frame["op"] in ("message", "muted", "gap"):
            found.append(frame)
    return found


def _whole_or_told(frames: list[Json]) -> bool:
    last, told = 1, False
    for frame in frames:
        if frame["op"] == "gap":
            assert frame["after"]["seq"] == last
            told = True
            continue
        assert told or frame["seq"] == last + 1
        last, told = frame["seq"], False
    return True
