"""Every verb, asked for by everybody there is, at every door: the same answer, because no door decides.

ROWS says for each verb what everybody is answered; below, each door says how it is asked there. An operation of the
socket, a route of the API, a command of the followers or a route of the console about rooms that stands nowhere here
fails the suite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, get_args, get_type_hints

import pytest

from console import api_sanctions
from console.table import ROUTES
from miniprogram.protocol import REQUESTS
from rooms import invitations, requests
from rooms.errors import Code
from rooms.events import Person
from rooms.record import requests as request_rows
from rooms.record.requests import Request
from tests.flows.everybody import ROLES, STAFF, House, everybody
from tests.miniprogram.web import ask, say
from wechat.commands import Verb
from wechat.words import CHINESE

OK = "ok"


def row(*codes: str) -> Mapping[str, str]:
    return dict(zip(ROLES, codes, strict=True))


AUTHORITY = row(OK, OK, "forbidden", "forbidden", "forbidden", "forbidden", "not_member", "not_found")
OWNING = row(OK, "forbidden", "forbidden", "forbidden", "forbidden", "forbidden", "not_member", "not_found")
READING = row(OK, OK, OK, OK, OK, OK, "not_member", "not_found")
FINDING = row(OK, OK, OK, OK, OK, "not_found", "not_found", "not_found")
"""Who was put out sees nothing above that; what one may not see is not found."""
ENTERING = row(OK, OK, OK, OK, OK, "banned", OK, "not_found")
COMING = row(OK, OK, OK, OK, OK, OK, OK, "not_found")
"""Who is a member stays one, banned or not, and what is open to everybody may be seen."""
SPEAKING = row(OK, OK, OK, OK, "muted", "banned", "not_member", "not_found")
ANOTHERS_WORDS = row("forbidden", "forbidden", "forbidden", "forbidden", "muted", "banned", "not_member", "not_found")
REPORTING = row(OK, OK, OK, OK, OK, "not_found", "not_member", "not_found")
HAVING_A_SEAT = row(OK, OK, OK, OK, OK, "not_entered", "not_entered", "not_entered")

ROWS: dict[str, Mapping[str, str]] = {
    "enter": ENTERING, "leave": HAVING_A_SEAT, "join": COMING, "part": COMING, "rooms": COMING,
    "say": SPEAKING, "forward": {**SPEAKING, "banned": "not_found"},
    "react": SPEAKING, "edit": ANOTHERS_WORDS, "report": REPORTING,
    "read": READING, "history": READING, "watch": READING, "quiet": READING, "present": READING, "members": READING,
    "readers": {**FINDING, "outsider": "not_member"}, "search": FINDING, "media": FINDING,
    "mute": AUTHORITY, "unmute": AUTHORITY, "kick": AUTHORITY, "ban": AUTHORITY, "pardon": AUTHORITY,
    "pin": AUTHORITY, "announce": AUTHORITY, "rules": AUTHORITY, "recall": AUTHORITY,
    "invite": AUTHORITY, "invitations": AUTHORITY, "uninvite": AUTHORITY, "requests": AUTHORITY, "answer": AUTHORITY,
    "ask": row(OK, OK, OK, OK, OK, OK, "bad_frame", "not_found"), "export": OWNING,
    "direct": {**READING, "banned": "banned"},
}
"""`part` ends a membership; `ask` asks to be let in, which is not this room's way."""
SPOILING = frozenset({"enter", "leave", "join", "part"})
"""After these, people are no longer what their role says."""
OTHERWISE: dict[tuple[str, str], tuple[Mapping[str, str], str]] = {
    ("follower", "LEAVE"): (dict.fromkeys(ROLES, OK), "it also ends listening, which nobody is refused"),
    ("follower", "RESUME"): ({"outsider": "nothing", "other": "nothing"}, "there was nothing that could end"),
}
"""(door, what is asked) → where its answers differ from the row, and why."""
ACTS = ("mute", "unmute", "kick", "ban", "pardon")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with everybody(tmp_path_factory.mktemp("doors")) as house:
        yield house


def walk(house: House, verb: str, asked: Callable[[str], str]) -> dict[str, str]:
    """What each role is answered."""
    found = {}
    for role in ROLES:
        found[role] = asked(role)
        if verb in SPOILING:
            house.restore(role)
    return found


def expected(door: str, name: str, verb: str) -> dict[str, str]:
    return {**ROWS[verb], **OTHERWISE.get((door, name), ({}, ""))[0]}


# ---- the mini-program's socket

Build = Callable[[House, Person], dict[str, Any]]

