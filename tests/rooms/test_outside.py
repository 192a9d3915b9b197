"""Who was put out reads up to the entry that says so, and nothing above it, until they are let in again."""

from __future__ import annotations

import pytest

from rooms import (
    archive,
    authority,
    cursors,
    edits,
    messages,
    outside,
    owed,
    reactions,
    receipts,
    recovery,
    sanctions,
    seats,
    standings,
)
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.events import Door, Person, Position
from rooms.live import keys
from rooms.store import Store
from tests.cast import opened
from tests.rooms.test_moderation import Stage, dies, refusal


@pytest.fixture(scope="module")
def store(request: pytest.FixtureRequest) -> Store:
    return opened(request)


@pytest.fixture
def stage(store: Store) -> Stage:
    store.live.offset_ms = 0
    return Stage(store)


def seen(stage: Stage, person: Person) -> list[int]:
    """What the person can read of the hall, by every way of asking."""
    page = messages.history(stage.store, person, stage.hall)
    on = messages.history(stage.store, person, stage.hall, after_seq=0)
    assert [entry.seq for entry in page.entries] == [entry.seq for entry in on.entries]
    assert not messages.history(stage.store, person, stage.hall, after_seq=on.entries[-1].seq).entries
    assert [entry.seq for entry in messages.history(stage.store, person, stage.hall, before=1 << 40).entries] == [
        entry.seq for entry in page.entries]
    assert [entry.seq for entry in owed.since(stage.store, person.id, stage.hall, 0, 100)] == [
        entry.seq for entry in page.entries]
    return [entry.seq for entry in page.entries]


def test_the_kicked_read_up_to_the_kick_until_they_enter_again(stage: Stage) -> None:
    stage.say(stage.charlie)
    kicked = sanctions.kick(stage.store, Actor(stage.bob), stage.hall, stage.charlie.id).seqs[stage.hall]
    stage.say(stage.dora, "about them")
    assert seen(stage, stage.charlie) == [1, kicked]
    assert seen(stage, stage.dora) == [1, kicked, kicked + 1]
    unread = receipts.unread(stage.store, stage.charlie, [stage.hall])[stage.hall]
    assert (unread.tip, unread.unread) == (kicked, 0), "not even how much there is"
    seats.enter(stage.store, stage.charlie, stage.hall, "p1.2")
    assert seen(stage, stage.charlie) == [1, kicked, kicked + 1]
    assert outside.limits(stage.store, stage.charlie.id, [stage.hall]) == {}


def test_who_is_out_already_reads_no_further_by_being_put_out_again(stage: Stage) -> None:
    kicked = sanctions.kick(stage.store, Actor(stage.bob), stage.hall, stage.charlie.id).seqs[stage.hall]
    stage.say(stage.dora, "about them")
    sanctions.ban(stage.store, Actor(stage.bob), stage.hall, stage.charlie.id)
    assert seen(stage, stage.charlie) == [kicked]
    forget_outside(stage)
    assert seen(stage, stage.charlie) == [kicked], "the record says the same"


