"""Every verb, asked for by everybody there is, at every door: the same answer, because no door decides.

A verb of the protocol, a command of the followers, or an act of the console that has no row here fails the suite.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

import pytest
from flask import Flask

from console import api_sanctions
from miniprogram.protocol import REQUESTS
from rooms import accounts, identities, members, messages, moderation, seats
from rooms.drafts import Draft
from rooms.errors import Code
from rooms.events import Person
from settings import Settings
from tests.cast import Cast
from tests.console.desk import Office
from tests.miniprogram.web import Web, ask, running, say
from tests.socket_client import Socket
from tests.wechat.stage import WeChat, official, openid
from wechat import callback
from wechat.commands import Verb
from wechat.words import CHINESE

OK = "ok"
ROLES = ("owner", "moderator", "member", "guest", "muted", "banned", "outsider", "other")
"""In the room; `other` is of another organization, `outsider` of this one and nobody's member."""
STAFF = {"owner": "owner", "moderator": "moderator", "auditor": "auditor", "other": "other"}


def row(*codes: str) -> Mapping[str, str]:
    return dict(zip(ROLES, codes, strict=True))


AUTHORITY = row(OK, OK, "forbidden", "forbidden", "forbidden", "forbidden", "not_member", "not_found")
READING = row(OK, OK, OK, OK, OK, OK, "not_member", "not_found")
ENTERING = row(OK, OK, OK, OK, OK, "banned", OK, "not_found")
SPEAKING = row(OK, OK, OK, OK, "muted", "banned", "not_member", "not_found")
ANOTHERS_WORDS = row("forbidden", "forbidden", "forbidden", "forbidden", "muted", "banned", "not_member", "not_found")
REPORTING = row(OK, OK, OK, OK, OK, "not_found", "not_member", "not_found")
"""Who was put out sees nothing above that, and so cannot report it."""
HAVING_A_SEAT = row(OK, OK, OK, OK, OK, "not_entered", "not_entered", "not_entered")

MINI_PROGRAM: dict[str, Mapping[str, str]] = {
    "enter": ENTERING, "leave": HAVING_A_SEAT, "say": SPEAKING, "read": READING, "history": READING, "watch": READING,
    "quiet": READING, "mute": AUTHORITY, "unmute": AUTHORITY, "kick": AUTHORITY, "ban": AUTHORITY, "pardon": AUTHORITY,
    "pin": AUTHORITY, "announce": AUTHORITY, "rules": AUTHORITY, "recall": AUTHORITY,
    "react": SPEAKING, "edit": ANOTHERS_WORDS, "report": REPORTING,
}
NO_RIGHT_ASKED = {"hello": "the token decides", "ping": "tells nothing", "typing": "gets no answer"}
FOLLOWERS: dict[Verb, tuple[str, str]] = {
    Verb.MUTE: ("mute", "禁言 @{name} 10分钟"), Verb.UNMUTE: ("unmute", "解禁 @{name}"),
    Verb.KICK: ("kick", "踢出 @{name}"), Verb.BAN: ("ban", "封禁 @{name} 7天"), Verb.MUTE_ALL: ("rules", "全员禁言"),
    Verb.UNMUTE_ALL: ("rules", "解除"), Verb.ANNOUNCE: ("announce", "公告 今晚八点"),
}
"""What a follower's command is called in the protocol, and its words."""
DONE: dict[Verb, tuple[str, ...]] = {
    Verb.MUTE: ("已禁言 {name}，",), Verb.UNMUTE: ("已解除对 {name} 的禁言",), Verb.KICK: ("已请出 {name}",),
    Verb.BAN: ("已封禁 {name}，",), Verb.MUTE_ALL: ("已全员禁言",), Verb.UNMUTE_ALL: ("已解除全员禁言",),
    Verb.ANNOUNCE: ("公告已发到",),
}
"""What the follower reads when it was done."""
FOR_ONESELF = frozenset(Verb) - set(FOLLOWERS)
INSIDE = ("owner", "moderator", "member", "guest", "muted")
"""Who can be in a channel as a follower; the others find nothing there to act upon."""

CONSOLE = {"owner": OK, "moderator": OK, "auditor": "forbidden", "other": "not_found"}
ACTS = ("mute", "unmute", "kick", "ban", "pardon")


