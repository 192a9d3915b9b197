"""`/words`: lists of words that the organization or a room does not want to read."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from console.asking import Ask, Done, Id, In, Name, Out, Text, given
from rooms import words

Word = Annotated[str, Meta(min_length=1, max_length=words.LONGEST_PATTERN)]
Some = Annotated[list[Word], Meta(max_length=1_000)]
Action = Literal["mask", "hold", "block", "mute"]
Exempt = Literal["guest", "member", "moderator", "owner", "nobody"]
MuteSeconds = Annotated[int, Meta(ge=1, le=words.LONGEST_MUTE_SECONDS)]


class ListsQuery(In):
    """Without a room, the lists that hold in the whole organization."""

    room: Id | None = None


class WordListView(Out):
    """`exempt`: the least role whose words are let be. `hits`: how often its words were met."""

    id: str
    room: str
    name: str
    action: str
    exempt: str
    mute_seconds: int
    kind: str
    words: int
    hits: int


class WordLists(Out):
    lists: list[WordListView]


class NewList(In):
    name: Name
    action: Action
    room: Id | None = None
    exempt: Exempt = "moderator"
    mute_seconds: MuteSeconds = 600
    kind: Literal["words", "patterns"] = "words"


class ListMade(Out):
    id: str


class EditList(In):
    """What is left out stays."""

    name: Name | UnsetType = UNSET
    action: Action | UnsetType = UNSET
    exempt: Exempt | UnsetType = UNSET
    mute_seconds: MuteSeconds | UnsetType = UNSET


class WordsQuery(In):
    """Words in their own order; `after` is the last of the page before, `q` stands in all of them."""

    after: Annotated[str, Meta(max_length=words.LONGEST_PATTERN)] = ""
    q: Annotated[str, Meta(max_length=64)] = ""


class WordView(Out):
    word: str
    hits: int


class WordsPage(Out):
    words: list[WordView]
    after: str | None


class ChangeWords(In):
    """A longer list is sent in several pieces."""

    add: Some = field(default_factory=list)
    remove: Some = field(default_factory=list)


class WordsChanged(Out):
    """`refused` have no letter to look for, are too long, or are no expression."""

    added: int
    removed: int
    refused: list[str]


class TestText(In):
    text: Text
    room: Id | None = None


class FindingView(Out):
    """Characters `start` up to `end` of the text."""

    list: str
    name: str
    action: str
    word: str
    start: int
    end: int


class Findings(Out):
    findings: list[FindingView]


def listed(ask: Ask, query: ListsQuery) -> WordLists:
    found = words.lists(ask.store, ask.who.reader, query.room or ask.organization)
    return WordLists(lists=[WordListView(**one._asdict()) for one in found])


def make(ask: Ask, body: NewList) -> ListMade:
    made = words.add_list(ask.store, ask.actor, body.room or ask.organization, body.name, body.action,
                          exempt=body.exempt, mute_seconds=body.mute_seconds, kind=body.kind)
    return ListMade(id=made)


def edit(ask: Ask, words_id: str, body: EditList) -> Done:
    words.change_list(ask.store, ask.actor, words_id, **given(body))
    return Done()


def remove(ask: Ask, words_id: str) -> Done:
    words.remove_list(ask.store, ask.actor, words_id)
    return Done()


def words_of(ask: Ask, words_id: str, query: WordsQuery) -> WordsPage:
    found = words.words_of(ask.store, ask.who.reader, words_id, query.after, query.q)
    return WordsPage(words=[WordView(word=word, hits=hits) for word, hits in found],
                     after=found[-1][0] if len(found) == words.PAGE else None)


def change_words(ask: Ask, words_id: str, body: ChangeWords) -> WordsChanged:
    done = words.change_words(ask.store, ask.actor, words_id, body.add, body.remove)
    return WordsChanged(added=done.added, removed=done.removed, refused=list(done.refused))


def test(ask: Ask, body: TestText) -> Findings:
    """What the lists would find in a text; nothing is said or counted."""
    found = words.test(ask.store, ask.who.reader, body.room or ask.organization, body.text)
    return Findings(findings=[FindingView(list=one.list.id, name=one.list.name, action=one.list.action, word=one.word,
                                          start=one.start, end=one.end) for one in found])