def test_the_record_knows_it_before_the_gate_does(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.say(stage.charlie)
    archive.archive_channel(stage.store, stage.hall)
    stage.say(stage.dora)
    with monkeypatch.context() as patch:
        patch.setattr(authority, "tell", dies)
        with pytest.raises(KeyboardInterrupt):
            sanctions.kick(stage.store, Actor(stage.bob), stage.hall, stage.charlie.id)
    forget_outside(stage)
    assert outside.limits(stage.store, stage.charlie.id, [stage.hall]) == {stage.hall: 1}, "what was archived by then"
    assert refusal(seats.enter, stage.store, stage.charlie, stage.hall, "p1.2", again=True) is Code.NOT_ENTERED
    assert sanctions.kick(stage.store, Actor(stage.bob), stage.hall, stage.charlie.id).seqs[stage.hall] == 3


def forget_outside(stage: Stage) -> None:
    """Redis forgets who is out; the room is made ready from the record."""
    for key in stage.store.live.command("KEYS", f"*{{{stage.cast.room}}}*:outside", key=stage.cast.gate):
        stage.store.live.delete(key.decode())
    recovery.close(stage.store, stage.cast.room)
    recovery.make_ready(stage.store, stage.cast.room)


def test_coming_back_by_itself_is_not_being_let_in(stage: Stage) -> None:
    sanctions.kick(stage.store, Actor(stage.bob), stage.hall, stage.charlie.id)
    assert refusal(seats.enter, stage.store, stage.charlie, stage.hall, "p1.2", again=True) is Code.NOT_ENTERED
    assert refusal(stage.say, stage.charlie) is Code.NOT_ENTERED
    seats.enter(stage.store, stage.dora, stage.hall, "p1.3", again=True)


def test_it_outlives_the_loss_of_redis_and_ends_in_the_record_too(stage: Stage) -> None:
    stage.say(stage.charlie)
    sanctions.kick(stage.store, Actor(stage.bob), stage.hall, stage.charlie.id)
    sanctions.kick(stage.store, Actor(stage.bob), stage.hall, stage.dora.id)
    seats.enter(stage.store, stage.dora, stage.hall, "p1.3")
    forget_outside(stage)
    assert outside.outsiders(stage.store, stage.hall, [stage.charlie.id, stage.dora.id]) == {stage.charlie.id: 2}


def test_the_banned_read_nothing_above_the_ban_in_any_channel(stage: Stage) -> None:
    seqs = sanctions.ban(stage.store, Actor(stage.bob), stage.cast.room, stage.charlie.id, seconds=60).seqs
    stage.say(stage.dora)
    assert seen(stage, stage.charlie) == [seqs[stage.hall]]
    stage.wait(61)
    assert seen(stage, stage.charlie) == [seqs[stage.hall]], "the end of a ban alone lets nobody in"
    seats.enter(stage.store, stage.charlie, stage.hall, "p1.2")
    assert len(seen(stage, stage.charlie)) == 2


def test_a_ban_that_left_no_entry_shows_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.say(stage.charlie)
    with monkeypatch.context() as patch:
        patch.setattr(authority, "tell", lambda *_, **__: authority.Done({}))
        sanctions.ban(stage.store, Actor(stage.bob), stage.cast.room, stage.charlie.id)
    assert messages.history(stage.store, stage.charlie, stage.hall).entries == []


def test_a_ban_by_the_organization_is_told_and_then_nothing_more(stage: Stage) -> None:
    staff = Actor(Person("s_steward", stage.cast.organization, "Steward", Door.CONSOLE), "owner")
    seqs = sanctions.ban(stage.store, staff, stage.cast.organization, stage.charlie.id).seqs
    stage.say(stage.dora)
    assert outside.limits(stage.store, stage.charlie.id, [stage.hall]) == {stage.hall: seqs[stage.hall]}
    assert standings.member_channels(stage.store, stage.charlie.id)


def test_a_follower_who_was_put_out_is_owed_the_notice_and_no_more(stage: Stage) -> None:
    epoch = seats.tips(stage.store, [stage.hall])[stage.hall][0]
    cursors.listen(stage.store, stage.hall, stage.charlie.id, Position(epoch, 0))
    sanctions.kick(stage.store, Actor(stage.bob), stage.hall, stage.charlie.id)
    stage.say(stage.dora)
    found = owed.since(stage.store, stage.charlie.id, stage.hall, 0, 100)
    assert [entry.op for entry in found] == ["kicked"]


def test_who_was_never_put_out_is_not_asked_for_long(stage: Stage) -> None:
    with pytest.raises(Refused):
        messages.history(stage.store, stage.mallory, stage.hall)
    assert outside.outsiders(stage.store, stage.hall, []) == {}


def test_who_was_put_out_says_nothing_by_what_they_said_before(stage: Stage) -> None:
    own = stage.say(stage.charlie).seq
    sanctions.kick(stage.store, Actor(stage.bob), stage.hall, stage.charlie.id)
    other = stage.say(stage.dora).seq
    assert refusal(edits.edit, stage.store, stage.charlie, stage.hall, own, {"text": "one more"}) is Code.NOT_ENTERED
    assert refusal(reactions.react, stage.store, stage.charlie, stage.hall, other, "👎") is Code.NOT_ENTERED
    seats.enter(stage.store, stage.charlie, stage.hall, "p1.2")
    edits.edit(stage.store, stage.charlie, stage.hall, own, {"text": "sorry"})
    assert reactions.react(stage.store, stage.charlie, stage.hall, other, "👍") == {"👍": 1}


@pytest.mark.parametrize("archived", [False, True])
def test_who_was_put_out_is_no_reader_of_what_came_after(stage: Stage, archived: bool) -> None:
    stage.say(stage.charlie)
    kicked = sanctions.kick(stage.store, Actor(stage.bob), stage.hall, stage.charlie.id).seqs[stage.hall]
    unseen = stage.say(stage.dora).seq
    if archived:
        archive.archive_channel(stage.store, stage.hall)
        stage.store.live.delete(keys.of_channel(stage.store.live.prefix, stage.hall).log)
    assert receipts.read(stage.store, stage.charlie, stage.hall, unseen) == kicked
    assert receipts.readers(stage.store, stage.dora, stage.hall, unseen).count == 0
    seats.enter(stage.store, stage.charlie, stage.hall, "p1.2")
    assert receipts.unread(stage.store, stage.charlie, [stage.hall])[stage.hall].unread == 1
