"""The log goes to the record exactly once, on both databases; what does not fit is told."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from rooms import archive, filing, messages, recovery, seats
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Logged, Person
from rooms.live import keys
from rooms.live import log as live_log
from rooms.live.log import Raw
from rooms.record import Connection, Record, alarms, channels, entries
from rooms.record import recovery as record_recovery
from rooms.record.alarms import Alarm
from rooms.store import Store
from tests.cast import Cast, store_on
from tests.servers import RedisServer


class Stage:
    """Alice in two channels of a room."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.hall, self.chat = self.cast.channel("hall"), self.cast.channel("chat")
        self.alice: Person = self.cast.person("Alice")
        self.said = 0
        for channel in (self.hall, self.chat):
            seats.enter(store, self.alice, channel, "p1.1")

    def say(self, channel: str, times: int = 1) -> None:
        for _ in range(times):
            self.said += 1
            draft = Draft("text", {"text": f"你好 🍵 {self.said}"}, f"k{self.said}")
            messages.post(self.store, self.alice, channel, draft)

    def in_record(self, channel: str) -> list[Logged]:
        return self.store.record.read(lambda c: entries.page(c, channel, limit=10_000))

    def in_log(self, channel: str) -> list[Raw]:
        return live_log.read(self.store.live, channel, 0, 10_000)

    def row(self, channel: str) -> channels.Channel:
        row = self.store.record.read(lambda c: channels.one(c, channel))
        assert row is not None
        return row

    def alarms(self, channel: str) -> list[Alarm]:
        return [alarm for _, alarm in self.store.record.read(lambda c: alarms.open_ones(c, 1_000))
                if alarm.channel == channel]

    def command(self, channel: str, *words: str) -> None:
        name = keys.of_channel(self.store.live.prefix, channel)
        self.store.live.command(words[0], name.log, *words[1:], key=name.log)

    def put(self, channel: str, raw: Raw) -> None:
        self.command(channel, "XADD", f"{raw.seq}-0", "o", raw.op, "e", raw.epoch, "u", raw.author, "n",
                     str(raw.ordinal), "f", raw.frame.decode())


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def test_everything_said_comes_to_the_record_in_order_and_as_it_was(stage: Stage) -> None:
    stage.say(stage.hall, 5)
    stage.say(stage.chat, 3)
    assert archive.archive(stage.store) == (8, 2)
    for channel, count in ((stage.hall, 5), (stage.chat, 3)):
        found = stage.in_record(channel)
        assert [(e.seq, e.frame) for e in found] == [(raw.seq, raw.frame) for raw in stage.in_log(channel)]
        assert len(found) == count
        assert (stage.row(channel).archived_seq, stage.row(channel).talk) == (count, count)
    rows = stage.store.record.read(lambda c: entries.between(c, stage.hall, 1, 1))
    row = rows["e1", 1]
    assert (row.user, row.door, row.type, row.client_id, row.op) == (
        stage.alice.id, "miniprogram", "text", "k1", "message")


def test_a_second_run_and_two_at_once_copy_nothing_twice(stage: Stage, database_url: str, redis: RedisServer) -> None:
    stage.say(stage.hall, 20)
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(archive.archive_channel(stage.store, stage.hall)))
               for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 20
    assert archive.archive_channel(stage.store, stage.hall) == 0
    assert len(stage.in_record(stage.hall)) == 20
    assert stage.alarms(stage.hall) == []


def test_what_is_said_right_after_an_archive_is_not_forgotten(stage: Stage) -> None:
    stage.say(stage.hall)
    assert archive.archive(stage.store).rows == 1
    stage.say(stage.hall)
    assert archive.archive(stage.store).rows == 1


