"""Every route, tried by every role, by nobody, and by the owner of another organization. A route without an example
fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from console.routes import Route
from console.table import ROUTES
from media.store import chosen
from rooms import (
    accounts,
    api_tokens,
    avatars,
    broadcasts,
    exports,
    held,
    ids,
    invitations,
    members,
    messages,
    reports,
    requests,
    review,
    templates,
    webhooks,
    words,
)
from rooms.broadcasts import Audience
from rooms.drafts import Draft
from rooms.events import Person
from rooms.media import AVATAR
from rooms.permissions import StaffRole
from rooms.record import media, suspicions
from rooms.record import safety as safety_rows
from rooms.record.media import Media, Use
from rooms.record.safety import NAME, PEOPLE, Check
from rooms.record.suspicions import Suspicion
from settings import Settings
from tests.console.desk import PASSWORD, Desk, House, Office, code


class Try(NamedTuple):
    """What is asked: parts of the path, body, query. `status` where success is not what the example shows."""

    parts: Mapping[str, Any] = MappingProxyType({})
    body: Any = None
    query: Mapping[str, Any] = MappingProxyType({})
    status: int = 200
    foreign: bool = True
    """Names something of the organization, which for others is not there."""


Example = Callable[[Office, Desk], Try]
SPAN = {"from": 1_800_000_000_000, "to": 1_800_100_000_000}


def room(office: Office, desk: Desk) -> Try:
    return Try({"room": office.room})


def channel(office: Office, desk: Desk) -> Try:
    return Try({"channel": office.channel})


def in_room(body: Any) -> Example:
    return lambda office, desk: Try({"room": office.room}, body)


def in_channel(body: Any) -> Example:
    return lambda office, desk: Try({"channel": office.channel}, body)


def at_large(body: Any = None, status: int = 200) -> Example:
    return lambda office, desk: Try(body=body, status=status, foreign=False)


def fresh(kind: str) -> str:
    return f"{kind} {ids.new('x')}"


def said(office: Office) -> int:
    """The seq of something that Alice said."""
    members.set_role(office.store, office.room, office.alice.id, "member")
    draft = Draft("text", {"text": "茶来了"}, ids.new("x"))
    return messages.post(office.store, office.alice, office.channel, draft, "member").seq


def invited(office: Office, desk: Desk) -> Try:
    made = invitations.make(office.store, office.actor, office.room)
    return Try({"room": office.room, "name": made.name})


def asked(office: Office, desk: Desk) -> Try:
    door = office.cast.add_room(by_request=True)
    person = office.cast.person("Bob")
    requests.ask(office.store, person, door, "请")
    return Try({"room": door, "user": person.id}, {"approve": True})


def ordered(office: Office, desk: Desk) -> Try:
    return Try(body={"order": [office.room]})


def colleague(body: Any) -> Example:
    return lambda office, desk: Try({"account": office.hire("auditor").id}, body)


def account(body: Any) -> Example:
    def example(office: Office, desk: Desk) -> Try:
        appid = ids.new("x")
        accounts.add(office.store, office.organization, appid, "mini_program", "s3cret")
        return Try({"appid": appid}, body)

    return example


def hook(body: Any) -> Example:
    def example(office: Office, desk: Desk) -> Try:
        for old in webhooks.of(office.store, office.organization):
            webhooks.remove(office.store, office.actor, old.id)
        made = webhooks.add(office.store, office.actor, "https://example.com/hook", ["message"])
        webhooks.edit(office.store, office.actor, made.id, on=False)
        return Try({"hook": made.id}, body)

    return example


def word_list(body: Any) -> Example:
    def example(office: Office, desk: Desk) -> Try:
        for old in words.lists(office.store, office.actor, office.room):
            words.remove_list(office.store, office.actor, old.id)
        made = words.add_list(office.store, office.actor, office.room, "list", "block")
        return Try({"words_id": made}, body)

    return example


def held_message(body: Any) -> Example:
    def example(office: Office, desk: Desk) -> Try:
        members.set_role(office.store, office.room, office.alice.id, "member")
        draft = Draft("text", {"text": "加我"}, ids.new("x"))
        author = office.cast.person("Zoe")
        held.keep(office.store, author, office.channel, draft, "words")
        waiting = review.held_messages(office.store, office.actor, office.room)
        return Try({"held_id": next(one.id for one in waiting if one.user == author.id)}, body)

    return example


def doubtful_name(office: Office, desk: Desk) -> Try:
    person = office.cast.person("很难说")
    check = Check(ids.new("k"), office.organization, "", None, "", person.id, NAME, person.name, PEOPLE, "review", "",
                  "", "", 0, office.cast.now, office.cast.now)
    office.store.record.write(lambda c: safety_rows.add_many(c, [check]))
    return Try({"name_id": check.id}, {"keep": False})


def face(office: Office, person: Person) -> Media:
    """A picture that somebody is seen with."""
    shown = put(office, Media(ids.new("m"), office.organization, person.id, AVATAR, media.READY, "", 3, 1, 1, 0, "",
                              "face.jpg", 0, 0, 0, "", office.cast.now))
    avatars.show(office.store, shown)
    return shown


def doubtful_picture(body: Any) -> Example:
    def example(office: Office, desk: Desk) -> Try:
        person = office.cast.person("Faye")
        check = Check(ids.new("k"), office.organization, "", None, "", person.id, safety_rows.AVATAR,
                      face(office, person).id, PEOPLE, "review", "", "", "", 0, office.cast.now, office.cast.now)
        office.store.record.write(lambda c: safety_rows.add_many(c, [check]))
        return Try({"picture_id": check.id}, body)

    return example


def seen_with_a_picture(office: Office, desk: Desk) -> Try:
    person = office.cast.person("Faye")
    face(office, person)
    return Try({"user": person.id}, {"reason": "不合适"})


def reported_message(office: Office, desk: Desk) -> Try:
    seq, reporter = said(office), office.cast.person("Rita")
    members.set_role(office.store, office.room, reporter.id, "member")
    reports.report(office.store, reporter, office.channel, seq, "广告")
    return Try({"channel": office.channel, "seq": seq}, {"outcome": "dismissed"})


def suspicion(office: Office, desk: Desk) -> Try:
    row = Suspicion(ids.new("x"), office.organization, office.cast.person("Sam").id, 80, "{}", "proposed",
                    office.cast.now)
    office.store.record.write(lambda c: suspicions.add(c, row))
    return Try({"suspicion": row.id}, {"decision": "mute"})


def pictured(office: Office, desk: Desk) -> Try:
    """A picture that Alice shows in the channel."""
    now = office.cast.now
    shown = put(office, Media(ids.new("m"), office.organization, office.alice.id, "image", media.READY, "tea.png", 3, 1,
                              1, 0, "", "image.png", 100, 0, 0, "", now))
    office.store.record.write(lambda c: media.use(c, [Use(shown.id, office.channel, 1, now)]))
    return Try({"media_id": shown.id})


def put(office: Office, shown: Media) -> Media:
    """With its file."""
    kept = chosen(Settings.from_environment(office.web.environ))
    path = kept.room() / shown.id
    path.write_bytes(b"tea")
    kept.put(f"{office.organization}/{shown.id}/{shown.variants}", path)
    office.store.record.write(lambda c: media.add(c, shown))
    return shown


def packed(office: Office, desk: Desk) -> Try:
    """A parcel that the clock has not packed yet is not there."""
    job = exports.new(office.store, office.organization, office.alice.id, exports.PERSON, "data")
    office.store.record.write(lambda c: media.add(c, job))
    return Try({"user": office.alice.id, "job": job.id}, status=404)


def twin(office: Office, desk: Desk) -> Try:
    return Try({"user": office.cast.person("Ann").id}, {"other": office.cast.person("Anna").id})


def somebody(office: Office, desk: Desk) -> Try:
    person = office.cast.person("Gone")
    return Try({"user": person.id}, {"name": person.name})


def broadcast(body: Any) -> Example:
    def example(office: Office, desk: Desk) -> Try:
        tomorrow = office.cast.now + 86_400_000
        made = broadcasts.start(office.store, office.actor, "水开了", Audience(office.room), tomorrow)
        return Try({"broadcast": made.id}, body)

    return example


def official(body: Any, status: int = 200, template: bool = False) -> Example:
    def example(office: Office, desk: Desk) -> Try:
        appid = ids.new("x")
        accounts.add(office.store, office.organization, appid, "official_account", "s3cret")
        if template:
            templates.set_template(office.store, office.actor, appid, "bizsend", "announcement", "t1", FIELDS)
        return Try({"appid": appid}, body, status=status)

    return example


NO_SCAN = {"scene": "console.x", "secret": "x"}
FIELDS = {"thing1": "{text}"}
WHICH = {"way": "bizsend", "kind": "announcement"}


def over_time(office: Office, desk: Desk) -> Try:
    return Try(query=SPAN, foreign=False)


EXAMPLES: dict[str, Example] = {
    "session_sign_in": at_large({"email": "nobody@example.com", "password": "wrong"}, 401),
    "session_current": at_large(),
    "session_sign_out": at_large(),
    "session_change_password": at_large({"old": PASSWORD, "new": PASSWORD}),
    "session_listed": at_large(),
    "session_end_others": at_large(),
    "session_end_one": lambda office, desk: Try({"name": desk.get("/session/sessions")["sessions"][0]["name"]}),
    "session_begin_totp": at_large(),
    "session_confirm_totp": at_large({"code": "000000"}, 404),
    "session_end_totp": at_large({"password": PASSWORD, "code": "000000"}, 403),
    "scan_begin": at_large({"appid": "wxnone"}, 404),
    "scan_check": at_large(NO_SCAN, 401),
    "scan_link_shown": at_large(),
    "scan_begin_link": lambda office, desk: official(None, 503)(office, desk)._replace(parts={}, foreign=False),
    "scan_check_link": at_large(NO_SCAN, 401),
    "scan_unlink": at_large(status=404),
    "overview_shown": at_large(),
    "rooms_listed": at_large(),
    "rooms_make": lambda office, desk: Try(body={"name": fresh("room")}, foreign=False),
    "rooms_order": ordered,
    "rooms_one": room,
    "rooms_edit": in_room({"listed": True, "capacity": 0}),
    "rooms_set_shield": lambda office, desk: Try({"room": office.cast.add_room()}, {"on": True}),
    "rooms_order_channels": lambda office, desk: Try({"room": office.room}, {"order": [office.channel]}),
    "rooms_members_of": room,
    "rooms_set_member": lambda office, desk: Try(
        {"room": office.room, "user": office.alice.id}, {"role": "member", "white_list": False}),
    "rooms_invitations_of": room,
    "rooms_invite": in_room({"uses": 2}),
    "rooms_uninvite": invited,
    "posters_draw": lambda office, desk: Try(
        {"room": office.room}, dict(official(None)(office, desk).parts), status=503),
    "rooms_requests_of": room,
    "rooms_answer": asked,
    "channels_make": lambda office, desk: Try({"room": office.cast.add_room()}, {"name": "大厅"}),
    "channels_announce_in_all": in_room({"text": "水开了"}),
    "channels_one": channel,
    "channels_edit": in_channel({"archived": False}),
    "channels_set_rules": in_channel({"slow_seconds": 0}),
    "channels_history": channel,
    "channels_say": in_channel({"text": "你好"}),
    "channels_announce": in_channel({"text": "水开了"}),
    "channels_pin": lambda office, desk: Try({"channel": office.channel, "seq": said(office)}, {"on": False}),
    "channels_recall": lambda office, desk: Try({"channel": office.channel, "seq": said(office)}, {}),
    "channels_present": channel,
    "channels_queue": channel, "channels_shed": channel,
    "people_listed": at_large(),
    "lists_people_out": at_large(),
    "lists_members_out": room,
    "lists_members_in": lambda office, desk: Try({"room": office.room}, {"members": [{"user": office.alice.id}]}),
    "lists_words_out": word_list(None),
    "person_merge": twin,
    "person_exports_of": lambda office, desk: Try({"user": office.alice.id}),
    "person_export": lambda office, desk: Try({"user": office.alice.id}),
    "person_download": packed,
    "person_erase": somebody,
    "search_found": lambda office, desk: Try(query={"q": "茶来了", "room": office.room}),
    "keeping_shown": at_large(),
    "keeping_set_days": lambda office, desk: Try(body={"room": office.room, "days": 90}),
    "keeping_backups_made": at_large(),
    "broadcasts_listed": at_large(),
    "broadcasts_preview": lambda office, desk: Try(body={"text": "水开了", "room": office.room}),
    "broadcasts_start": lambda office, desk: Try(body={
        "text": "水开了", "room": office.room, "starts_at": office.cast.now + 86_400_000}),
    "broadcasts_turn": broadcast({"to": "pause"}),
    "broadcasts_progress": broadcast(None),
    "broadcasts_results": broadcast(None),
    "broadcasts_tags_listed": at_large(),
    "broadcasts_set_tags": lambda office, desk: Try({"user": office.alice.id}, {"tags": ["会员"]}),
    "templates_listed": official(None),
    "templates_set_": official({**WHICH, "template_id": "t1", "fields": FIELDS}),
    "templates_remove": official(WHICH, template=True),
    "templates_preview": at_large({"kind": "announcement", "fields": FIELDS}),
    "templates_test": lambda office, desk: official(
        {**WHICH, "user": office.alice.id}, 404, template=True)(office, desk),
    "menu_shown": official(None, 503),
    "menu_publish": official({"button": [{"name": "帮助", "type": "click", "key": "帮助"}]}, 503),
    "menu_quotas_of": official(None),
    "menu_lift": official({"feature": "menu"}),
    "people_one": lambda office, desk: Try({"user": office.alice.id}),
    "sanctions_listed": at_large(),
    "live_overview": at_large(),
    "live_channel": channel,
    "review_held": lambda office, desk: Try(query={"room": office.room}),
    "review_around_held": held_message(None),
    "review_decide": held_message({"approve": True}),
    "review_reported": lambda office, desk: Try(query={"room": office.room}),
    "review_settle": reported_message,
    "review_names": at_large(),
    "review_decide_name": doubtful_name,
    "pictures_doubtful": at_large(),
    "pictures_picture": doubtful_picture(None),
    "pictures_decide": doubtful_picture({"keep": True}),
    "pictures_take_away": seen_with_a_picture,
    "review_statistics": at_large(),
    "review_remove_recent": lambda office, desk: Try(
        {"user": office.alice.id}, {"place": office.channel, "hours": 1}),
    "media_picture": pictured,
    "media_file": pictured,
    "words_listed": lambda office, desk: Try(query={"room": office.room}),
    "words_make": lambda office, desk: Try(body={"room": office.room, "name": "广告", "action": "block"}),
    "words_test": lambda office, desk: Try(body={"room": office.room, "text": "加微信"}),
    "words_edit": word_list({"action": "mask"}),
    "words_remove": word_list(None),
    "words_words_of": word_list(None),
    "words_change_words": word_list({"add": ["加微信"]}),
    "safety_shown": at_large(),
    "safety_set_policy": at_large({"text": "after", "media": "off", "outage": "show"}),
    "safety_statistics": at_large(),
    "spam_shown": at_large(),
    "spam_set_policy": at_large({"mode": "propose"}),
    "spam_suspected": at_large(),
    "spam_decide": suspicion,
    "audit_listed": at_large(),
    "audit_verify": at_large(),
    "audit_export": at_large(),
    "analytics_series": lambda office, desk: Try(query=SPAN | {"measure": "messages", "room": office.room}),
    "analytics_active": over_time,
    "analytics_heat": over_time,
    "analytics_top": over_time,
    "analytics_cohorts": at_large(),
    "analytics_export": over_time,
    "organization_shown": at_large(),
    "organization_edit": at_large({"name": "Tea"}),
    "staff_listed": at_large(),
    "staff_make": lambda office, desk: Try(body={"email": f"{ids.new('x')}@example.com", "role": "auditor"},
                                           foreign=False),
    "staff_edit": colleague({"name": "小禾", "active": True}),
    "staff_reset_totp": lambda office, desk: Try({"account": office.hire("auditor").id}, status=404),
    "tokens_listed": at_large(),
    "tokens_make": at_large({"name": "机器人", "role": "auditor", "days": 1}),
    "tokens_revoke": lambda office, desk: Try({"account": api_tokens.make(
        office.store, office.actor, "owner", "bot", "auditor").id}),
    "webhooks_listed": at_large(),
    "webhooks_make": at_large({"url": "https://example.com/hook", "events": ["message"]}),
    "webhooks_edit": hook({"on": True}),
    "webhooks_remove": hook(None),
    "webhooks_test": hook(None),
    "webhooks_calls": hook(None),
    "accounts_listed": at_large(),
    "accounts_make": lambda office, desk: Try(
        body={"appid": ids.new("x"), "kind": "mini_program", "secret": "s3cret"}, foreign=False),
    "accounts_edit": account({"secret": "another"}),
    "accounts_self_test": account(None),
    "sanctions_act": lambda office, desk: Try(
        body={"act": "unmute", "place": office.channel, "user": office.alice.id}),
}


def ask(desk: Desk, route: Route, tried: Try) -> Any:
    path = re.sub(r"<(?:int:)?(\w+)>", lambda part: str(tried.parts[part[1]]), route.path)
    return desk.ask(route.method, path, tried.body if tried.body is not None else {} if route.body else None,
                    params=tried.query, stream=route.streams)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_role_may_what_the_table_says_and_nothing_crosses_organizations(house: House, route: Route) -> None:
    example, office = EXAMPLES[route.name], house.ours
    if route.who:
        assert code(ask(house.anonymous(), route, example(office, office.desks["owner"]))) == (401, "unauthenticated")
    for role in StaffRole:
        if route.people:
            office.hire(role)
        desk = office.desks[role]
        tried = example(office, desk)
        answer = ask(desk, route, tried)
        if role in route.who or not route.who:
            assert answer.status_code == tried.status, (role, answer.text)
        else:
            assert code(answer) == (403, "forbidden"), (role, answer.text)
            assert answer.json()["error"]["message"] == f"your role is {role.value}"
    if route.people:
        office.hire("owner")
    tried = example(office, office.desks["owner"])
    if tried.foreign:
        strange = ask(house.theirs.desks["owner"], route, tried)
        assert code(strange) == (404, "not_found"), strange.text
        nowhere = ask(house.theirs.desks["owner"], route, nobodys(tried))
        assert strange.text == nowhere.text


def nobodys(tried: Try) -> Try:
    """The same question about ids of the same form that never were."""
    def other(value: Any) -> Any:
        if isinstance(value, str) and re.fullmatch(r"[a-z]_[0-9a-z]{8,}", value):
            return value[:2] + "".join("z" if letter != "z" else "y" for letter in value[2:])
        return [other(one) for one in value] if isinstance(value, list) else value

    body = {name: other(value) for name, value in tried.body.items()} if tried.body else tried.body
    query = {name: other(value) for name, value in tried.query.items()}
    return tried._replace(parts={name: other(value) for name, value in tried.parts.items()}, body=body, query=query)


def test_every_route_has_an_example_and_every_example_a_route() -> None:
    assert {route.name for route in ROUTES} == set(EXAMPLES)
    assert len({route.name for route in ROUTES}) == len(ROUTES)
