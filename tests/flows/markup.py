"""Markup in every text field of the console's API, written there as staff would, and where its pages show it.

The fields are those of the OpenAPI document: whatever string a body takes that is no id and no choice of a few words.
A field that is in none of the tables here fails a test.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from console.openapi import document
from console.table import ROUTES
from tests.flows.screen import API, Office
from tests.flows.test_held_pictures import jpeg
from tests.phone import Phone

DOCUMENT = document(ROUTES, API)
SHAPES = DOCUMENT["components"]["schemas"]


class Mark(str):
    """A text with a place for a number, by which it is found again."""

    __slots__ = ()


HERE = Mark("<img src=x onerror=alert({})>")
NICKNAME = Mark("<svg onload=alert()>")
"""Of as many characters as a name may have."""

SHORT = Mark("<b id=x{}>")
WITHOUT_SPACES = Mark("<svg/onload=alert({})>")
IN_AN_ADDRESS = Mark("https://example.com/<svg/onload=alert({})>")
OF_A_FILE = Mark("<img src=x onerror=alert({})>.txt")
IN_AN_EMAIL = Mark("<svg/onload=alert({})>@x.example")
GROWN = "img[src=x], svg[onload], b[id^=x], main script"
"""What would be found where one of them was taken for more than text."""

LIVE, ROOM, PERSON = "/live/{planted_channel}", "/rooms/{planted}", "/people/{user}"
EVERYWHERE = "*"
SHOWN = {
    "organization_edit name": EVERYWHERE,
    "rooms_make name": "/rooms", "rooms_edit name": "/rooms", "channels_make name": ROOM, "channels_edit name": LIVE,
    "channels_say text": LIVE, "channels_announce text": LIVE, "channels_announce_in_all text": LIVE,
    "sanctions_act reason": PERSON, "broadcasts_set_tags tags[]": PERSON,
    "words_make name": "/words?room={planted}", "words_edit name": "/words?room={planted}",
    "words_change_words add[]": "/words?room={planted}",
    "broadcasts_start text": "/broadcasts", "broadcasts_start tag": "/broadcasts",
    "staff_make name": "/staff", "staff_make email": "/staff", "staff_edit name": "/staff",
    "tokens_make name": "/settings/tokens", "webhooks_make url": "/settings/webhooks",
    "accounts_make original_id": "/wechat", "accounts_edit original_id": "/wechat",
    "templates_set_ fields.*": "/wechat/{appid}/templates", "templates_set_ page": "/wechat/{appid}/templates",
    "menu_publish button[].name": "/wechat/{appid}/menus", "menu_publish button[].key": "/wechat/{appid}/menus",
    "menu_publish button[].url": "/wechat/{appid}/menus", "menu_publish button[].appid": "/wechat/{appid}/menus",
    "menu_publish button[].pagepath": "/wechat/{appid}/menus",
    "menu_publish button[].sub_button[].name": "/wechat/{appid}/menus",
    "menu_publish button[].sub_button[].key": "/wechat/{appid}/menus",
    "menu_publish button[].sub_button[].url": "/wechat/{appid}/menus",
    "menu_publish button[].sub_button[].appid": "/wechat/{appid}/menus",
    "menu_publish button[].sub_button[].pagepath": "/wechat/{appid}/menus",
    **dict.fromkeys((
        "channels_recall reason", "rooms_answer reason", "person_merge reason", "person_erase reason",
        "review_decide reason", "review_settle reason", "review_remove_recent reason", "review_decide_name reason",
        "pictures_decide reason", "pictures_take_away reason"), "/audit"),
    "a nickname": PERSON, "what a guest says": LIVE, "a link's title": LIVE, "a file's name": LIVE,
    "a place's name": LIVE, "a place's address": LIVE, "a report's reason": "/review",
    "a request's text": "/rooms/{planted}?tab=invitations",
}
"""Field → the page that shows it, whoever wrote it and at whatever door."""

KEPT_BY_NOBODY = {
    **dict.fromkeys((
        "session_sign_in email", "session_sign_in password", "session_sign_in code", "session_change_password old",
        "session_change_password new", "session_end_totp password", "session_end_totp code",
        "session_confirm_totp code", "scan_begin appid", "scan_check scene", "scan_check secret", "scan_check code",
        "scan_check_link scene", "scan_check_link secret"), "compared with what is there"),
    **dict.fromkeys(("rooms_make password", "rooms_edit password", "staff_make password", "accounts_make secret",
                     "accounts_edit secret"), "goes in and never comes out"),
    **dict.fromkeys(("accounts_make appid", "accounts_make token", "accounts_make aes_key", "accounts_edit token",
                     "accounts_edit aes_key", "templates_set_ template_id", "menu_publish button[].type",
                     "menu_publish button[].sub_button[].type"), "letters and digits, nothing else is taken"),
    "channels_say client_id": "shown to nobody",
    "person_erase name": "has to be the person's own",
    "words_test text": "answered, and looked at beside what one wrote oneself",
    "words_change_words remove[]": "has to be there already",
    "broadcasts_preview tag": "counted", "broadcasts_preview text": "answered to who wrote it",
    "templates_preview fields.*": "answered to who wrote it",
}
"""Field → why there is nothing to see."""


def text_fields() -> set[str]:
    """`operation field` of all that one can write freely."""
    found = set()
    for methods in DOCUMENT["paths"].values():
        for operation in methods.values():
            if "requestBody" in operation:
                shape = operation["requestBody"]["content"]["application/json"]["schema"]
                found |= {f"{operation['operationId']} {field}" for field in _texts(shape, "")}
    return found


def _texts(shape: Mapping[str, Any], place: str) -> Iterator[str]:
    if "$ref" in shape:
        shape = SHAPES[shape["$ref"].rpartition("/")[2]]
    for one in shape.get("anyOf", ()):
        yield from _texts(one, place)
    kind = shape.get("type")
    if kind == "string" and "enum" not in shape and "pattern" not in shape:
        yield place
    elif kind == "array":
        yield from _texts(shape["items"], f"{place}[]")
    elif kind == "object":
        for name, inside in shape.get("properties", {}).items():
            yield from _texts(inside, f"{place}.{name}".lstrip("."))
        if isinstance(shape.get("additionalProperties"), dict):
            yield from _texts(shape["additionalProperties"], f"{place}.*")


class Garden:
    """What was planted: `marks` tells of each field the text that its page has to show."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.marks: dict[str, str] = {}
        self._calls = {operation["operationId"]: (method.upper(), path.removeprefix(API))
                       for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()}
        self._fields = text_fields()

    def mark(self, field: str, like: Mark = HERE) -> str:
        """A text for this field."""
        self.marks[field] = like.format(10 + len(self.marks))
        return self.marks[field]

    def sow(self, operation: str, body: Mapping[str, Any], **parts: Any) -> Any:
        """Asks for it with a mark of its own in each field that holds a Mark, and answers what it answers."""
        method, path = self._calls[operation]
        return self.office.ask(method, path.format(**parts), **self._filled(operation, body, ""))

    def _filled(self, operation: str, value: Any, place: str) -> Any:
        if isinstance(value, Mark):
            return self.mark(f"{operation} {place}", value)
        if isinstance(value, list):
            return [self._filled(operation, one, f"{place}[]") for one in value]
        if isinstance(value, Mapping):
            return {name: self._filled(operation, one, self._place(operation, place, name))
                    for name, one in value.items()}
        return value

    def _place(self, operation: str, place: str, name: str) -> str:
        any_name = f"{place}.*"
        return any_name if f"{operation} {any_name}" in self._fields else f"{place}.{name}".lstrip(".")


