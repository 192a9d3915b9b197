"""The Steward tells everybody, on both databases; a death in the middle tells nobody twice."""

from __future__ import annotations

from typing import Any

import pytest

from rooms import (
    accounts,
    announcements,
    broadcast_walk,
    broadcasts,
    channels,
    followers,
    identities,
    ids,
    members,
    messages,
    notices,
    seats,
    tags,
)
from rooms.authority import Actor
from rooms.broadcasts import Audience
from rooms.errors import Code, Refused
from rooms.events import Door, Person
from rooms.record import channels as channel_rows
from rooms.record import followers as follower_rows
from rooms.record import identities as identity_rows
from rooms.record import notices as rows
from rooms.store import Store
from tests.cast import Cast


def openid_of(store: Store, person: Person) -> str:
    return store.record.read(lambda c: identity_rows.of_user(c, person.id))[0].openid


class Stage:
    def __init__(self, store: Store, people: int = 7) -> None:
        self.store, self.cast = store, Cast(store)
        self.hall = self.cast.channel("hall")
        appid = accounts.add(store, self.cast.organization, f"wx{ids.new('x')[2:]}", "official_account", "secret",
                             "token123")
        account = accounts.of(store, appid)
        assert account is not None
        self.people = [identities.follower(store, account, f"o{number}{ids.new('x')}") for number in range(people)]
        for number, person in enumerate(self.people):
            openid = openid_of(store, person)
            followers.known(store, appid, person, openid)
            if number == 0:  # the first one listens in the hall
                members.join(store, person, self.cast.room)
                followers.stay_in(store, appid, openid, self.hall)
        self.steward = Actor(Person(ids.new("s"), self.cast.organization, "Steward", Door.CONSOLE), "owner")

    def told(self, source: str) -> list[str]:
        page = self.store.record.read(lambda c: rows.page_of_source(c, source, "", 1000))
        return sorted(one.user for one in page)

    def heard(self) -> list[str]:
        return [one.op for one in messages.after(self.store, self.hall, 0, 100)]

    def walk(self) -> None:
        while broadcast_walk.advance(self.store):
            pass


def test_everybody_is_told_once_in_the_channel_or_by_a_notice(store: Store) -> None:
    stage = Stage(store)
    assert broadcasts.preview(store, stage.steward, "明天休息") == (1, 1, 6)
    made = broadcasts.start(store, stage.steward, "明天休息")
    stage.walk()
    stage.walk()
    assert stage.heard() == ["announced"]
    assert stage.told(made.id) == sorted(person.id for person in stage.people[1:])
    found = broadcasts.progress(store, stage.steward, made.id)
    assert (found.broadcast.state, found.broadcast.reached, found.waiting) == ("done", 6, 6)


