"""What the modules of questions promise, the same on both databases."""

from __future__ import annotations

import threading

import pytest

from rooms.errors import Code, Refused
from rooms.record import (
    Record,
    alarms,
    channels,
    cursors,
    deliveries,
    entries,
    epochs,
    followers,
    identities,
    members,
    reads,
    recovery,
    rooms,
    windows,
)
from rooms.record.alarms import Alarm
from rooms.record.deliveries import Delivery
from rooms.record.entries import Row
from rooms.record.followers import Follower
from rooms.record.reads import Read
from rooms.record.windows import Window
from tests.rooms.record.conftest import NOW, Tearoom


def row(channel: str, seq: int, epoch: str = "e1", **fields: object) -> Row:
    known = {"at": NOW + seq, "op": "message", "user": "u_alice", "door": "miniprogram", "type": "text",
             "client_id": f"k{seq}", "ordinal": seq, "of": None, "frame": f"{epoch}/{seq} 你好 🍵".encode()}
    return Row(channel, seq, epoch, **{**known, **fields})  # type: ignore[arg-type]


def fill(tearoom: Tearoom, rows: list[Row]) -> None:
    tearoom.record.write(lambda c: entries.add_many(c, rows))


def test_a_name_is_taken_once_in_its_room_and_free_in_another(tearoom: Tearoom) -> None:
    other = tearoom.add_room("闲聊")
    tearoom.add_channel("大厅", other)
    with pytest.raises(AssertionError):
        tearoom.add_channel("大厅", tearoom.room)


def test_names_differ_by_case_and_accent_on_both_databases(tearoom: Tearoom) -> None:
    for name in ("tea", "Tea", "téa", "tea ☕"):
        tearoom.add_channel(name)
    assert len(tearoom.record.read(lambda c: channels.of_room(c, tearoom.room))) == 5


def test_charlie_sees_no_private_room_until_he_is_a_member(record: Record, tearoom: Tearoom) -> None:
    private = tearoom.add_room("后院", private=True)
    seen = record.read(lambda c: rooms.seen_by(c, tearoom.organization, tearoom.charlie))
    assert [(s.room.id, s.role) for s in seen] == [(tearoom.room, "")]
    assert record.write(lambda c: members.add(c, private, tearoom.charlie, "member", NOW))
    assert not record.write(lambda c: members.add(c, private, tearoom.charlie, "owner", NOW))
    seen = record.read(lambda c: rooms.seen_by(c, tearoom.organization, tearoom.charlie))
    assert {(s.room.id, s.role) for s in seen} == {(tearoom.room, ""), (private, "member")}
    assert record.read(lambda c: rooms.seen_by(c, "o_other", tearoom.charlie)) == []


def test_members_come_in_pages_and_leave(record: Record, tearoom: Tearoom) -> None:
    for user in (tearoom.alice, tearoom.bob, tearoom.charlie):
        record.write(lambda c, user=user: members.add(c, tearoom.room, user, "member", NOW))  # type: ignore[misc]
    first = record.read(lambda c: members.page(c, tearoom.room, "", 2))
    rest = record.read(lambda c: members.page(c, tearoom.room, first[-1].user, 2))
    assert {m.name for m in [*first, *rest]} == {"Alice", "Bob", "Charlie"}
    assert record.write(lambda c: members.set_role(c, tearoom.room, tearoom.bob, "moderator"))
    assert record.write(lambda c: members.set_role(c, tearoom.room, tearoom.bob, "moderator"))
    assert record.write(lambda c: members.remove(c, tearoom.room, tearoom.bob))
    assert not record.write(lambda c: members.remove(c, tearoom.room, tearoom.bob))
    assert not record.write(lambda c: members.set_role(c, tearoom.room, tearoom.bob, "owner"))


def test_pages_of_entries_ascend_from_either_side(record: Record, tearoom: Tearoom) -> None:
    fill(tearoom, [row(tearoom.channel, seq) for seq in range(1, 11)])

    def seqs(**bounds: int) -> list[int]:
        return [e.seq for e in record.read(lambda c: entries.page(c, tearoom.channel, **bounds))]

    assert seqs(limit=3) == [8, 9, 10]
    assert seqs(before=5, limit=2) == [3, 4]
    assert seqs(after=5, limit=2) == [6, 7]
    assert seqs(after=10) == []
    newest = record.read(lambda c: entries.page(c, tearoom.channel, limit=1))[0]
    assert newest.frame == "e1/10 你好 🍵".encode()
    assert record.read(lambda c: entries.ordinal_at(c, tearoom.channel, 7)) == 7
    assert record.read(lambda c: entries.ordinal_at(c, tearoom.channel, 0)) == 0


def test_an_entry_has_one_place(tearoom: Tearoom) -> None:
    fill(tearoom, [row(tearoom.channel, 1)])
    with pytest.raises(Exception, match="(?i)unique|duplicate"):
        fill(tearoom, [row(tearoom.channel, 1, frame=b"another")])
    fill(tearoom, [row(tearoom.channel, 1, epoch="e2_aaaaaa")])


