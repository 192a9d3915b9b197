"""Two users turn out to be one person, on both databases."""

from __future__ import annotations

import itertools
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rooms import (
    accounts,
    cursors,
    identities,
    ids,
    members,
    merging,
    messages,
    receipts,
    recovery,
    rules,
    sanctions,
    seats,
    standings,
    white_list,
)
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Door, Person, Position
from rooms.live import keys
from rooms.record import aliases, audit, tables, users
from rooms.record import sanctions as sanction_rows
from rooms.record import standings as standing_rows
from rooms.record.sanctions import Sanction
from rooms.store import Store
from tests.cast import Cast
from tests.refusal import refusal

JUDGED = {
    "anchors": "goes along", "identities": "goes along", "followers": "goes along", "phones": "goes along",
    "members": "the higher role", "free": "goes along", "reads": "the further", "cursors": "the further",
    "sanctions": "the longer; the old ones stay", "requests": "goes along", "media": "goes along",
    "allowed": "goes along",
    "shadows": "stay as they were", "network": "stays as it was: it says who came by then",
    "mentions": "goes along", "blocks": "goes along, both ways", "reactions": "stay as they were",
    "held": "goes along", "reports": "goes along",
    "checks": "go along", "suspicions": "go along",
    "aliases": "is what is left", "standings": "each their own", "entries": "stay as they were",
    "quiet": "goes along", "outside": "ends: who is kept was not put out, and a ban is a sanction",
    "notices": "goes along", "tags": "go along", "deliveries": "stay with the openid", "sms": "stay as they were",
    "activity": "stays as it was counted",
}


class Stage:
    """Alice is known at two doors: in the mini-program and as a follower. Olga owns the room."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.organization = self.cast.organization
        self.hall, self.chat = self.cast.channel("hall"), self.cast.channel("chat")
        self.mini, self.official = (self._account(kind) for kind in ("mini_program", "official_account"))
        self.alice = identities.sign_in(store, self.mini, "alice_mini")
        self.follower = identities.follower(store, self.official, "alice_official")
        self.olga = self.cast.person("Olga")
        for person in (self.alice, self.follower, self.olga):
            members.join(store, person, self.cast.room)
        members.set_role(store, self.cast.room, self.olga.id, "owner")
        self.staff = Actor(Person(ids.new("s"), self.organization, "Steward", Door.CONSOLE), "owner")
        self.count = itertools.count()

    def _account(self, kind: str) -> accounts.Account:
        appid = f"wx{ids.new('x')[2:]}"
        accounts.add(self.store, self.organization, appid, kind, "app-secret", "token123")
        found = accounts.of(self.store, appid)
        assert found is not None
        return found

    def merge(self) -> str:
        return merging.merge(self.store, self.alice.id, self.follower.id, "phone")

    def say(self, person: Person, channel: str = "") -> messages.Said:
        draft = Draft("text", {"text": "hello"}, f"m{next(self.count)}")
        said = messages.post(self.store, person, channel or self.hall, draft)
        assert isinstance(said, messages.Said)
        return said

    def gate(self, room: str = "") -> dict[str, str]:
        """What the room's gate holds against people."""
        name = keys.of_room(self.store.live.prefix, room or self.cast.room).sanctions
        found = self.store.live.command("HGETALL", name, key=name)
        return {k.decode(): v.decode() for k, v in zip(found[::2], found[1::2], strict=True)}


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def test_both_doors_lead_to_the_one_who_logs_in(stage: Stage) -> None:
    assert stage.merge() == stage.alice.id
    assert identities.follower(stage.store, stage.official, "alice_official").id == stage.alice.id
    assert identities.sign_in(stage.store, stage.mini, "alice_mini").id == stage.alice.id
    assert identities.who(stage.store, stage.follower.id) is None


def test_a_door_that_nobody_remembers_leads_there_too(stage: Stage) -> None:
    stage.merge()
    stage.store.live.delete(stage.store.live.name("identity", stage.official.appid, "alice_official"))
    assert identities.follower(stage.store, stage.official, "alice_official").id == stage.alice.id


def test_doing_it_again_changes_nothing(stage: Stage) -> None:
    stage.merge()
    before = stage.store.record.read(lambda c: audit.page(c, stage.organization))
    assert stage.merge() == stage.alice.id
    assert merging.merge(stage.store, stage.follower.id, stage.alice.id, "unionid") == stage.alice.id
    assert stage.store.record.read(lambda c: audit.page(c, stage.organization)) == before
    assert [row.act.act for row in before].count("merge") == 1