def test_a_quiet_channel_is_not_looked_at_for_ever(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.say(stage.hall)
    monkeypatch.setattr(archive, "FRESH_MS", -60_000)
    assert archive.archive(stage.store).channels == 1
    assert archive.archive(stage.store).channels == 0


def test_a_large_log_goes_in_several_transactions(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "ROWS", 7)
    stage.say(stage.hall, 20)
    stage.say(stage.chat, 10)
    assert archive.archive(stage.store).rows == 30
    assert [e.seq for e in stage.in_record(stage.chat)] == list(range(1, 11))


def test_the_log_is_trimmed_below_the_archive_and_history_does_not_notice(
        stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "KEPT", 4)
    monkeypatch.setattr(archive, "KEPT_MS", -60_000)
    stage.say(stage.hall, 10)
    archive.archive_channel(stage.store, stage.hall)
    assert [raw.seq for raw in stage.in_log(stage.hall)] == [7, 8, 9, 10]
    page = messages.history(stage.store, stage.alice, stage.hall)
    assert [e.seq for e in page.entries] == list(range(1, 11))
    assert [e.seq for e in messages.after(stage.store, stage.hall, 2, 100)] == list(range(3, 11))


def test_above_the_end_of_an_empty_channel_there_is_nothing(stage: Stage) -> None:
    assert messages.history(stage.store, stage.alice, stage.hall, after_seq=5).entries == []


def test_nothing_is_trimmed_that_was_not_committed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "KEPT", 0)
    monkeypatch.setattr(archive, "KEPT_MS", -60_000)
    stage.say(stage.hall, 5)

    def away(*_: object) -> None:
        raise Refused(Code.UNAVAILABLE)

    with monkeypatch.context() as patched:
        patched.setattr(Record, "write", away)
        with pytest.raises(Refused):
            archive.archive(stage.store)
    assert len(stage.in_log(stage.hall)) == 5
    assert archive.archive(stage.store).rows == 5


def test_a_batch_that_was_committed_before_is_skipped_in_silence(stage: Stage) -> None:
    stage.say(stage.hall, 5)
    archive.archive_channel(stage.store, stage.hall)
    stage.store.record.write(lambda c: channels.move(c, stage.hall, 2, 2))
    assert archive.archive_channel(stage.store, stage.hall) == 0
    assert stage.row(stage.hall).archived_seq == 5
    assert stage.alarms(stage.hall) == []
    assert len(stage.in_record(stage.hall)) == 5


def test_another_entry_in_the_same_place_sounds_an_alarm_that_keeps_both(stage: Stage) -> None:
    stage.say(stage.hall, 3)
    archive.archive_channel(stage.store, stage.hall)
    kept = stage.in_record(stage.hall)
    raw = stage.in_log(stage.hall)
    before = archive.alarms.labels(filing.CONFLICT)._value.get()
    stage.store.record.write(lambda c: channels.move(c, stage.hall, 1, 1))
    stage.command(stage.hall, "XTRIM", "MAXLEN", "0")
    stage.command(stage.hall, "XSETID", "0-0")
    for each in (raw[0], raw[1]._replace(frame=raw[1].frame.replace(b"k2", b"kX")), raw[2]):
        stage.put(stage.hall, each)
    stage.say(stage.hall)
    assert archive.archive_channel(stage.store, stage.hall) == 1
    assert stage.in_record(stage.hall)[:3] == kept
    assert stage.row(stage.hall).archived_seq == 4
    sounded, = stage.alarms(stage.hall)
    assert (sounded.kind, sounded.seq, sounded.epoch) == (filing.CONFLICT, 2, "e1")
    assert b"kX" in (sounded.content or b"")
    assert archive.alarms.labels(filing.CONFLICT)._value.get() == before + 1
    assert archive.archive_channel(stage.store, stage.hall) == 0
    assert len(stage.alarms(stage.hall)) == 1


