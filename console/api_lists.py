"""Lists that come and go as files: people, members of a room, words. Coming in, a page reads the file and sends it in
pieces; what cannot be taken is told line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, TypeVar

from flask import Response
from msgspec import UNSET, Meta, UnsetType

from console.api_rooms import find as find_room
from console.asking import Ask, Id, In, Out
from console.spreadsheets import csv_answer
from rooms import auditing, members, white_list, words
from rooms.errors import Refused
from rooms.permissions import Role
from rooms.record import people
from rooms.record.users import User

Row = TypeVar("Row")
PAGE = 1_000


class MemberLine(In):
    """`role` and `white_list` as on the room's page; what is left out stays, and who is no member becomes one."""

    user: Id
    role: Role | UnsetType = UNSET
    white_list: bool | UnsetType = UNSET


class MemberLines(In):
    """A longer list is sent in several pieces."""

    members: Annotated[list[MemberLine], Meta(min_length=1, max_length=200)]


class LeftOut(Out):
    """`line` counts from 0 in what was sent."""

    line: int
    code: str
    message: str


class Imported(Out):
    taken: int
    left_out: list[LeftOut]


def people_out(ask: Ask) -> Response:
    """All of the organization's people."""
    def more(after: str) -> Sequence[User]:
        return ask.store.record.read(lambda c: people.page(c, ask.organization, "", after, PAGE))

    _note(ask, "people")
    return csv_answer("people", ["user", "name", "created_at"], (
        [one.id, one.name, one.created_at] for one in _all(more, lambda one: one.id)))


def members_out(ask: Ask, room: str) -> Response:
    """What `members_in` takes, and names to read beside it."""
    find_room(ask, room)

    def more(after: str) -> Sequence[people.InRoom]:
        return ask.store.record.read(lambda c: people.in_room(c, room, "", "", None, after, PAGE))

    _note(ask, "members", room)
    return csv_answer(f"members-{room}", ["user", "name", "role", "white_list", "joined_at"], (
        [one.user, one.name, one.role, "yes" if one.free else "no", one.joined_at]
        for one in _all(more, lambda one: one.user)))


def members_in(ask: Ask, room: str, body: MemberLines) -> Imported:
    """Makes people of the organization members of the room. Each line stands for itself."""
    find_room(ask, room)
    left_out = []
    for number, line in enumerate(body.members):
        try:
            _take(ask, room, line)
        except Refused as refused:
            left_out.append(LeftOut(line=number, code=refused.code, message=refused.message))
    return Imported(taken=len(body.members) - len(left_out), left_out=left_out)


def words_out(ask: Ask, words_id: str) -> Response:
    """The words of a list, as `POST /words/{words_id}/words` takes them."""
    def more(after: str) -> Sequence[tuple[str, int]]:
        return words.words_of(ask.store, ask.who.reader, words_id, after)

    more("")
    return csv_answer(f"words-{words_id}", ["word", "hits"], (list(one) for one in _all(more, lambda one: one[0])))


def _take(ask: Ask, room: str, line: MemberLine) -> None:
    members.appoint(ask.store, ask.actor, room, line.user, Role.MEMBER if line.role is UNSET else line.role)
    if line.white_list is not UNSET:
        white_list.set_free(ask.store, ask.actor, room, line.user, line.white_list)


def _all(more: Callable[[str], Sequence[Row]], place: Callable[[Row], str]) -> Iterator[Row]:
    after = ""
    while page := more(after):
        yield from page
        after = place(page[-1])


def _note(ask: Ask, what: str, room: str = "") -> None:
    """Who takes a list of people out of the house is written down."""
    ask.store.record.write(lambda c: auditing.note(
        c, ask.store, ask.who.reader, ask.organization, "list_out", "", room, after={"list": what}))