def test_rows_of_a_lost_end_are_in_no_page(record: Record, tearoom: Tearoom) -> None:
    first = record.write(lambda c: recovery.open_epoch(c, tearoom.channel, 0))
    second = record.write(lambda c: recovery.open_epoch(c, tearoom.channel, 2))
    fill(tearoom, [*(row(tearoom.channel, seq, first.epoch) for seq in range(1, 5)),
                   *(row(tearoom.channel, seq, second.epoch) for seq in range(3, 5))])
    seen = record.read(lambda c: entries.page(c, tearoom.channel))
    assert [(e.seq, e.epoch) for e in seen] == [(1, "e1"), (2, "e1"), (3, second.epoch), (4, second.epoch)]
    known = record.read(lambda c: entries.recent_client_ids(c, tearoom.channel, NOW))
    assert [(k.seq, k.epoch) for k in known] == [(4, second.epoch), (3, second.epoch), (2, "e1"), (1, "e1")]


def test_recent_client_ids_end_where_the_day_ends(
        record: Record, tearoom: Tearoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "SCAN", 4)
    fill(tearoom, [row(tearoom.channel, seq, client_id="" if seq % 2 else f"k{seq}") for seq in range(1, 21)])
    known = record.read(lambda c: entries.recent_client_ids(c, tearoom.channel, NOW + 9))
    assert [k.seq for k in known] == [20, 18, 16, 14, 12, 10]


def test_read_positions_never_move_back(record: Record, tearoom: Tearoom) -> None:
    def put(*positions: tuple[str, int, int, int]) -> list[Read]:
        record.write(lambda c: reads.put_many(c, tearoom.channel, positions))
        return list(record.read(lambda c: reads.of_channel(c, tearoom.channel)))

    assert put(("u_a", 5, 4, 0), ("u_b", 1, 1, 1)) == [Read("u_a", 5, 4, 0), Read("u_b", 1, 1, 1)]
    assert put(("u_a", 3, 9, 9), ("u_b", 2, 2, 0)) == [Read("u_a", 5, 4, 0), Read("u_b", 2, 2, 0)]
    assert put(("u_a", 5, 4, 2)) == [Read("u_a", 5, 4, 2), Read("u_b", 2, 2, 0)]
    assert put(("u_a", 5, 4, 1)) == [Read("u_a", 5, 4, 2), Read("u_b", 2, 2, 0)]
    assert put() == [Read("u_a", 5, 4, 2), Read("u_b", 2, 2, 0)]


def test_followers_places_move_on_by_epoch_and_then_by_seq(record: Record, tearoom: Tearoom) -> None:
    def put(epoch: str, seq: int) -> tuple[str, int]:
        record.write(lambda c: cursors.put_many(c, tearoom.channel, [("u_a", epoch, seq)]))
        return record.read(lambda c: cursors.of_channel(c, tearoom.channel))[0][1:]

    assert put("e1", 40) == ("e1", 40)
    assert put("e1", 39) == ("e1", 40)
    assert put("e2_abcdef", 30) == ("e2_abcdef", 30)
    assert put("e1", 50) == ("e2_abcdef", 30)
    assert put("e10_abcdef", 1) == ("e10_abcdef", 1)
    assert epochs.number_of("nonsense") == 0


def test_a_first_epoch_is_e1_and_each_further_one_is_new(record: Record, tearoom: Tearoom) -> None:
    opened = [record.write(lambda c: recovery.open_epoch(c, tearoom.channel, 0)) for _ in range(3)]
    assert [epoch.number for epoch in opened] == [1, 2, 3]
    assert opened[0].epoch == "e1"
    assert len({epoch.epoch for epoch in opened}) == 3
    channel = record.read(lambda c: channels.one(c, tearoom.channel))
    assert channel is not None
    assert channel.epoch == opened[2].epoch