def test_a_death_between_any_two_steps_repeats_nobody(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(store)
    monkeypatch.setattr(broadcast_walk, "TOGETHER", 2)
    monkeypatch.setattr(broadcast_walk, "STEPS", 1)
    made = broadcasts.start(store, stage.steward, "断电也不重复")
    real = rows.add_many
    for death in range(12):
        def dies(connection: object, several: object, at: int = death) -> None:
            real(connection, several)  # type: ignore[arg-type]
            if several and at % 2 == 0:
                raise SystemExit

        monkeypatch.setattr(rows, "add_many", dies)
        try:
            broadcast_walk.advance(store)
        except SystemExit:
            continue
    monkeypatch.setattr(rows, "add_many", real)
    stage.walk()
    assert stage.told(made.id) == sorted(person.id for person in stage.people[1:])
    assert stage.heard() == ["announced"]


def test_it_may_be_paused_resumed_and_cancelled(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(store)
    monkeypatch.setattr(broadcast_walk, "TOGETHER", 2)
    monkeypatch.setattr(broadcast_walk, "STEPS", 2)
    made = broadcasts.start(store, stage.steward, "慢慢说")
    broadcast_walk.advance(store)
    broadcasts.pause(store, stage.steward, made.id)
    assert broadcast_walk.advance(store) == 0
    assert broadcasts.progress(store, stage.steward, made.id).waiting == 0
    broadcasts.resume(store, stage.steward, made.id)
    broadcast_walk.advance(store)
    broadcasts.cancel(store, stage.steward, made.id)
    found = broadcasts.progress(store, stage.steward, made.id)
    assert found.waiting == 0
    assert found.cancelled == found.broadcast.reached > 0
    with pytest.raises(Refused):
        broadcasts.resume(store, stage.steward, made.id)


def test_it_waits_for_its_time_and_may_be_for_one_room(store: Store) -> None:
    stage = Stage(store)
    members.join(store, stage.people[2], stage.cast.room)
    made = broadcasts.start(store, stage.steward, "开会", Audience(stage.cast.room), store.clock.now() + 3_600_000)
    assert broadcast_walk.advance(store) == 0
    later = broadcasts.start(store, stage.steward, "现在开会", Audience(stage.cast.room))
    stage.walk()
    assert stage.told(made.id) == []
    assert stage.told(later.id) == [stage.people[2].id]


def test_only_owners_of_the_organization_and_only_in_their_own(store: Store) -> None:
    stage, other = Stage(store, 1), Stage(store, 1)
    with pytest.raises(Refused) as refused:
        broadcasts.start(store, stage.steward._replace(role="moderator"), "不行")
    assert refused.value.code is Code.FORBIDDEN
    made = broadcasts.start(store, stage.steward, "我们的")
    for act in (broadcasts.pause, broadcasts.progress):
        with pytest.raises(Refused) as refused:
            act(store, other.steward, made.id)
        assert refused.value.code is Code.NOT_FOUND
    with pytest.raises(Refused):
        broadcasts.start(store, stage.steward, "别家的房间", Audience(other.cast.room))
    with pytest.raises(Refused):
        broadcasts.start(store, stage.steward, "长" * 601)


@pytest.mark.parametrize("said", [False, True], ids=["was not said", "was said, and the answer was lost"])
def test_a_room_that_redis_could_not_take_is_taken_up_again_and_none_hears_it_twice(
        store: Store, monkeypatch: pytest.MonkeyPatch, said: bool) -> None:
    stage = Stage(store, 2)
    channels.add(store, stage.cast.room, "chat")
    made, real, left = broadcasts.start(store, stage.steward, "停电也会说"), announcements.announce, iter([True, True])

    def fails(*given: Any) -> Any:
        if given[3] == made.text and next(left, False):
            if said:
                real(*given)
            raise Refused(Code.UNAVAILABLE, "Redis is away")
        return real(*given)

    monkeypatch.setattr(announcements, "announce", fails)
    for _ in range(2):
        with pytest.raises(Refused):
            broadcast_walk.advance(store)
        assert broadcasts.progress(store, stage.steward, made.id).broadcast.state == "scheduled"
    stage.walk()
    inside = store.record.read(lambda c: [one.id for one in channel_rows.of_room(c, stage.cast.room)])
    assert [[one.op for one in messages.after(store, channel, 0, 100)] for channel in inside] == [["announced"]] * 2
    assert broadcasts.progress(store, stage.steward, made.id).broadcast.state == "done"


def test_one_walks_at_a_time(store: Store) -> None:
    stage = Stage(store, 1)
    made = broadcasts.start(store, stage.steward, "一个人走")
    lease = store.live.name("broadcast", made.id)
    assert store.live.set(lease, "somebody else", px=60_000, nx=True)
    assert broadcast_walk.advance(store) == 0
    assert stage.heard() == []
    store.live.delete(lease)
    stage.walk()
    assert stage.heard() == ["announced"]


def test_tag_and_days_choose_who_is_told(store: Store) -> None:
    stage = Stage(store, 4)
    tags.set_(store, stage.steward, stage.people[1].id, ["会员", " 老  茶客 "])
    tags.set_(store, stage.steward, stage.people[2].id, ["会员"])
    assert tags.of_user(store, stage.steward, stage.people[1].id) == ["会员", "老 茶客"]
    made = broadcasts.start(store, stage.steward, "会员日", Audience(tag="会员"))
    stage.walk()
    assert stage.told(made.id) == sorted(one.id for one in stage.people[1:3])
    assert broadcasts.preview(store, stage.steward, "今天", Audience(days=1)).notices == 3
    for one in stage.people:
        openid = openid_of(store, one)
        appid = store.record.read(lambda c, one=one: identity_rows.of_user(c, one.id))[0].appid  # type: ignore[misc]
        store.record.write(lambda c, at=(appid, openid): follower_rows.change(c, *at, seen_at=1))  # type: ignore[misc]
    assert broadcasts.preview(store, stage.steward, "今天", Audience(days=1)).notices == 0
    with pytest.raises(Refused):
        tags.set_(store, stage.steward._replace(role=""), stage.people[1].id, [])
    with pytest.raises(Refused):
        tags.set_(store, stage.steward, stage.people[1].id, ["长" * 33])


def test_who_reads_along_on_a_socket_gets_no_message_besides(store: Store) -> None:
    stage = Stage(store, 2)
    members.join(store, stage.people[1], stage.cast.room)
    seats.enter(store, stage.people[1], stage.hall, "p.1")
    made = broadcasts.start(store, stage.steward, "听见了就好")
    stage.walk()
    assert broadcasts.progress(store, stage.steward, made.id).told == {"socket": 1}
    assert notices.waiting(store, stage.people[1].id) == []