def test_four_at_once_merge_once(stage: Stage) -> None:
    kept: list[str] = []
    barrier = threading.Barrier(4)

    def run(turned: bool) -> None:
        barrier.wait()
        pair = (stage.alice.id, stage.follower.id)
        kept.append(merging.merge(stage.store, *(pair[::-1] if turned else pair), "phone"))

    threads = [threading.Thread(target=run, args=(number % 2 == 0,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept == [stage.alice.id] * 4
    acts = [row.act.act for row in stage.store.record.read(lambda c: audit.page(c, stage.organization))]
    assert acts.count("merge") == 1


def test_people_of_two_organizations_are_never_one(stage: Stage) -> None:
    mallory = Cast(stage.store).person("Mallory")
    for pair in ((stage.alice.id, mallory.id), (mallory.id, stage.alice.id), (stage.alice.id, "u_nobody")):
        assert refusal(merging.merge, stage.store, *pair, "phone") is Code.NOT_FOUND


def test_three_become_one_and_every_old_id_finds_them(stage: Stage) -> None:
    older = stage.cast.person("小丽")
    stage.store.record.write(lambda c: users.change(c, older.id, created_at=1))
    merging.merge(stage.store, older.id, stage.follower.id, "phone")
    kept = merging.merge(stage.store, stage.follower.id, stage.alice.id, "phone")
    assert kept == stage.alice.id
    names = identities.names_of(stage.store, [older.id, stage.follower.id, stage.olga.id, "u_nobody"])
    assert names == {older.id: "小丽", stage.follower.id: "小丽", stage.olga.id: "Olga"}
    assert {alias.user for alias in stage.store.record.read(lambda c: aliases.of(c, kept))} == {
        older.id, stage.follower.id}


def test_the_higher_role_and_the_white_list_are_kept(stage: Stage) -> None:
    other = stage.cast.add_room()
    members.set_role(stage.store, stage.cast.room, stage.follower.id, "moderator")
    members.join(stage.store, stage.follower, other)
    white_list.set_free(stage.store, stage.staff, stage.cast.room, stage.follower.id)
    seats.enter(stage.store, stage.alice, stage.hall, "p1.1")
    stage.merge()
    assert seats.enter(stage.store, stage.alice, stage.hall, "p1.1").role == "moderator"
    assert {row.user: row.role for row in members.page(stage.store, stage.alice, other).people} == {
        stage.alice.id: "member"}
    rules.change(stage.store, Actor(stage.olga), stage.hall, {"muted_all": True})
    stage.say(stage.alice)


def test_the_absorbed_lose_their_seat_and_cannot_take_another(stage: Stage) -> None:
    seats.enter(stage.store, stage.follower, stage.hall, "")
    assert seats.present(stage.store, stage.hall).count == 1
    stage.merge()
    assert seats.present(stage.store, stage.hall).count == 0
    assert refusal(stage.say, stage.follower) is Code.NOT_MEMBER
    assert refusal(seats.enter, stage.store, stage.follower, stage.hall, "") is Code.UNAUTHENTICATED
    assert stage.follower.id not in {row.user for row in members.page(stage.store, stage.olga, stage.cast.room).people}


def test_the_further_position_counts_and_both_ones_words_are_ones_own(stage: Stage) -> None:
    for person, holder in ((stage.olga, "p1.1"), (stage.alice, "p1.2"), (stage.follower, "")):
        seats.enter(stage.store, person, stage.hall, holder)
    first = stage.say(stage.olga)
    receipts.read(stage.store, stage.alice, stage.hall, first.seq)
    second = stage.say(stage.olga)
    receipts.read(stage.store, stage.follower, stage.hall, second.seq)
    stage.say(stage.olga)
    stage.say(stage.alice)
    stage.say(stage.follower)
    epoch = seats.tips(stage.store, [stage.hall])[stage.hall][0]
    cursors.listen(stage.store, stage.hall, stage.follower.id, Position(epoch, 2))
    stage.merge()
    found = receipts.unread(stage.store, stage.alice, [stage.hall])[stage.hall]
    assert (found.read, found.unread) == (second.seq, 1)
    assert cursors.listeners(stage.store, stage.hall) == {stage.alice.id: Position(epoch, 2)}


def test_a_ban_of_either_holds_for_both(stage: Stage) -> None:
    seats.enter(stage.store, stage.alice, stage.hall, "p1.1")
    sanctions.ban(stage.store, Actor(stage.olga), stage.cast.room, stage.follower.id, seconds=60)
    stage.say(stage.alice)
    stage.merge()
    assert refusal(stage.say, stage.alice) is Code.BANNED
    recovery.close(stage.store, stage.cast.room)
    assert refusal(stage.say, stage.alice) is Code.BANNED
    sanctions.pardon(stage.store, Actor(stage.olga), stage.cast.room, stage.alice.id)
    assert seats.enter(stage.store, stage.alice, stage.hall, "p1.1")


def test_acting_on_an_old_id_acts_on_the_person(stage: Stage) -> None:
    stage.merge()
    seats.enter(stage.store, stage.alice, stage.hall, "p1.1")
    sanctions.mute(stage.store, Actor(stage.olga), stage.hall, stage.follower.id)
    assert refusal(stage.say, stage.alice) is Code.MUTED
    sanctions.unmute(stage.store, Actor(stage.olga), stage.hall, stage.follower.id)
    stage.say(stage.alice)


def test_a_mute_that_races_a_merge_is_not_lost(store: Store) -> None:
    for _ in range(8):
        stage, done = Stage(store), list[str]()
        seats.enter(store, stage.alice, stage.hall, "p1.1")
        barrier = threading.Barrier(2)

        def mute(stage: Stage = stage, barrier: threading.Barrier = barrier, done: list[str] = done) -> None:
            barrier.wait()
            try:
                sanctions.mute(store, Actor(stage.olga), stage.hall, stage.follower.id)
                done.append("muted")
            except Refused as refused:
                done.append(refused.code)

        thread = threading.Thread(target=mute)
        thread.start()
        barrier.wait()
        stage.merge()
        thread.join()
        if done == ["muted"]:
            assert refusal(stage.say, stage.alice) is Code.MUTED
        else:
            assert done == [Code.NOT_FOUND], "they were somebody else by then: the moderator looks again"


def test_what_was_left_undone_is_found_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    seats.enter(stage.store, stage.alice, stage.hall, "p1.1")
    sanctions.mute(stage.store, Actor(stage.olga), stage.hall, stage.follower.id)
    with monkeypatch.context() as patch:
        patch.setattr(merging, "settle", lambda *_: None)
        stage.merge()
    stage.say(stage.alice)
    monkeypatch.setattr(standings, "PATIENCE_MS", -1)
    standings.finish(stage.store)
    assert refusal(stage.say, stage.alice) is Code.MUTED
    assert identities.who(stage.store, stage.follower.id) is None
    assert stage.store.record.read(lambda c: standing_rows.due(c, 1 << 60, 1_000)) == []


def test_a_unionid_that_is_learnt_late_makes_them_one(stage: Stage) -> None:
    union = ids.new("x")
    carol = identities.sign_in(stage.store, stage.mini, "carol_mini", union)
    known = identities.follower(stage.store, stage.official, "carol_official")
    assert known.id != carol.id
    assert identities.follower(stage.store, stage.official, "carol_official", union).id == carol.id
    assert identities.follower(stage.store, stage.official, "carol_official").id == carol.id


def test_every_table_that_names_a_user_was_judged() -> None:
    """A table that is new here says what merging two people does to it: see `merging._give`."""
    named = {table.name for table in tables.metadata.sorted_tables if "user" in table.columns}
    assert named == set(JUDGED)


ENDS = st.sampled_from([None, 0, 1, 2, 3])
"""Hours from now; 0 for no end."""
PLACES = ("organization", "room", "hall", "chat")
HELD = st.fixed_dictionaries({(place, kind): ENDS for place in PLACES for kind in ("mute", "ban")})


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mine=HELD, theirs=HELD, roles=st.tuples(*[st.sampled_from(["guest", "member", "moderator", "owner"])] * 2),
       ready=st.booleans())
def test_merging_never_loosens_a_sanction(store: Store, mine: dict[tuple[str, str], int | None],
                                          theirs: dict[tuple[str, str], int | None], roles: tuple[str, str],
                                          ready: bool) -> None:
    stage = Stage(store)
    now = store.clock.now()
    for person, held, role in ((stage.alice, mine, roles[0]), (stage.follower, theirs, roles[1])):
        members.set_role(store, stage.cast.room, person.id, role)
        for (place, kind), hours in held.items():
            if hours is not None:
                until = hours and now + hours * 3_600_000
                row = Sanction(stage.organization, *_where(stage, place), kind, person.id, until, "", "s_x", now)
                store.record.write(lambda c, row=row: sanction_rows.set_(c, row))  # type: ignore[misc]
    if ready:
        recovery.close(store, stage.cast.room)
        recovery.make_ready(store, stage.cast.room)
    stage.merge()
    recovery.make_ready(store, stage.cast.room)
    once = stage.gate()
    recovery.close(store, stage.cast.room)
    recovery.make_ready(store, stage.cast.room)
    for gate in (once, stage.gate()):
        for place, kind in mine:
            room, channel = _where(stage, place)
            field = ":".join(filter(None, (kind[0], stage.alice.id, channel if room else "*")))
            ends = [hours for held in (mine, theirs) if (hours := held[place, kind]) is not None]
            expected = None if not ends else 0 if 0 in ends else now + max(ends) * 3_600_000
            assert gate.get(field) == (None if expected is None else str(expected)), (place, kind)


def _where(stage: Stage, place: str) -> tuple[str, str]:
    return {"organization": ("", ""), "room": (stage.cast.room, ""), "hall": (stage.cast.room, stage.hall),
            "chat": (stage.cast.room, stage.chat)}[place]