def test_two_who_open_an_epoch_at_once_get_two(record: Record, tearoom: Tearoom) -> None:
    opened: list[str] = []

    def open_one() -> None:
        opened.append(record.write(lambda c: recovery.open_epoch(c, tearoom.channel, 0)).epoch)

    threads = [threading.Thread(target=open_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(opened)) == 4


def test_an_epoch_below_what_is_archived_is_refused_and_positions_above_it_are_cut(
        record: Record, tearoom: Tearoom) -> None:
    record.write(lambda c: recovery.open_epoch(c, tearoom.channel, 0))
    record.write(lambda c: channels.move(c, tearoom.channel, 10, 8))
    record.write(lambda c: reads.put_many(c, tearoom.channel, [("u_a", 15, 12, 1), ("u_b", 9, 7, 1)]))
    with pytest.raises(Refused) as refused:
        record.write(lambda c: recovery.open_epoch(c, tearoom.channel, 9))
    assert refused.value.code is Code.UNAVAILABLE
    record.write(lambda c: recovery.open_epoch(c, tearoom.channel, 10))
    assert record.read(lambda c: reads.of_channel(c, tearoom.channel)) == [Read("u_a", 10, 8, 0), Read("u_b", 9, 7, 1)]


def test_a_snapshot_tells_everything_of_one_room_and_nothing_of_another(record: Record, tearoom: Tearoom) -> None:
    other = Tearoom(record)
    record.write(lambda c: members.add(c, tearoom.room, tearoom.alice, "owner", NOW))
    record.write(lambda c: members.add(c, other.room, other.bob, "member", NOW))
    record.write(lambda c: recovery.open_epoch(c, tearoom.channel, 0))
    record.write(lambda c: reads.put_many(c, tearoom.channel, [(tearoom.alice, 0, 0, 0)]))
    snapshot = record.read(lambda c: recovery.snapshot(c, tearoom.room))
    assert snapshot
    assert [tuple(m) for m in snapshot.members] == [(tearoom.alice, "owner")]
    assert [c.id for c in snapshot.channels] == [tearoom.channel]
    assert [e.epoch for e in snapshot.channels[0].epochs] == ["e1"]
    assert [r.user for r in snapshot.channels[0].reads] == [tearoom.alice]
    assert record.read(lambda c: recovery.snapshot(c, "r_0000000000")) is None


def test_the_last_message_of_a_window_is_spent_once(record: Record) -> None:
    record.write(lambda c: windows.open_(c, Window("wx1", "o1", "message", NOW, NOW + 1000, 5, 4)))
    taken: list[bool] = []
    threads = [threading.Thread(target=lambda: taken.append(
        record.write(lambda c: windows.spend(c, "wx1", "o1", "message", NOW)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False, False, False, True]


def test_a_window_opens_anew_but_not_by_a_push_that_comes_late(record: Record) -> None:
    def window(opened_at: int, used: int = 0) -> Window:
        return Window("wx1", "o2", "message", opened_at, opened_at + 1000, 5, used)

    record.write(lambda c: windows.open_(c, window(NOW, 3)))
    record.write(lambda c: windows.open_(c, window(NOW - 500)))
    assert record.read(lambda c: windows.of_follower(c, "wx1", "o2")) == [window(NOW, 3)]
    record.write(lambda c: windows.shut(c, "wx1", "o2", "message", NOW))
    assert not record.write(lambda c: windows.spend(c, "wx1", "o2", "message", NOW))
    record.write(lambda c: windows.open_(c, window(NOW + 1)))
    assert record.write(lambda c: windows.spend(c, "wx1", "o2", "message", NOW + 2))
    assert not record.write(lambda c: windows.spend(c, "wx1", "o2", "message", NOW + 5000))


def test_an_intent_is_settled_once_or_given_up(record: Record) -> None:
    def intend(name: str, at: int) -> None:
        delivery = Delivery(name, "wx1", "o3", "u_f", "digest", None, "e1", 1, 9, "intent", None, at, None, "due")
        record.write(lambda c: deliveries.intend(c, delivery))

    intend("d_1", NOW)
    intend("d_2", NOW + 10)
    assert record.write(lambda c: deliveries.settle(c, "d_1", deliveries.SENT, NOW + 1))
    assert not record.write(lambda c: deliveries.settle(c, "d_1", deliveries.FAILED, NOW + 2, 45015))
    assert record.write(lambda c: deliveries.give_up(c, NOW + 100, NOW + 100)) == 1
    states = {d.id: d.state for d in record.read(lambda c: deliveries.of_user(c, "u_f"))}
    assert states == {"d_1": "sent", "d_2": "unknown"}


def test_what_is_known_of_a_follower_changes_by_column(record: Record, tearoom: Tearoom) -> None:
    follower = Follower("wx1", "OpenId", tearoom.alice, tearoom.channel, 0, NOW)
    assert record.write(lambda c: followers.add(c, follower))
    assert not record.write(lambda c: followers.add(c, follower))
    assert record.write(lambda c: followers.change(c, "wx1", "OpenId", digests=2, reachable=False))
    assert record.read(lambda c: followers.one(c, "wx1", "OpenId")) == follower._replace(digests=2, reachable=False)
    assert record.read(lambda c: followers.one(c, "wx1", "openid")) is None


def test_an_anchor_belongs_to_the_first_and_to_one_organization(record: Record, tearoom: Tearoom) -> None:
    other = Tearoom(record)
    assert record.write(lambda c: identities.add_anchor(c, tearoom.organization, "unionid", "U1", tearoom.alice))
    assert not record.write(lambda c: identities.add_anchor(c, tearoom.organization, "unionid", "U1", tearoom.bob))
    assert record.write(lambda c: identities.add_anchor(c, other.organization, "unionid", "U1", other.bob))
    assert record.read(lambda c: identities.anchor(c, tearoom.organization, "unionid", "U1")) == tearoom.alice


def test_an_alarm_stays_until_somebody_has_looked(record: Record) -> None:
    record.write(lambda c: alarms.sound(c, [Alarm(NOW, "archive_conflict", "c_1", "e1", 7, "what", b"frame")]))
    number, alarm = record.read(alarms.open_ones)[-1]
    assert (alarm.seq, alarm.content) == (7, b"frame")
    before = record.read(alarms.count_open)
    assert record.write(lambda c: alarms.close(c, number, NOW))
    assert record.read(alarms.count_open) == before - 1