def plant(garden: Garden, appid: str, guest: Phone, writer: Phone, asking: Phone, turned: Phone,
          twin: Phone) -> dict[str, str]:
    """Writes in every field, and answers what the pages' addresses name. `guest` and `writer` talk; of the two who ask
    to be let in `turned` is turned away, found to be one with the twin, and erased."""
    garden.office.clear_queue()
    _raise_doubts(garden, asking)
    room = garden.sow("rooms_make", {"name": HERE})["id"]
    garden.sow("organization_edit", {"name": HERE})
    garden.sow("rooms_edit", {"name": HERE}, room=garden.office.ask("POST", "/rooms", name="another")["id"])
    guest.api("PATCH", "/me", json={"name": garden.mark("a nickname", NICKNAME)}).raise_for_status()
    channel, aside = _talk(garden, room, guest, writer)
    _keep_order(garden, room, channel, guest, writer)
    _hold(garden, room, aside, writer)
    _knock(garden, room, asking, turned)
    _settle(garden, turned.user["id"], twin.user["id"])
    _staff(garden)
    _wechat(garden, appid)
    _settle_doubts(garden, asking.user["id"])
    return {"planted": room, "planted_channel": channel, "user": guest.user["id"]}


def _raise_doubts(garden: Garden, asking: Phone) -> None:
    """WeChat cannot decide about a name and a picture of theirs."""
    garden.office.house.wechat.post("/words", {"risky": [], "review": ["很难说", "/media/"]})
    asking.api("PATCH", "/me", json={"name": "名字很难说"}).raise_for_status()
    asking.api("POST", "/me/avatar", files={"file": ("x.jpg", jpeg("black"))}).raise_for_status()