SOCKET: dict[str, Build] = {
    "enter": lambda house, _: {},
    "leave": lambda house, _: {},
    "say": lambda house, _: say(house.channel, "你好", f"m{next(house.count)}"),
    "forward": lambda house, _: {"client_id": f"m{next(house.count)}", "source": house.channel, "seq": house.said()},
    "read": lambda house, _: {"seq": 1},
    "history": lambda house, _: {},
    "watch": lambda house, _: {"channels": [house.channel]},
    "quiet": lambda house, _: {"on": True},
    "pin": lambda house, _: {"seq": house.said(), "on": True},
    "recall": lambda house, _: {"seq": house.said()},
    "announce": lambda house, _: {"text": "今晚八点"},
    "rules": lambda house, _: {"fold_seconds": 0},
    "react": lambda house, _: {"seq": house.said(), "emoji": "👍", "on": True},
    "edit": lambda house, _: {"seq": house.said(), "body": {"text": "hello"}},
    "report": lambda house, _: {"seq": house.said(), "reason": "广告"},
    **{act: lambda house, target: {"user": target.id} for act in ACTS},
}
NO_RIGHT_ASKED = {"hello": "the token decides", "ping": "tells nothing", "typing": "gets no answer"}


@pytest.mark.parametrize("op", list(SOCKET))
def test_on_the_mini_programs_socket(house: House, op: str) -> None:
    def asked(role: str) -> str:
        request = SOCKET[op](house, house.target(op) if op in ACTS else house.people[role])
        where = {} if op == "watch" else {"channel": house.channel}
        told = ask(house.sockets[role], {"op": op, **where, **request}, next(house.count))
        return str(told["code"]) if told["op"] == "refused" else OK

    assert walk(house, op, asked) == expected("socket", op, op)


# ---- the mini-program's API


class Call(NamedTuple):
    """A verb at a door that speaks HTTP. `parts` fill in the path; `found`: whether the answer holds what was asked
    for, where everybody is answered something."""

    verb: str
    parts: Callable[[House], dict[str, Any]] = lambda house: {}
    body: Callable[[House], dict[str, Any]] | None = None
    query: Callable[[House], dict[str, Any]] = lambda house: {}
    found: Callable[[House, Any], bool] = lambda house, told: True


def _seq(house: House) -> dict[str, Any]:
    return {"seq": house.said()}


def _invitation(house: House) -> dict[str, Any]:
    return {"name": invitations.make(house.store, house.office.actor, house.room).name}


def _asking(house: House) -> dict[str, Any]:
    """Somebody asked to be let in while that was the way."""
    person = house.office.cast.person("Bob")
    row = Request(house.room, person.id, requests.State.WAITING, "请", house.store.clock.now())
    house.store.record.write(lambda c: request_rows.put_(c, row))
    return {"user": person.id}


API: dict[tuple[str, str], Call] = {
    ("GET", "/rooms"): Call("rooms", found=lambda house, told: house.room in [one["id"] for one in told["rooms"]]),
    ("POST", "/rooms/<room>/join"): Call("join", body=lambda house: {}),
    ("POST", "/rooms/<room>/leave"): Call("part", body=lambda house: {}),
    ("GET", "/channels/<channel>/messages"): Call("history"),
    ("GET", "/channels/<channel>/present"): Call("present"),
    ("GET", "/channels/<channel>/messages/<int:seq>/readers"): Call("readers", _seq),
    ("GET", "/search"): Call("search", query=lambda house: {"q": "你好", "room": house.room}),
    ("GET", "/media/<id>"): Call("media", lambda house: {"id": house.shown()}),
    ("GET", "/media"): Call("media", query=lambda house: {"ids": house.shown()},
                            found=lambda house, told: told["media"] != []),
    ("GET", "/rooms/<room>/members"): Call("members"),
    ("GET", "/rooms/<room>/invitations"): Call("invitations"),
    ("POST", "/rooms/<room>/invitations"): Call("invite", body=lambda house: {}),
    ("DELETE", "/rooms/<room>/invitations/<name>"): Call("uninvite", _invitation),
    ("GET", "/rooms/<room>/requests"): Call("requests"),
    ("POST", "/rooms/<room>/requests"): Call("ask", body=lambda house: {}),
    ("POST", "/rooms/<room>/requests/<user>"): Call("answer", _asking, lambda house: {"approve": True}),
    ("POST", "/rooms/<room>/direct"): Call("direct", body=lambda house: {"user": house.target().id}),
    ("POST", "/rooms/<room>/export"): Call("export", body=lambda house: {}),
}
OF_ONESELF = ("/login", "/me", "/media", "/people")
"""Nothing of a room: who one is, whom one blocks, one's phone, data, templates, uploads nobody has seen yet, and what
people of the organization look like."""


@pytest.mark.parametrize("route", list(API), ids=" ".join)
def test_over_http(house: House, route: tuple[str, str]) -> None:
    def asked(role: str) -> str:
        return _told(_http(house, role, *route))

    assert walk(house, API[route].verb, asked) == expected("api", route[1], API[route].verb)


