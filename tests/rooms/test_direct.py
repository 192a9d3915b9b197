"""Words between two members of a room: found by both, by nobody else, and held to what the room holds people to."""

from __future__ import annotations

import pytest

from rooms import (
    announcements,
    archive,
    arranging,
    blocks,
    direct,
    doors,
    edits,
    erasure,
    exports,
    held,
    identities,
    indexing,
    members,
    merging,
    messages,
    reactions,
    recalls,
    receipts,
    recovery,
    reports,
    review,
    rooms,
    rules,
    sanctions,
    search,
    seats,
    webhooks,
)
from rooms.authority import Actor
from rooms.doors import Ways
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Door, Entry, Person
from rooms.permissions import Role
from rooms.record import recovery as record
from rooms.search import Query
from rooms.store import Store
from tests.cast import Cast
from tests.refusal import answer


class Stage:
    """Alice and Bob talk; Charlie is a member too, Mo moderates, Eve has not joined; the console's staff look on."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store, direct=True)
        self.hall = self.cast.channel("hall")
        self.alice, self.bob, self.charlie, self.mo, self.eve = (
            self.cast.person(name) for name in ("Alice", "Bob", "Charlie", "Mo", "Eve"))
        for person in (self.alice, self.bob, self.charlie, self.mo):
            members.join(store, person, self.cast.room)
        members.set_role(store, self.cast.room, self.mo.id, "moderator")
        self.staff = Actor(Person("s_olga", self.cast.organization, "Olga", Door.CONSOLE), Role.OWNER)

    def begin(self, one: Person, other: Person) -> str:
        return direct.begin(self.store, one, self.cast.room, other.id).channel

    def say(self, person: Person, channel: str, text: str) -> int:
        seats.enter(self.store, person, channel, f"p1.{person.id}")
        said = messages.post(self.store, person, channel, Draft("text", {"text": text}, text.replace(" ", "-")))
        assert isinstance(said, messages.Said)
        return said.seq

    def texts(self, person: Person, channel: str) -> list[str | None]:
        page = messages.history(self.store, person, channel).entries
        return [(Entry.parse(one.frame).body or {}).get("text") for one in page]

    def shown(self, person: Person) -> list[tuple[str, str]]:
        """(channel, name) of the channels of two that the person finds among their rooms."""
        return [(one.id, one.name) for room in rooms.visible(self.store, person) for one in room.channels if one.direct]


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def test_both_find_the_same_channel_under_the_name_of_the_other_one_with_what_is_unread(stage: Stage) -> None:
    two = stage.begin(stage.alice, stage.bob)
    assert stage.begin(stage.bob, stage.alice) == two
    stage.say(stage.alice, two, "只对你说")
    assert (stage.shown(stage.alice), stage.shown(stage.bob)) == ([(two, "Bob")], [(two, "Alice")])
    assert receipts.unread(stage.store, stage.bob, [two])[two].unread == 1
    assert stage.shown(stage.charlie) == stage.shown(stage.mo) == stage.shown(stage.eve) == []
    assert stage.texts(stage.bob, two) == ["只对你说"]



def test_a_message_that_is_held_for_its_words_shows_nothing_else_of_what_two_say(stage: Stage) -> None:
    two = stage.begin(stage.alice, stage.bob)
    stage.say(stage.alice, two, "between us")
    held.keep(stage.store, stage.alice, two, Draft("text", {"text": "加微信"}, "h1"), held.WORDS)
    (row,) = review.held_messages(stage.store, Actor(stage.mo), stage.cast.room)
    assert review.around(stage.store, Actor(stage.mo), row.id) == []


def test_nobody_else_reads_enters_reacts_edits_or_even_learns_that_it_is_there(stage: Stage) -> None:
    store, two = stage.store, stage.begin(stage.alice, stage.bob)
    stage.say(stage.alice, two, "between us")
    for person in (stage.charlie, stage.mo, stage.eve):
        assert answer(seats.enter, store, person, two, "p1.9") == "not_found", person.name
        assert answer(messages.history, store, person, two) == "not_found", person.name
        assert answer(receipts.read, store, person, two, 1) == "not_found", person.name
        assert answer(reactions.react, store, person, two, 1, "👍") == "not_found", person.name
        assert answer(edits.edit, store, person, two, 1, {"text": "mine"}) == "not_found", person.name
        assert answer(reports.report, store, person, two, 1) == "not_found", person.name
    for actor in (Actor(stage.mo), stage.staff):
        assert answer(recalls.recall, store, actor, two, 1) == "not_found"
        assert answer(sanctions.mute, store, actor, two, stage.alice.id) == "not_found"
        assert answer(rules.change, store, actor, two, {"see": "everyone"}) == "not_found"
        assert answer(announcements.announce, store, actor, two, "hello") == "not_found"
    assert answer(rules.change, store, Actor(stage.alice), two, {"see": "everyone"}) == "not_found"
    assert answer(messages.history, store, stage.staff.person, two, None, None, 50, "moderator") == "not_found"
    assert answer(arranging.find_channel, store, stage.staff, two) == "not_found"


def test_who_may_not_begin_is_told_why(stage: Stage) -> None:
    store, room, elsewhere = stage.store, stage.cast.room, Cast(stage.store, direct=True)
    mallory = elsewhere.person("Mallory")
    closed = stage.cast.add_room()
    for person in (stage.alice, stage.bob):
        members.join(store, person, closed)
    begin = direct.begin
    assert answer(begin, store, stage.alice, closed, stage.bob.id) == "forbidden", "the room does not allow it"
    assert answer(begin, store, stage.alice, room, stage.alice.id) == "forbidden"
    assert answer(begin, store, stage.alice, room, stage.eve.id) == "not_found", "no member"
    assert answer(begin, store, stage.alice, room, mallory.id) == "not_found"
    assert answer(begin, store, stage.eve, room, stage.alice.id) == "not_member"
    assert answer(begin, store, mallory, room, stage.alice.id) == "not_found"
    sanctions.ban(store, Actor(stage.mo), room, stage.charlie.id)
    assert answer(begin, store, stage.charlie, room, stage.alice.id) == "banned"


def test_the_rooms_mute_and_ban_hold_in_it_and_are_told_there(stage: Stage) -> None:
    store, two = stage.store, stage.begin(stage.alice, stage.bob)
    stage.say(stage.alice, two, "one")
    done = sanctions.mute(store, Actor(stage.mo), stage.cast.room, stage.alice.id, 600)
    assert set(done.seqs) == {stage.hall, two}, "and in no channel of two others"
    with pytest.raises(Refused) as refused:
        stage.say(stage.alice, two, "two")
    assert refused.value.code is Code.MUTED
    sanctions.ban(store, Actor(stage.mo), stage.cast.room, stage.alice.id)
    assert answer(messages.history, store, stage.alice, two) == "yes"
    assert answer(seats.enter, store, stage.alice, two, "p1.1") == "banned"


def test_a_report_shows_the_message_to_the_reviewers_who_may_take_it_away(stage: Stage) -> None:
    store, two = stage.store, stage.begin(stage.alice, stage.bob)
    seq = stage.say(stage.alice, two, "nasty")
    assert review.reported(store, stage.staff, stage.cast.organization) == []
    reports.report(store, stage.bob, two, seq, "rude")
    case, = review.reported(store, stage.staff, stage.cast.organization)
    assert case.entry is not None
    assert case.entry.body == {"text": "nasty"}
    assert review.settle(store, stage.staff, two, seq, "removed") == 1
    assert stage.texts(stage.bob, two)[0] is None


def test_a_block_takes_it_out_of_ones_list_and_hides_the_words(stage: Stage) -> None:
    two = stage.begin(stage.alice, stage.bob)
    stage.say(stage.alice, two, "hello again")
    blocks.block(stage.store, stage.bob, stage.alice.id)
    assert stage.shown(stage.bob) == []
    assert b"hello again" not in messages.history(stage.store, stage.bob, two).entries[0].frame
    assert stage.shown(stage.alice) == [(two, "Bob")], "the blocked learn nothing"


def test_search_export_and_erasure_reach_it_webhooks_and_the_rooms_export_do_not(stage: Stage) -> None:
    store, organization = stage.store, stage.cast.organization
    webhooks.add(store, stage.staff, "https://example.org/hook", ["message"])
    two = stage.begin(stage.alice, stage.bob)
    stage.say(stage.alice, two, "龙井新茶")
    archive.archive(store)
    indexing.index(store)
    webhooks.follow(store)
    found = {person.name: len(search.search(store, person, Query("新茶")).hits)
             for person in (stage.alice, stage.bob, stage.charlie, stage.mo)}
    assert found == {"Alice": 1, "Bob": 1, "Charlie": 0, "Mo": 0}
    assert search.search(store, stage.staff.person, Query("新茶"), staff=True).hits == []
    assert not webhooks.take(store)
    assert not any("龙井".encode() in one.frame for one in exports.words_in(store, stage.cast.room))
    assert any("龙井".encode() in one.frame for one in exports.words_of(store, organization, stage.alice.id))
    erasure.finish(store, erasure.begin(store, stage.alice.id, stage.alice.id, "asked"))
    assert "龙井".encode() not in messages.history(store, stage.bob, two).entries[0].frame
    assert search.search(store, stage.bob, Query("新茶")).hits == []


def test_it_outlives_the_loss_of_redis_and_ends_when_the_room_no_longer_allows_it(stage: Stage) -> None:
    store, two = stage.store, stage.begin(stage.alice, stage.bob)
    stage.say(stage.alice, two, "before")
    archive.archive(store)
    for key in store.live.command("KEYS", f"{store.live.prefix}*", key=stage.cast.gate):
        store.live.command("DEL", key, key=key.decode())
    assert answer(seats.enter, store, stage.mo, two, "p1.9") == "not_found"
    assert stage.say(stage.bob, two, "after") == 2
    owner = stage.staff
    doors.change(store, owner, stage.cast.room, Ways(direct=False))
    with pytest.raises(Refused) as refused:
        stage.say(stage.bob, two, "too late")
    assert refused.value.code is Code.CLOSED
    assert len(messages.history(store, stage.alice, two).entries) == 2
    doors.change(store, owner, stage.cast.room, Ways(direct=True))
    assert stage.say(stage.bob, two, "again") == 3


def test_a_setting_of_the_room_does_not_open_all_of_them_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    two, store = stage.begin(stage.alice, stage.bob), stage.store
    opened: list[str] = []
    real = record.channel_snapshot
    monkeypatch.setattr(record, "channel_snapshot", lambda c, one: opened.append(one) or real(c, one))
    recovery.close(store, stage.cast.room)
    assert stage.say(stage.alice, two, "still here") == 1
    assert opened == []


def test_two_who_turn_out_to_be_one_person_keep_what_was_said_to_either(stage: Stage) -> None:
    store = stage.store
    with_bob, with_charlie = stage.begin(stage.alice, stage.bob), stage.begin(stage.alice, stage.charlie)
    stage.say(stage.alice, with_charlie, "to Charlie")
    kept = merging.merge(store, stage.bob.id, stage.charlie.id, "phone")
    whole = identities.who(store, kept)
    assert whole is not None
    assert {one for one, _ in stage.shown(whole.person)} == {with_bob, with_charlie}
    assert stage.say(whole.person, with_charlie, "as one") == 2
    assert direct.begin(store, stage.alice, stage.cast.room, kept).channel in (with_bob, with_charlie)


def test_how_many_there_may_be_is_bounded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "MOST_OF_A_PERSON", 1)
    stage.begin(stage.alice, stage.bob)
    assert answer(stage.begin, stage.alice, stage.charlie) == "full"
    assert answer(stage.begin, stage.mo, stage.charlie) == "yes"
    monkeypatch.setattr(direct, "MOST_IN_A_ROOM", 2)
    assert answer(stage.begin, stage.bob, stage.charlie) == "full"