def test_a_batch_of_an_end_that_was_lost_meanwhile_is_not_written(
        stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.say(stage.hall, 3)
    archive.archive_channel(stage.store, stage.hall)
    stage.say(stage.hall, 2)
    filed = filing.file_all

    def fork_first(connection: Connection, batches: object, now: int) -> object:
        if not forked:
            forked.append(record_recovery.open_epoch(connection, stage.hall, 3))
        return filed(connection, batches, now)  # type: ignore[arg-type]

    forked: list[object] = []
    monkeypatch.setattr(filing, "file_all", fork_first)
    assert archive.archive_channel(stage.store, stage.hall) == 0
    assert stage.row(stage.hall).archived_seq == 3
    assert [e.seq for e in stage.in_record(stage.hall)] == [1, 2, 3]
    assert stage.alarms(stage.hall) == []


def test_a_fork_and_an_archive_at_once_never_leave_a_lost_row(stage: Stage) -> None:
    """Whoever locks the channel first: either the rows are in and the fork begins above them, or they stay out."""
    for _ in range(8):
        stage.say(stage.hall, 3)
        tip, outcome = stage.row(stage.hall).archived_seq, list[str]()

        def fork(tip: int = tip, outcome: list[str] = outcome) -> None:
            try:
                stage.store.record.write(lambda c: record_recovery.open_epoch(c, stage.hall, tip))
                outcome.append("forked")
            except Refused:
                outcome.append("too late")

        threads = [threading.Thread(target=fork),
                   threading.Thread(target=lambda: archive.archive_channel(stage.store, stage.hall))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        archived = stage.row(stage.hall).archived_seq
        assert archived == (tip if outcome == ["forked"] else tip + 3)
        assert [e.seq for e in stage.in_record(stage.hall)] == list(range(1, archived + 1))
        recovery.close(stage.store, stage.cast.room)
        seats.enter(stage.store, stage.alice, stage.hall, "p1.1")


def test_after_redis_lost_everything_the_numbers_go_on_above_the_record(stage: Stage) -> None:
    stage.say(stage.hall, 4)
    archive.archive_channel(stage.store, stage.hall)
    stage.say(stage.hall, 2)
    name = keys.of_channel(stage.store.live.prefix, stage.hall)
    stage.store.live.command("DEL", name.log, name.head, name.room.gate, key=name.log)
    seats.enter(stage.store, stage.alice, stage.hall, "p1.1")
    stage.say(stage.hall, 2)
    assert archive.archive_channel(stage.store, stage.hall) == 2
    found = stage.in_record(stage.hall)
    assert [e.seq for e in found] == [1, 2, 3, 4, 5, 6]
    assert [e.epoch[:2] for e in found] == ["e1"] * 4 + ["e2"] * 2


def test_entries_that_are_nowhere_sound_an_alarm_and_do_not_stop_the_rest(stage: Stage) -> None:
    stage.say(stage.hall, 6)
    stage.command(stage.hall, "XDEL", "2-0", "3-0")
    assert archive.archive_channel(stage.store, stage.hall) == 4
    sounded, = stage.alarms(stage.hall)
    assert (sounded.kind, sounded.seq) == (filing.HOLE, 2)
    assert "2 to 3" in sounded.detail
    assert stage.row(stage.hall).archived_seq == 6


def test_an_entry_that_cannot_be_read_is_kept_as_it_is(stage: Stage) -> None:
    stage.say(stage.hall)
    raw = stage.in_log(stage.hall)[0]
    stage.put(stage.hall, raw._replace(seq=2, ordinal=2, frame=b'{"op":7'))
    assert archive.archive_channel(stage.store, stage.hall) == 2
    assert stage.in_record(stage.hall)[1].frame == b'{"op":7'
    assert [alarm.kind for alarm in stage.alarms(stage.hall)] == [filing.UNREADABLE]


def test_a_channel_that_the_record_does_not_know_is_passed_over(stage: Stage) -> None:
    stage.store.live.hint("archive", "c_00000000000000")
    stage.say(stage.hall)
    assert archive.archive(stage.store).rows == 1


def test_the_archive_goes_on_where_a_killed_one_stopped(tmp_path: Path, redis: RedisServer) -> None:
    """A process that dies between the commit and the trim leaves nothing to repair."""
    store = store_on(redis.url, f"sqlite:///{tmp_path}/record.db")
    stage = Stage(store)
    stage.say(stage.hall, 10)
    batch = {stage.hall: stage.in_log(stage.hall)[:4]}
    store.record.write(lambda c: filing.file_all(c, batch, 1))
    assert archive.archive_channel(store, stage.hall) == 6
    assert [e.seq for e in stage.in_record(stage.hall)] == list(range(1, 11))
    store.close()


def test_many_entries_are_copied_in_few_transactions(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many a second that makes is measured in `bench`."""
    stage.say(stage.hall)
    first = stage.in_log(stage.hall)[0]
    name = keys.of_channel(stage.store.live.prefix, stage.hall)
    for start in range(2, 10_000, 1_000):
        stage.store.live.commands([
            (("XADD", name.log, f"{seq}-0", "o", "message", "e", "e1", "u", first.author, "n", str(seq), "f",
              first.frame), name.log) for seq in range(start, start + 1_000)])
    write, written = stage.store.record.write, []
    monkeypatch.setattr(stage.store.record, "write", lambda act: written.append(act) or write(act))
    assert archive.archive_channel(stage.store, stage.hall) == 10_001
    assert len(written) <= 4
