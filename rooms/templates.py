"""Templates of WeChat's notifications: which tells what, what stands in their fields, and the yeses people gave.

A template tells that something is there, never what was said: the platform forbids relaying a chat through them. Its
fields have kinds (thing, number, time …) with rules of their own; a value that breaks one is refused by WeChat, so
values are made to fit here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.planner import Ticket, Way
from rooms.record import Connection, accounts, audit, consents, identities, templates
from rooms.record.audit import Act
from rooms.record.templates import Template
from rooms.store import Store

__all__ = ["FACTS", "Kind", "Template", "accepted", "filled", "of_account", "preview", "reachable_in",
           "refused", "remove", "said_yes",
           "set_template", "switch_off", "tickets"]

MOST_HOLDERS = 1_000
YES_SECONDS = 30
LONGEST_ID, LONGEST_PAGE, MOST_FIELDS, LONGEST_FIELD = 64, 256, 10, 100
ORDER = {Way.SUBSCRIBE: 0, Way.BIZSEND: 1, Way.TEMPLATE: 2}


class Kind(StrEnum):
    UNREAD = "unread"
    MENTION = "mention"
    SEAT = "seat"
    SANCTION = "sanction"
    ANNOUNCEMENT = "announcement"
    OPENING = "opening"


FACTS: dict[Kind, Mapping[str, str]] = {
    Kind.UNREAD: {"room": "茶馆", "channel": "大厅", "count": "12", "time": "2026-11-25 21:30",
                  "hint": "打开小程序查看"},
    Kind.MENTION: {"room": "茶馆", "channel": "大厅", "name": "小明", "count": "1", "time": "2026-11-25 21:30",
                   "hint": "打开小程序查看"},
    Kind.SEAT: {"room": "茶馆", "channel": "大厅", "time": "2026-11-25 21:30", "hint": "请在 3 分钟内进入"},
    Kind.SANCTION: {"room": "茶馆", "channel": "大厅", "what": "禁言", "until": "2026-11-25 21:40", "reason": "刷屏",
                    "time": "2026-11-25 21:30"},
    Kind.ANNOUNCEMENT: {"room": "茶馆", "text": "明天休息", "time": "2026-11-25 21:30"},
    Kind.OPENING: {"room": "茶馆", "time": "2026-11-25 21:30", "hint": "欢迎来坐坐"},
}
"""What each kind knows, with examples for the preview."""

_PLACE = re.compile(r"\{([a-z]+)\}")
_NAME = re.compile(r"([a-z_]+?)\d{0,3}")
_TYPES = frozenset({"thing", "number", "letter", "symbol", "character_string", "time", "date", "amount", "phone_number",
                    "car_number", "name", "phrase", "enum", "const", "short_thing"})


class Filled(NamedTuple):
    """A template ready to be sent."""

    template_id: str
    data: dict[str, dict[str, str]]
    page: str


def set_template(store: Store, actor: Actor, appid: str, way: str, kind: str, template_id: str,
                 fields: Mapping[str, str], page: str = "") -> Template:
    """Says which template tells of this kind in this account. For the organization's owners and admins.

    Raises Refused: forbidden, not_found (account), bad_frame with what is wrong.
    """
    made = Template(appid, way, kind, template_id, msgspec.json.encode(dict(fields)).decode(), page, True, "",
                    store.clock.now())
    _check(made, fields)

    def act(connection: Connection) -> None:
        _account(connection, actor, appid, way)
        templates.set_(connection, made)
        _write_down(connection, store, actor, "template", appid, {"kind": kind, "way": way, "template": template_id})

    store.record.write(act)
    return made


def remove(store: Store, actor: Actor, appid: str, way: str, kind: str) -> bool:
    """False when there was none. Raises Refused: forbidden, not_found."""
    def act(connection: Connection) -> bool:
        _account(connection, actor, appid, "")
        _write_down(connection, store, actor, "untemplate", appid, {"kind": kind, "way": way})
        return templates.remove(connection, appid, way, kind)

    return store.record.write(act)


def of_account(store: Store, actor: Actor, appid: str) -> Sequence[Template]:
    """Raises Refused: forbidden, not_found."""
    def look(connection: Connection) -> Sequence[Template]:
        _account(connection, actor, appid, "")
        return templates.of_account(connection, appid)

    return store.record.read(look)


def preview(kind: str, fields: Mapping[str, str]) -> dict[str, str]:
    """What would stand in the fields, for an example. Raises Refused(bad_frame)."""
    _check_fields(kind, fields)
    return {name: part["value"] for name, part in _values(fields, FACTS[Kind(kind)]).items()}


def filled(template: Template, facts: Mapping[str, str]) -> Filled:
    fields = msgspec.json.decode(template.fields, type=dict[str, str])
    return Filled(template.template_id, _values(fields, facts), template.page)


def accepted(store: Store, appid: str, openid: str, template_id: str) -> None:
    """They said yes to one more message of this template."""
    if _sound(template_id):
        store.record.write(lambda c: consents.add(c, appid, openid, template_id, store.clock.now()))


def said_yes(store: Store, appid: str, openid: str, template_id: str) -> None:
    """The same, for one yes that may be told twice: by the client and by WeChat, within seconds."""
    if store.live.once(f"yes:{appid}:{openid}:{template_id}", YES_SECONDS):
        accepted(store, appid, openid, template_id)


def refused(store: Store, appid: str, openid: str, template_id: str) -> None:
    """They want none of it any more, or WeChat says that none is left."""
    if _sound(template_id):
        store.record.write(lambda c: consents.end(c, appid, openid, template_id))


def switch_off(store: Store, appid: str, template_id: str, problem: str) -> None:
    """WeChat does not take it: nobody tries again until it is set anew."""
    store.record.write(lambda c: templates.switch_off(c, appid, template_id, problem))


def tickets(connection: Connection, user: str, kind: str, free_at: int = 0) -> list[tuple[Ticket, Template]]:
    """What may tell this person of this kind, in the order in which it is to be spent. `free_at` holds for template
    messages, which need no yes."""
    known = [one for one in identities.of_user(connection, user) if one.kind == "mini_program" or one.subscribed]
    found = []
    for template in templates.of_accounts(connection, [one.appid for one in known], kind) if known else ():
        for one in known:
            if one.appid != template.appid:
                continue
            way = Way(template.way)
            left = 1 if way is Way.TEMPLATE else consents.left(connection, one.appid, one.openid).get(
                template.template_id, 0)
            found.append((Ticket(way, one.appid, one.openid, template.template_id, left,
                                 free_at if way is Way.TEMPLATE else 0), template))
    return sorted((one for one in found if one[0].left), key=lambda one: ORDER[one[0].way])


def reachable_in(store: Store, room: str) -> list[tuple[str, str]]:
    """Members of the room, with their names, whom a template can tell something for a yes of theirs."""
    return store.record.read(lambda c: consents.holders_in(c, room, MOST_HOLDERS))


# fields and their rules


def fit(field: str, value: str) -> str:
    """The value within the rules of the field's kind: never empty, on one line, not too long."""
    kind = _kind(field)
    text = " ".join("".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in value).split())
    if kind in ("thing", "short_thing"):
        return _cut(text, 20) or "无"
    if kind == "number":
        return re.sub(r"[^0-9.]", "", text)[:32] or "0"
    if kind in ("letter", "character_string"):
        return re.sub(r"[^\x21-\x7e]", "", text)[:32] or "-"
    if kind == "phrase":
        return re.sub(r"[^\u3400-\u9fff]", "", text)[:5] or "通知"
    if kind == "name":
        return _cut(text, 20 if text.isascii() else 10) or "某人"
    longest = {"symbol": 5, "phone_number": 17, "car_number": 8}.get(kind, 32)
    return text[:longest] or "-"