@dataclass
class House:
    """One room, and one of everybody."""

    web: Web
    office: Office
    people: dict[str, Person]
    sockets: dict[str, Socket]
    phones: dict[str, str]
    wechat: WeChat
    desks: dict[str, Any]

    def __post_init__(self) -> None:
        self.room, self.channel = self.office.room, self.office.channel
        self.count = itertools.count(1_000)

    def target(self, op: str = "") -> Person:
        """Somebody new who sits in the channel, a member like any other; muted or banned where `op` would end that."""
        person = self.office.cast.person(f"客人{next(self.count)}")
        seats.enter(self.web.store, person, self.channel, "p.1")
        before = {"unmute": moderation.mute, "pardon": moderation.ban}.get(op)
        if before is not None:
            before(self.web.store, self.office.actor, self.channel, person.id)
        return person

    def said(self) -> int:
        """A fresh message of somebody else."""
        person = self.target()
        return messages.post(self.web.store, person, self.channel, Draft("text", {"text": "hi"}, person.id)).seq


def dressed(house: House, role: str, person: Person) -> None:
    """Makes the person what the role says. Done again before each row, because rows change what they find."""
    store, staff = house.web.store, house.office.actor
    if role in ("outsider", "other"):
        return
    members.set_role(store, house.room, person.id, role if role in ("owner", "moderator", "guest") else "member")
    if role == "muted":
        moderation.mute(store, staff, house.room, person.id)
    if role == "banned":
        moderation.ban(store, staff, house.room, person.id)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running(tmp_path_factory.mktemp("doors")) as web:
        office, other = Office(web, web.cast), Cast(web.store)
        people = {role: (other if role == "other" else office.cast).person(role) for role in ROLES}
        account = official(office.organization)
        accounts.add(web.store, account.organization, account.appid, account.kind, account.secret, account.token,
                     account.aes_key, account.mode, account.gh_id, account.data_format)
        app = Flask("doors")
        app.register_blueprint(callback.blueprint(web.store, Settings.from_environment(web.environ)))
        phones = {role: openid() for role in INSIDE}
        house = House(web, office, people, {}, phones, WeChat(app.test_client(), account),
                      {**office.desks, "other": Office(web, other).desks["owner"]})
        for role, person in people.items():
            house.sockets[role] = web.greeted(person)
            dressed(house, role, person)
            if role in INSIDE:
                assert ask(house.sockets[role], {"op": "enter", "channel": office.channel})["op"] == "entered"
        _bring_followers(house)
        yield house
        assert "Traceback" not in web.log()


def _bring_followers(house: House) -> None:
    for role, phone in house.phones.items():
        told = house.wechat.say(phone, f"加入 {house.room}")
        person = identities.follower(house.web.store, house.wechat.account, phone)
        seats.enter(house.web.store, person, house.channel, "")
        assert told
        dressed(house, role, person)


# ---- the mini-program's socket

Build = Callable[[House, Person], dict[str, Any]]

REQUEST: dict[str, Build] = {
    "enter": lambda house, _: {"channel": house.channel},
    "leave": lambda house, _: {"channel": house.channel},
    "say": lambda house, _: say(house.channel, "你好", f"m{next(house.count)}"),
    "read": lambda house, _: {"channel": house.channel, "seq": 1},
    "history": lambda house, _: {"channel": house.channel},
    "watch": lambda house, _: {"channels": [house.channel]},
    "quiet": lambda house, _: {"channel": house.channel, "on": True},
    "pin": lambda house, _: {"channel": house.channel, "seq": house.said(), "on": True},
    "recall": lambda house, _: {"channel": house.channel, "seq": house.said()},
    "announce": lambda house, _: {"channel": house.channel, "text": "今晚八点"},
    "rules": lambda house, _: {"channel": house.channel, "fold_seconds": 0},
    "react": lambda house, _: {"channel": house.channel, "seq": house.said(), "emoji": "👍", "on": True},
    "edit": lambda house, _: {"channel": house.channel, "seq": house.said(), "body": {"text": "hello"}},
    "report": lambda house, _: {"channel": house.channel, "seq": house.said(), "reason": "广告"},
    **{act: lambda house, target: {"channel": house.channel, "user": target.id} for act in ACTS},
}


def answered(told: Mapping[str, Any]) -> str:
    return str(told["code"]) if told["op"] == "refused" else OK


