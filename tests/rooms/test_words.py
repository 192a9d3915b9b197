"""Lists of words in the path of a message: what is masked, stopped, muted, for whom, and how soon a change counts."""

from __future__ import annotations

import time

import pytest

from rooms import identities, members, messages, nicknames, rules, seats, words
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code
from rooms.events import Entry, Person
from rooms.record import audit
from rooms.store import Store
from tests.cast import Cast
from tests.refusal import refusal


class Stage:
    """Olga owns the room, Bob moderates, Charlie talks; Mallory is of another organization."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.hall, self.chat = self.cast.channel("hall"), self.cast.channel("chat")
        self.olga, self.bob, self.charlie = map(self.cast.person, ("olga", "bob", "charlie"))
        self.mallory = Cast(store).person("mallory")
        for number, person in enumerate((self.olga, self.bob, self.charlie)):
            seats.enter(store, person, self.hall, f"p1.{number}")
        members.set_role(store, self.cast.room, self.olga.id, "owner")
        members.set_role(store, self.cast.room, self.bob.id, "moderator")
        self.admin = Actor(self.cast.person("admin"), "owner")
        self.count = 0

    def words(self, action: str, *those: str, place: str = "", **settings: object) -> str:
        made = words.add_list(self.store, self.admin, place or self.cast.organization, action, action,
                              **settings)  # type: ignore[arg-type]
        words.change_words(self.store, self.admin, made, add=those)
        self.store.shelf.refresh(self.store)
        return made

    def say(self, person: Person, text: str, kind: str = "text", **body: object) -> str:
        """What everybody reads of it."""
        self.count += 1
        draft = Draft(kind, {"text": text, **body} if kind == "text" else body, f"m{self.count}")
        said = messages.post(self.store, person, self.hall, draft)
        entry = Entry.parse(messages.after(self.store, self.hall, said.seq - 1, 1)[0].frame)
        assert entry.body is not None
        return str(entry.body.get("text", entry.body))


@pytest.fixture
def stage(store: Store) -> Stage:
    return Stage(store)


def test_a_word_is_masked_and_the_rest_stays_where_it_was(stage: Stage) -> None:
    stage.words("mask", "赌博", "casino")
    assert stage.say(stage.charlie, "来 賭*博 吧，best ｃａｓｉｎｏ") == "来 *** 吧，best ******"
    assert stage.say(stage.charlie, "我打赌。博物馆关了") == "我打赌。博物馆关了"


def test_a_blocked_word_is_refused_and_nothing_is_said(stage: Stage) -> None:
    stage.words("block", "赌博")
    assert refusal(stage.say, stage.charlie, "赌\u200b博") is Code.BLOCKED_WORDS
    assert messages.after(stage.store, stage.hall, 0, 10) == []
    assert stage.say(stage.charlie, "茶") == "茶"


def test_what_is_held_and_comes_again_is_held_already_however_slow_the_channel(stage: Stage) -> None:
    stage.words("hold", "赌博")
    rules.change(stage.store, Actor(stage.olga), stage.hall, {"slow_seconds": 60})
    draft = Draft("text", {"text": "赌博"}, "same")
    first = messages.post(stage.store, stage.charlie, stage.hall, draft)
    assert messages.post(stage.store, stage.charlie, stage.hall, draft) == first
    assert refusal(stage.say, stage.charlie, "茶") is Code.SLOW_MODE


def test_moderators_are_let_be_unless_a_list_spares_nobody(stage: Stage) -> None:
    stage.words("block", "赌博")
    assert stage.say(stage.bob, "不许谈赌博") == "不许谈赌博"
    stage.words("block", "代购", exempt="nobody")
    assert refusal(stage.say, stage.olga, "代购") is Code.BLOCKED_WORDS


def test_the_hardest_action_counts(stage: Stage) -> None:
    stage.words("mask", "赌博")
    stage.words("block", "网赌")
    assert refusal(stage.say, stage.charlie, "赌博和网赌") is Code.BLOCKED_WORDS


def test_who_says_a_word_that_mutes_is_muted_in_the_room(stage: Stage) -> None:
    stage.say(stage.charlie, "早")
    stage.words("mute", "加微信", mute_seconds=60)
    assert refusal(stage.say, stage.charlie, "加 微 信") is Code.BLOCKED_WORDS
    ops = [entry.op for entry in messages.after(stage.store, stage.hall, 0, 10)]
    assert "muted" in ops, "it stands before its author hears the refusal"
    assert refusal(stage.say, stage.charlie, "早") is Code.MUTED
    act = stage.store.record.read(lambda c: audit.page(c, stage.cast.organization))[-1].act
    assert (act.act, act.actor, act.target, act.reason) == ("mute", "s_steward", stage.charlie.id, "mute")


def test_a_name_with_a_word_of_the_organizations_lists_is_not_taken(stage: Stage) -> None:
    stage.words("mask", "加微信")
    stage.words("block", "赌博", place=stage.cast.room)
    assert refusal(nicknames.rename, stage.store, stage.charlie, "加 微 信") is Code.BLOCKED_WORDS
    assert nicknames.rename(stage.store, stage.charlie, "赌博").name == "赌博", "a room's words hold in that room"
    assert identities.names_of(stage.store, [stage.charlie.id]) == {stage.charlie.id: "赌博"}


def test_a_rooms_list_holds_in_that_room_alone(stage: Stage) -> None:
    other = stage.cast.add_room()
    lounge = stage.cast.channel("lounge", other)
    seats.enter(stage.store, stage.charlie, lounge, "p1.9")
    stage.words("block", "咖啡", place=stage.cast.room)
    assert refusal(stage.say, stage.charlie, "咖啡") is Code.BLOCKED_WORDS
    assert messages.post(stage.store, stage.charlie, lounge, Draft("text", {"text": "咖啡"}, "k1")).seq == 1


def test_every_place_for_words_is_looked_at(stage: Stage) -> None:
    stage.words("block", "赌博")
    link = {"title": "好", "url": "https://example.com", "description": "赌博"}
    assert refusal(stage.say, stage.charlie, "", "link", **link) is Code.BLOCKED_WORDS
    place = {"latitude": 1.0, "longitude": 2.0, "name": "赌博城", "address": "某街"}
    assert refusal(stage.say, stage.charlie, "", "location", **place) is Code.BLOCKED_WORDS


def test_a_change_counts_in_every_process_within_two_seconds(stage: Stage) -> None:
    stage.say(stage.charlie, "赌博")
    other = Store(stage.store.live, stage.store.record, stage.store.clock, stage.store.limits)
    messages.post(other, stage.charlie, stage.hall, Draft("text", {"text": "赌博"}, "o0"))
    made = words.add_list(stage.store, stage.admin, stage.cast.organization, "new", "block")
    words.change_words(stage.store, stage.admin, made, add=["赌博"])
    end, draft = time.monotonic() + 60, Draft("text", {"text": "赌博"}, "o1")
    while other.shelf.book(stage.cast.organization).judge(stage.cast.room, draft) is None:
        assert time.monotonic() < end, "the other process still lets it pass"
        time.sleep(0.02)
    assert refusal(messages.post, other, stage.charlie, stage.hall, draft) is Code.BLOCKED_WORDS
    other.shelf.close()


def test_expressions_run_in_time_that_grows_with_the_text_alone(stage: Stage) -> None:
    made = stage.words("mask", kind="patterns")
    told = words.change_words(stage.store, stage.admin, made, add=[r"\d{6,}", "(a+)+$", "(", "x*"])
    assert (told.added, list(told.refused)) == (2, ["(", "x*"])
    stage.store.shelf.refresh(stage.store)
    assert stage.say(stage.charlie, "群号 1234567 来") == "群号 ******* 来"
    assert stage.say(stage.charlie, "a" * 1_999 + "!").startswith("aaa")


def test_words_without_letters_or_too_long_are_not_taken(stage: Stage) -> None:
    made = stage.words("block", "茶")
    told = words.change_words(stage.store, stage.admin, made, add=["！！", "", "x" * 65, "好", "茶"], remove=["无"])
    assert (told.added, told.removed, set(told.refused)) == (1, 0, {"！！", "", "x" * 65})


def test_moderators_keep_their_rooms_lists_and_admins_the_organizations(stage: Stage) -> None:
    own = words.add_list(stage.store, Actor(stage.bob), stage.cast.room, "ours", "mask")
    for actor in (Actor(stage.charlie), Actor(stage.mallory), Actor(stage.mallory, "owner")):
        assert refusal(words.change_words, stage.store, actor, own, ["x"]) in (Code.FORBIDDEN, Code.NOT_FOUND)
    everywhere = stage.cast.organization
    assert refusal(words.add_list, stage.store, Actor(stage.bob), everywhere, "x", "mask") is Code.FORBIDDEN
    assert refusal(words.remove_list, stage.store, Actor(stage.mallory, "owner"), own) is Code.NOT_FOUND
    words.remove_list(stage.store, Actor(stage.bob), own)
    assert list(words.lists(stage.store, Actor(stage.bob), stage.cast.room)) == []


def test_hits_are_counted_and_a_text_can_be_tried(stage: Stage) -> None:
    made = stage.words("mask", "赌博", "代购")
    stage.say(stage.charlie, "赌博 賭博")
    assert [(found.word, found.start, found.end) for found in words.test(
        stage.store, stage.admin, stage.cast.room, "好 代 购")] == [("代购", 2, 5)]
    assert words.words_of(stage.store, stage.admin, made) == [("代购", 0), ("赌博", 1)]
    view = words.lists(stage.store, stage.admin, stage.cast.organization)[0]
    assert (view.words, view.hits, view.action) == (2, 1, "mask")


def test_every_change_is_in_the_audit(stage: Stage) -> None:
    made = stage.words("mask", "赌博")
    words.change_list(stage.store, stage.admin, made, action="block")
    words.remove_list(stage.store, stage.admin, made)
    acts = [row.act for row in stage.store.record.read(lambda c: audit.page(c, stage.cast.organization))
            if row.act.act != "role"]
    assert [act.act for act in acts] == ["words"] * 4
    assert '"action":"mask"' in acts[2].before
    assert '"action":"block"' in acts[2].after
    assert stage.store.record.read(lambda c: audit.first_broken(c, stage.cast.organization)) is None


def test_the_first_message_of_an_organization_waits_for_its_words_without_holding_up_the_reader(stage: Stage) -> None:
    stage.words("block", "赌博")
    fresh = Store(stage.store.live, stage.store.record, stage.store.clock, stage.store.limits)
    heard: list[object] = []
    for number, text in enumerate(("一", "赌博", "三")):
        messages.post_soon(fresh, stage.charlie, stage.hall, Draft("text", {"text": text}, f"s{number}"), heard.append)
    end = time.monotonic() + 60
    while len(heard) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    assert [getattr(one, "seq", None) or getattr(one, "code", None) for one in heard] == [1, Code.BLOCKED_WORDS, 2]
    fresh.shelf.close()