def _http(house: House, role: str, method: str, path: str) -> tuple[int, Any]:
    call = API[method, path]
    parts = {"room": house.room, "channel": house.channel, **call.parts(house)}
    answer = house.http.open(f"/api/v1{_filled(path, parts)}", method=method, headers=house.bearer(role),
                             json=call.body(house) if call.body else None, query_string=call.query(house))
    if answer.status_code == 200 and not call.found(house, answer.json):
        return 404, {"error": {"code": "not_found"}}
    return answer.status_code, answer.json


def _filled(path: str, parts: Mapping[str, Any]) -> str:
    for name, value in parts.items():
        path = path.replace(f"<int:{name}>", str(value)).replace(f"<{name}>", str(value))
    return path


def _told(answer: tuple[int, Any]) -> str:
    status, told = answer
    return OK if status == 200 else str(told["error"]["code"])


# ---- a follower's commands


class Said(NamedTuple):
    """A verb, the words for it, and what the follower reads when it was done; with nothing, whatever is no refusal."""

    verb: str
    words: str
    done: str = ""


COMMANDS: dict[str, Said] = {
    "speech": Said("say", "你好呀"),
    Verb.ROOMS.name: Said("rooms", "房间", "{room}"), Verb.CHANNELS.name: Said("rooms", "频道", "{room}的频道"),
    Verb.JOIN.name: Said("enter", "加入 {room}", "你在"), Verb.SWITCH.name: Said("enter", "切换 {channel}", "你在"),
    Verb.LEAVE.name: Said("leave", "退出", "你离开了"), Verb.WHO.name: Said("present", "谁在", "现在有"),
    Verb.MORE.name: Said("history", "更多"), Verb.HISTORY.name: Said("history", "历史", "【hall】"),
    Verb.QUIET.name: Said("quiet", "免打扰 1小时", "好的，免打扰"),
    Verb.RESUME.name: Said("quiet", "恢复", "好的，有新消息"),
    Verb.REPORT.name: Said("report", "举报 @{author} 广告", "已举报"),
    Verb.MUTE.name: Said("mute", "禁言 @{name} 10分钟", "已禁言 {name}，"),
    Verb.UNMUTE.name: Said("unmute", "解禁 @{name}", "已解除对 {name} 的禁言"),
    Verb.KICK.name: Said("kick", "踢出 @{name}", "已请出 {name}"),
    Verb.BAN.name: Said("ban", "封禁 @{name} 7天", "已封禁 {name}，"),
    Verb.MUTE_ALL.name: Said("rules", "全员禁言", "已全员禁言"),
    Verb.UNMUTE_ALL.name: Said("rules", "解除", "已解除全员禁言"),
    Verb.ANNOUNCE.name: Said("announce", "公告 今晚八点", "公告已发到"),
}
FOR_ONESELF = {"HELP": "tells what there is to say", "NICK": "one's own name", "BIND": "one's own phone",
               "VERIFY": "one's own phone", "QUEUE": "one's own place; taking the seat is `enter`, which asks again"}
REFUSALS = {sentence: code.value for code, sentence in CHINESE.refusals.items() if code is not Code.BAD_FRAME} | {
    CHINESE.nothing_to_report(): "not_found", CHINESE.not_quiet(): "nothing"}


@pytest.mark.parametrize("name", list(COMMANDS))
def test_by_a_followers_words(house: House, name: str) -> None:
    said = COMMANDS[name]

    def asked(role: str) -> str:
        target = house.target(said.verb)
        if said.verb == "report":
            house.said(target)
        names = {"room": house.room, "channel": house.channel, "name": target.name, "author": target.name}
        told = house.say(role, said.words.format(**names))
        refused = next((code for sentence, code in REFUSALS.items() if sentence in told), "")
        if not refused and said.done.format(**names) not in told:
            return "not_found" if said.verb == "rooms" else told
        return refused or OK

    assert walk(house, said.verb, asked) == expected("follower", name, said.verb)


# ---- the console


def _shown(house: House, told: Any) -> bool:
    return house.room in [one["id"] for one in told["rooms"]]