def _settle_doubts(garden: Garden, user: str) -> None:
    for noun, operation, keep in (("name", "review_decide_name", False), ("picture", "pictures_decide", True)):
        asked = f"/review/{noun}s"
        garden.office.house.wait(lambda asked=asked, noun=noun: garden.office.ask("GET", asked)[f"{noun}s"], 60, noun)  # type: ignore[misc]
        (doubtful,) = garden.office.ask("GET", asked)[f"{noun}s"]
        assert garden.sow(operation, {"keep": keep, "reason": HERE}, **{f"{noun}_id": doubtful["id"]})["decided"]
    garden.sow("pictures_take_away", {"reason": HERE}, user=user)
    garden.office.house.wechat.post("/words", {"risky": [], "review": []})


def _talk(garden: Garden, room: str, guest: Phone, writer: Phone) -> tuple[str, str]:
    """The channel in which they did, and one beside it."""
    aside: str = garden.sow("channels_make", {"name": HERE}, room=room)["id"]
    channel: str = garden.office.ask("POST", f"/rooms/{room}/channels", name="talk")["id"]
    garden.sow("channels_edit", {"name": HERE}, channel=channel)
    for phone in (guest, writer):
        assert phone.enter(channel)["op"] == "entered"
    guest.say(channel, garden.mark("what a guest says"))
    place = {"latitude": 30.2, "longitude": 120.1, "name": garden.mark("a place's name"),
             "address": garden.mark("a place's address")}
    file = {"file": (garden.mark("a file's name", OF_A_FILE), b"tea", "text/plain")}
    media = guest.api("POST", "/media", files=file).json()["media"]["id"]
    for kind, body in (("file", {"media": media}), ("link", {"title": garden.mark("a link's title"), "url": "https://example.com/",
                                 "description": "tea"}), ("location", place)):
        said = guest.ask({"op": "say", "channel": channel, "client_id": kind, "type": kind, "body": body})
        assert said["op"] in ("said", "held"), said
    writer.enter(aside)
    writer.say(aside, "闲话")
    garden.sow("review_remove_recent", {"place": aside, "hours": 1, "reason": HERE}, user=writer.user["id"])
    garden.sow("channels_say", {"text": HERE}, channel=channel)
    garden.sow("channels_announce", {"text": HERE}, channel=channel)
    garden.sow("channels_announce_in_all", {"text": HERE}, room=room)
    return channel, aside


