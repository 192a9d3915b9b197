"""What Bob is told of what Olga did to him, on both databases."""

from __future__ import annotations

from rooms import cursors, members, notices, sanctions, seats
from rooms.authority import Actor
from rooms.events import Door, Position
from rooms.notices import Kind
from rooms.record import cursors as places
from rooms.store import Store
from tests.cast import Cast


class Stage:
    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.hall = self.cast.channel("hall")
        self.olga, self.bob = self.cast.person("Olga"), self.cast.person("Bob", Door.WECHAT)
        for person in (self.olga, self.bob):
            members.join(store, person, self.cast.room)
        members.set_role(store, self.cast.room, self.olga.id, "owner")

    @property
    def told(self) -> list[tuple[str, str, str]]:
        waiting = notices.waiting(self.store, self.bob.id)
        return [(one.kind, one.channel, notices.facts(one)["reason"]) for one in waiting]


def test_each_act_upon_somebody_leaves_a_notice_with_its_reason(store: Store) -> None:
    stage = Stage(store)
    olga, room = Actor(stage.olga), stage.cast.room
    sanctions.mute(store, olga, stage.hall, stage.bob.id, 600, "shouting")
    sanctions.unmute(store, olga, stage.hall, stage.bob.id)
    sanctions.unmute(store, olga, stage.hall, stage.bob.id)
    sanctions.ban(store, olga, room, stage.bob.id, None, "spam")
    sanctions.pardon(store, olga, room, stage.bob.id)
    sanctions.kick(store, olga, stage.hall, stage.bob.id, "again")
    assert stage.told == [("muted", stage.hall, "shouting"), ("unmuted", stage.hall, ""), ("banned", "", "spam"),
                          ("pardoned", "", ""), ("kicked", stage.hall, "again")]
    assert stage.bob.id in store.live.hinted("notice", 100)


def test_who_sits_in_the_channel_got_the_entry_and_no_notice(store: Store) -> None:
    stage = Stage(store)
    seats.enter(store, stage.bob, stage.hall, "p.1")
    sanctions.mute(store, Actor(stage.olga), stage.hall, stage.bob.id, 600)
    assert stage.told == []


def test_who_is_put_out_no_longer_listens(store: Store) -> None:
    stage = Stage(store)
    for act in (sanctions.kick, sanctions.ban):
        entered = seats.enter(store, stage.bob, stage.hall, "")
        cursors.listen(store, stage.hall, stage.bob.id, Position(entered.epoch, entered.read))
        act(store, Actor(stage.olga), stage.hall, stage.bob.id)
        assert cursors.told(store, stage.hall, stage.bob.id) is None
        assert store.record.read(lambda c: places.of_channel(c, stage.hall)) == []


def test_a_notice_is_told_once_and_is_over_in_time(store: Store) -> None:
    stage = Stage(store)
    now = store.clock.now()
    notices.add(store, stage.bob, Kind.APPROVED, stage.cast.room, facts={"reason": ""})
    notices.add(store, stage.bob, Kind.SEAT, channel=stage.hall, facts={"reason": ""}, expires_at=now - 1)
    waiting = notices.waiting(store, stage.bob.id)
    assert [one.kind for one in waiting] == [Kind.APPROVED]
    assert store.record.write(lambda c: notices.begin(c, waiting, "customer_service", now))
    assert not store.record.write(lambda c: notices.begin(c, waiting, "customer_service", now))
    assert notices.waiting(store, stage.bob.id) == []
    notices.told(store, waiting, "customer_service")
    notices.sweep(store)
    assert {one.kind: one.state for one in notices.of_user(store, stage.bob.id)} == {
        Kind.APPROVED: "told", Kind.SEAT: "expired"}