CONSOLE: dict[str, Call] = {
    "rooms_listed": Call("rooms", found=_shown),
    "rooms_members_of": Call("members"),
    "rooms_invitations_of": Call("invitations"), "rooms_invite": Call("invite", body=lambda house: {}),
    "rooms_uninvite": Call("uninvite", _invitation), "rooms_requests_of": Call("requests"),
    "rooms_answer": Call("answer", _asking, lambda house: {"approve": True}),
    "search_found": Call("search", query=lambda house: {"q": "你好", "room": house.room}),
    "channels_history": Call("history"), "channels_present": Call("present"),
    "channels_say": Call("say", body=lambda house: {"text": "你好"}),
    "channels_set_rules": Call("rules", body=lambda house: {"fold_seconds": 0}),
    "channels_announce": Call("announce", body=lambda house: {"text": "今晚八点"}),
    "channels_announce_in_all": Call("announce", body=lambda house: {"text": "今晚八点"}),
    "channels_pin": Call("pin", _seq, lambda house: {"on": True}),
    "channels_recall": Call("recall", _seq, lambda house: {}),
    **{f"sanctions_act {act}": Call(act, body=lambda house, act=act: {  # type: ignore[misc]
        "act": act, "place": house.channel, "user": house.target(act).id}) for act in ACTS},
}
ONLY_THERE = frozenset({
    "rooms_make", "rooms_order", "rooms_one", "rooms_edit", "rooms_set_shield", "rooms_order_channels",
    "rooms_set_member", "lists_members_in", "lists_members_out",
    "channels_make", "channels_one", "channels_edit", "channels_queue", "channels_shed",
    "people_listed", "people_one", "posters_draw", "lists_people_out", "person_merge", "person_exports_of",
    "person_export", "person_download", "person_erase", "broadcasts_set_tags",
    "sanctions_listed", "review_held", "review_around_held", "review_decide",
    "review_reported", "review_settle", "review_names", "review_decide_name", "review_statistics",
    "review_remove_recent", "pictures_doubtful", "pictures_picture", "pictures_decide", "pictures_take_away"})
"""Of rooms, but at no other door: `tests/console/test_matrix.py` asks for each as every role and from elsewhere."""
ABOUT_ROOMS = ("/rooms", "/channels", "/people", "/sanctions", "/review", "/search")
ABOUT_THE_HOUSE = ("/session", "/overview", "/live", "/words", "/safety", "/spam", "/audit", "/analytics",
                   "/organization", "/staff", "/tokens", "/webhooks", "/accounts", "/templates", "/broadcasts", "/tags",
                   "/retention", "/backups", "/media")
"""The organization's own affairs: no verb of a room. `tests/console/test_matrix.py` asks for each."""


@pytest.mark.parametrize("name", list(CONSOLE))
def test_by_the_console(house: House, name: str) -> None:
    call = CONSOLE[name]
    route = next(one for one in ROUTES if one.name == name.partition(" ")[0])
    found = {}
    for role, desk in STAFF.items():
        parts = {"room": house.room, "channel": house.channel, **call.parts(house)}
        answer = house.desks[desk].ask(route.method, _filled(route.path, parts),
                                       call.body(house) if call.body else None, params=call.query(house))
        known = answer.status_code != 200 or call.found(house, answer.json())
        found[role] = _told((answer.status_code, answer.json())) if known else "not_found"
    rights = ROWS[call.verb]
    auditor = "forbidden" if route.changes else OK
    assert found == {"owner": rights["owner"], "moderator": rights["moderator"], "auditor": auditor,
                     "other": rights["other"]}


# ---- nothing is left out


def test_every_operation_of_the_socket_has_a_row() -> None:
    ops = {str(struct.__struct_config__.tag) for struct in REQUESTS}
    assert ops == set(SOCKET) | set(NO_RIGHT_ASKED)


def test_every_route_of_the_api_has_a_row(house: House) -> None:
    routes = {(method, rule.rule.removeprefix("/api/v1")) for rule in house.app.url_map.iter_rules()
              if rule.rule.startswith("/api/v1") for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    others = {(method, path) for method, path in routes - set(API)
              if not path.startswith("/me/") and path not in OF_ONESELF}
    assert set(API) <= routes
    assert others == set(), "say in API which verb it is"


def test_every_command_of_the_followers_has_a_row() -> None:
    assert {verb.name for verb in Verb} == (set(COMMANDS) - {"speech"}) | set(FOR_ONESELF)


def test_every_route_of_the_console_about_rooms_has_a_row() -> None:
    named = {name.partition(" ")[0] for name in CONSOLE}
    about = {route.name for route in ROUTES if route.path.startswith(ABOUT_ROOMS)}
    assert about == named | ONLY_THERE, "say in CONSOLE which verb it is, or in ONLY_THERE that no other door has it"
    assert [route.path for route in ROUTES if not route.path.startswith((*ABOUT_ROOMS, *ABOUT_THE_HOUSE))] == []
    assert set(get_args(get_type_hints(api_sanctions.Act)["act"])) == set(ACTS)


def test_every_row_is_asked_for_at_some_door() -> None:
    asked = {*SOCKET, *(call.verb for call in API.values()), *(said.verb for said in COMMANDS.values()),
             *(call.verb for call in CONSOLE.values())}
    assert asked == set(ROWS)