@pytest.mark.parametrize("op", list(MINI_PROGRAM))
def test_a_verb_on_the_mini_programs_socket(house: House, op: str) -> None:
    found = {}
    for role, socket in house.sockets.items():
        request = REQUEST[op](house, house.target(op) if op in ACTS else house.people[role])
        found[role] = answered(ask(socket, {"op": op, **request}, next(house.count)))
        if op == "leave" and found[role] == OK:
            ask(socket, {"op": "enter", "channel": house.channel}, next(house.count))
        if op == "enter" and role == "outsider":
            ask(socket, {"op": "leave", "channel": house.channel}, next(house.count))
            members.leave(house.web.store, house.people[role], house.room)
    assert found == dict(MINI_PROGRAM[op])


@pytest.mark.parametrize(("path", "expected"), [
    ("/channels/{channel}/messages", READING), ("/channels/{channel}/present", READING),
    ("/rooms/{room}/members", READING)])
def test_reading_over_http(house: House, path: str, expected: Mapping[str, str]) -> None:
    found = {}
    for role, person in house.people.items():
        bearer = {"Authorization": f"Bearer {house.web.token(person)}"}
        answer = house.web.get(f"/api/v1{path.format(channel=house.channel, room=house.room)}", headers=bearer)
        found[role] = OK if answer.status_code == 200 else answer.json()["error"]["code"]
    assert found == dict(expected)


def test_every_verb_of_the_protocol_has_a_row() -> None:
    ops = {str(struct.__struct_config__.tag) for struct in REQUESTS}
    assert ops == set(MINI_PROGRAM) | set(NO_RIGHT_ASKED)


# ---- a follower's commands


@pytest.mark.parametrize("verb", list(FOLLOWERS), ids=lambda verb: verb.name)
def test_a_followers_command(house: House, verb: Verb) -> None:
    op, words = FOLLOWERS[verb]
    found = {}
    for role, phone in house.phones.items():
        name = house.target(op).name
        told = house.wechat.say(phone, words.format(name=name))
        sentences = {CHINESE.refusals[code]: code.value for code in (Code.FORBIDDEN, Code.NOT_MEMBER, Code.NOT_FOUND)}
        sentences |= {done.format(name=name): OK for done in DONE[verb]}
        found[role] = next((code for sentence, code in sentences.items() if sentence in told), told)
    assert found == {role: MINI_PROGRAM[op][role] for role in INSIDE}


def test_every_command_of_a_moderator_has_a_row() -> None:
    assert {verb.name for verb in FOR_ONESELF} == {
        "HELP", "ROOMS", "CHANNELS", "JOIN", "LEAVE", "SWITCH", "WHO", "MORE", "HISTORY", "NICK", "QUIET", "RESUME",
        "QUEUE", "BIND", "VERIFY", "REPORT"}


# ---- the console


@pytest.mark.parametrize("act", ACTS)
def test_an_act_of_the_console(house: House, act: str) -> None:
    found = {}
    for staff, name in STAFF.items():
        body = {"act": act, "place": house.channel, "user": house.target(act).id}
        found[staff] = _told(house.desks[name].ask("POST", "/sanctions", body))
    assert found == CONSOLE


@pytest.mark.parametrize(("op", "method", "path", "body"), [
    ("rules", "PATCH", "/channels/{channel}/rules", {"fold_seconds": 0}),
    ("announce", "POST", "/channels/{channel}/announcements", {"text": "今晚八点"}),
    ("pin", "PUT", "/channels/{channel}/messages/{seq}/pin", {"on": True}),
    ("recall", "POST", "/channels/{channel}/messages/{seq}/recall", {}),
])
def test_another_act_of_the_console(house: House, op: str, method: str, path: str, body: dict[str, Any]) -> None:
    assert MINI_PROGRAM[op] == AUTHORITY
    found = {}
    for staff, name in STAFF.items():
        where = path.format(channel=house.channel, seq=house.said())
        found[staff] = _told(house.desks[name].ask(method, where, body))
    assert found == CONSOLE


def test_every_act_of_the_console_on_people_has_a_row() -> None:
    assert set(get_args(get_type_hints(api_sanctions.Act)["act"])) == set(ACTS)


def _told(answer: Any) -> str:
    return OK if answer.status_code == 200 else str(answer.json()["error"]["code"])