def _values(fields: Mapping[str, str], facts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"value": fit(name, _PLACE.sub(lambda found: facts.get(found[1], ""), text))}
            for name, text in fields.items()}


def _check(template: Template, fields: Mapping[str, str]) -> None:
    if template.way not in (Way.SUBSCRIBE, Way.BIZSEND, Way.TEMPLATE):
        raise Refused(Code.BAD_FRAME, "way: subscribe, bizsend or template")
    if not _sound(template.template_id):
        raise Refused(Code.BAD_FRAME, f"template_id: 1 to {LONGEST_ID} letters, digits, - and _")
    if len(template.page) > LONGEST_PAGE or not template.page.isascii() or template.page.startswith("/"):
        raise Refused(Code.BAD_FRAME, f"page: a path without a leading slash, at most {LONGEST_PAGE} characters")
    _check_fields(template.kind, fields)


def _check_fields(kind: str, fields: Mapping[str, str]) -> None:
    if kind not in list(Kind):
        raise Refused(Code.BAD_FRAME, f"kind: one of {', '.join(Kind)}")
    if not 1 <= len(fields) <= MOST_FIELDS:
        raise Refused(Code.BAD_FRAME, f"fields: 1 to {MOST_FIELDS}")
    known = FACTS[Kind(kind)]
    for name, text in fields.items():
        if _kind(name) not in _TYPES:
            raise Refused(Code.BAD_FRAME, f"{name[:40]}: no field of a template is called so")
        if not text.strip() or len(text) > LONGEST_FIELD:
            raise Refused(Code.BAD_FRAME, f"{name}: 1 to {LONGEST_FIELD} characters")
        for place in _PLACE.findall(text):
            if place not in known:
                raise Refused(Code.BAD_FRAME, f"{name}: {kind} knows {', '.join(known)}, not {place}")


def _kind(field: str) -> str:
    found = _NAME.fullmatch(field)
    return found[1] if found else ""


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest - 1] + "…"


def _sound(template_id: str) -> bool:
    return re.fullmatch(rf"[A-Za-z0-9_-]{{1,{LONGEST_ID}}}", template_id) is not None


def _account(connection: Connection, actor: Actor, appid: str, way: str) -> None:
    if actor.role != "owner":
        raise Refused(Code.FORBIDDEN)
    found = accounts.one(connection, appid)
    if found is None or found.organization != actor.person.organization:
        raise Refused(Code.NOT_FOUND)
    if way and (way == Way.SUBSCRIBE) != (found.kind == "mini_program"):
        raise Refused(Code.BAD_FRAME, "way: subscribe is a mini-program's, bizsend and template an Official Account's")


def _write_down(connection: Connection, store: Store, actor: Actor, act: str, appid: str,
                after: Mapping[str, str]) -> None:
    audit.add(connection, actor.person.organization, Act(
        store.clock.now(), actor.person.id, actor.person.door.value, act, "", "", "", appid, "{}",
        msgspec.json.encode(after).decode()))