def _keep_order(garden: Garden, room: str, channel: str, guest: Phone, writer: Phone) -> None:
    sow, user = garden.sow, guest.user["id"]
    sow("sanctions_act", {"act": "mute", "place": room, "user": user, "seconds": 3_600, "reason": HERE})
    sow("broadcasts_set_tags", {"tags": [HERE]}, user=user)
    words = sow("words_make", {"room": room, "name": HERE, "action": "mask"})["id"]
    assert not sow("words_change_words", {"add": [SHORT]}, words_id=words)["refused"]
    tomorrow = int(time.time() * 1000) + 86_400_000
    sow("broadcasts_start", {"room": room, "text": HERE, "tag": HERE, "starts_at": tomorrow})
    first, second, third = (writer.say(channel, text).seq for text in ("一", "二", "三"))
    for seq, reason in ((first, "闲话"), (second, garden.mark("a report's reason"))):
        reported = guest.ask({"op": "report", "channel": channel, "seq": seq, "reason": reason})
        assert reported["op"] == "done", reported
    sow("review_settle", {"outcome": "dismissed", "reason": HERE}, channel=channel, seq=first)
    sow("channels_recall", {"reason": HERE}, channel=channel, seq=third)


def _hold(garden: Garden, room: str, channel: str, writer: Phone) -> None:
    """Until every process has looked at the word lists, which it does each second, words of a new one are said."""
    office = garden.office
    words = office.ask("POST", "/words", room=room, name="holds", action="hold")["id"]
    garden.sow("words_edit", {"name": HERE}, words_id=words)
    office.ask("POST", f"/words/{words}/words", add=["候审候审", garden.marks["words_change_words add[]"]])
    say = {"op": "say", "channel": channel, "type": "text", "body": {"text": "候审候审"}}
    office.house.wait(lambda: writer.ask({**say, "client_id": str(uuid.uuid4())})["op"] == "held", 60, "it is held")
    (held,) = (one for one in office.ask("GET", f"/review/held?room={room}")["held"] if one["type"] == "text")
    garden.sow("review_decide", {"approve": False, "reason": HERE}, held_id=held["id"])


def _knock(garden: Garden, room: str, asking: Phone, turned: Phone) -> None:
    garden.office.ask("PATCH", f"/rooms/{room}", by_request=True)
    for phone, text in ((asking, garden.mark("a request's text")), (turned, "")):
        phone.api("POST", f"/rooms/{room}/requests", json={"text": text}).raise_for_status()
    garden.sow("rooms_answer", {"approve": False, "reason": HERE}, room=room, user=turned.user["id"])


def _settle(garden: Garden, turned: str, twin: str) -> None:
    one = garden.sow("person_merge", {"other": twin, "reason": HERE}, user=turned)["user"]
    name = garden.office.ask("GET", f"/people/{one}")["name"]
    garden.sow("person_erase", {"name": name, "reason": HERE}, user=one)


def _staff(garden: Garden) -> None:
    sow = garden.sow
    sow("staff_make", {"email": IN_AN_EMAIL, "role": "auditor", "name": HERE})
    hired = garden.office.ask("POST", "/staff", email="renamed@teahouse.example", role="auditor")["id"]
    sow("staff_edit", {"name": HERE}, account=hired)
    sow("tokens_make", {"name": HERE, "role": "auditor"})
    hook = sow("webhooks_make", {"url": IN_AN_ADDRESS, "events": ["rules"]})["id"]
    garden.office.ask("PATCH", f"/webhooks/{hook}", on=False)


def _wechat(garden: Garden, appid: str) -> None:
    sow = garden.sow
    given = {"kind": "mini_program", "secret": "s3cret"}
    sow("accounts_make", {"appid": "wxplanted1", "original_id": HERE, **given})
    garden.office.ask("POST", "/accounts", appid="wxplanted2", **given)
    sow("accounts_edit", {"original_id": HERE}, appid="wxplanted2")
    sow("templates_set_", {"way": "bizsend", "kind": "mention", "template_id": "t1", "fields": {"thing1": HERE},
                           "page": WITHOUT_SPACES}, appid=appid)
    opens = {"type": "miniprogram", "url": IN_AN_ADDRESS, "appid": HERE, "pagepath": HERE}
    says = {"type": "click", "key": HERE}
    sow("menu_publish", {"button": [
        {"name": SHORT, **says}, {"name": "opens", **opens},
        {"name": "holds", "sub_button": [{"name": HERE, **says}, {"name": "opens", **opens}]}]}, appid=appid)
