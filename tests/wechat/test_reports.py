"""What WeChat tells of itself, over real HTTP: of an Official Account in XML, sealed; of a mini-program in JSON."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from rooms import accounts, identities, late_words, ledger, phones, templates
from rooms.authority import Actor
from rooms.record import consents, deliveries
from rooms.record import identities as identity_rows
from tests.sandbox_client import MINI, official_account
from tests.wechat.town import OFFICIAL, Town
from wechat.platform import features
from wechat.platform.client import CallFailed
from wechat.visit import Visit

DAY = 86_400.0
FIELDS = {"thing1": "{channel}", "name2": "{name}"}
pytestmark = pytest.mark.usefixtures("calm")


@pytest.fixture(scope="module", autouse=True)
def template(town: Town, staff: Actor) -> None:
    templates.set_template(town.store, staff, OFFICIAL, "template", "mention", "tmpl_plain", FIELDS)


def yeses(town: Town, appid: str, openid: str) -> dict[str, int]:
    return {name: left for name, left in town.store.record.read(
        lambda c: consents.left(c, appid, openid)).items() if left}


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def newcomer(town: Town, appid: str) -> str:
    return town.wechat.follower(appid, follow=appid == OFFICIAL)


# yeses


@pytest.mark.parametrize("appid", [OFFICIAL, MINI])
def test_yeses_are_counted_one_or_several_and_refusals_end_them(town: Town, appid: str) -> None:
    """One entry is an object and several are a list: in JSON bare, in XML in a wrapper."""
    mei = newcomer(town, appid)
    town.wechat.answer_subscription(mei, tea="accept")
    assert yeses(town, appid, mei) == {"tea": 1}
    town.wechat.answer_subscription(mei, cake="accept", milk="accept", salt="reject")
    assert yeses(town, appid, mei) == {"tea": 1, "cake": 1, "milk": 1}
    town.wechat.event(mei, "subscribe_msg_change_event", List=entry("tea"))
    assert yeses(town, appid, mei) == {"cake": 1, "milk": 1}
    town.wechat.event(mei, "subscribe_msg_change_event", List=[entry("cake"), entry("milk")])
    assert yeses(town, appid, mei) == {}


def entry(template: str) -> dict[str, str]:
    return {"TemplateId": template, "SubscribeStatusString": "reject"}


def test_a_change_in_the_wrapper_of_a_popup_is_understood(town: Town) -> None:
    """So WeChat's older page has it."""
    mei = newcomer(town, OFFICIAL)
    town.wechat.answer_subscription(mei, tea="accept")
    town.wechat.event(mei, "subscribe_msg_change_event", List=[], SubscribeMsgPopupEvent={"List": entry("tea")})
    raw = town.wechat.pushes(openid=mei)[-1]
    assert "SubscribeMsgChangeEvent" in str(raw["fields"])
    assert yeses(town, OFFICIAL, mei) == {"tea": 1}, "an empty list in the new wrapper changes nothing"
    town.wechat.event(mei, "SUBSCRIBE_MSG_CHANGE_EVENT", SubscribeMsgPopupEvent={"List": entry("tea")})
    assert yeses(town, OFFICIAL, mei) == {}


# what became of messages


def sent(town: Town, openid: str) -> list[tuple[str, str, str]]:
    return [(one.way, one.state, one.detail) for one in town.sent(openid)]


def test_a_template_message_that_was_blocked_is_noted_and_ends_the_following(town: Town) -> None:
    mei = town.follower("阿封")
    town.wait(3 * DAY)
    town.alice_says("@阿封 在吗")
    assert town.run()[Visit.SENT] == 1
    until(lambda: sent(town, mei) == [("template", "sent", "success")])
    number = town.sent(mei)[0].reference
    town.wechat.event(mei, "TEMPLATESENDJOBFINISH", MsgID=number, Status="failed:user block")
    assert sent(town, mei) == [("template", "failed", "failed:user block")]
    found = town.store.record.read(lambda c: identity_rows.one(c, OFFICIAL, mei))
    assert found is not None
    assert not found.subscribed


def test_two_ends_in_the_same_second_are_two(town: Town) -> None:
    """They differ in their number alone."""
    mei = town.follower("阿双")
    town.wait(3 * DAY)
    for _ in range(2):
        town.alice_says("@阿双 在吗")
        town.run()
        town.wait(7 * 3600)
    until(lambda: [told for _, _, told in sent(town, mei)] == ["success", "success"])
    numbers = [one.reference for one in town.sent(mei)]
    at = int(time.time()) + 3_600  # no second in which WeChat told of them already
    for number in numbers:
        town.wechat.event(mei, "TEMPLATESENDJOBFINISH", MsgID=number, Status="failed: system failed", CreateTime=at)
    assert [state for _, state, _ in sent(town, mei)] == ["failed", "failed"]


def test_a_word_that_comes_before_the_number_is_written_down_is_not_lost(
        town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    mei, real, early = town.follower("阿早"), ledger.settle, threading.Event()
    town.wait(3 * DAY)

    def slowly(*given: Any) -> None:
        assert early.wait(60)
        real(*given)

    heard = late_words.keep
    monkeypatch.setattr(ledger, "settle", slowly)
    monkeypatch.setattr(late_words, "keep", lambda *word: (heard(*word), early.set()))
    town.alice_says("@阿早 在吗")
    town.run()
    assert sent(town, mei) == [("template", "sent", "success")]


@pytest.mark.parametrize(("code", "state"), [("0", "sent"), ("43101", "failed")])
def test_the_end_of_a_subscribe_message_settles_the_newest(town: Town, code: str, state: str) -> None:
    mei = newcomer(town, MINI)
    account = accounts.of(town.store, MINI)
    assert account is not None
    person = identities.sign_in(town.store, account, mei)
    row = deliveries.Delivery(f"d_{code}{mei[:8]}", MINI, mei, person.id, "subscribe", None, "", 0, 0, "intent", None,
                              town.clock.now(), None, "a mention")
    town.store.record.write(lambda c: deliveries.intend(c, row))
    town.store.record.write(lambda c: deliveries.settle(c, row.id, "sent", town.clock.now()))
    told = {"TemplateId": "t", "MsgID": f"9{code}", "ErrorCode": code, "ErrorStatus": "told"}
    town.wechat.event(mei, "subscribe_msg_sent_event", List=told)
    found = town.store.record.read(lambda c: deliveries.one(c, row.id))
    assert found is not None
    assert (found.state, found.reference, found.detail) == (state, f"9{code}", "told")


# people's data


@pytest.mark.parametrize("appid", [OFFICIAL, MINI])
def test_who_takes_back_their_name_keeps_their_place(town: Town, appid: str) -> None:
    mei = newcomer(town, appid)
    account = accounts.of(town.store, appid)
    assert account is not None
    known = identities.follower if appid == OFFICIAL else identities.sign_in
    person: Any = known(town.store, account, mei)
    identities.rename(town.store, person, "梅")
    town.wechat.event(mei, "user_info_modified")
    assert known(town.store, account, mei).name == "梅", "something changed, and nobody says what"
    town.wechat.event(mei, "user_authorization_revoke", RevokeInfo="205" if appid == OFFICIAL else "6")
    after = known(town.store, account, mei)
    assert after.id == person.id
    assert after.name != "梅"


def test_who_takes_back_their_phone_has_none(town: Town) -> None:
    mei = newcomer(town, MINI)
    account = accounts.of(town.store, MINI)
    assert account is not None
    person = identities.sign_in(town.store, account, mei)
    phones.bind(town.store, person, "+8613900000001")
    assert phones.of(town.store, person.id)
    town.wechat.event(mei, "user_authorization_revoke", RevokeInfo="1,8")
    assert not phones.of(town.store, person.id)


@pytest.mark.parametrize("appid", [OFFICIAL, MINI])
def test_who_cancels_is_erased(town: Town, appid: str) -> None:
    mei = newcomer(town, appid)
    account = accounts.of(town.store, appid)
    assert account is not None
    known = identities.follower if appid == OFFICIAL else identities.sign_in
    user = known(town.store, account, mei).id
    town.wechat.event(mei, "user_authorization_cancellation")
    assert town.store.record.read(lambda c: identity_rows.one(c, appid, mei)) is None
    assert known(town.store, account, mei).id != user


def test_two_who_cancel_in_the_same_second_are_both_erased(town: Town) -> None:
    """The platform itself pushes it, so that its sender and time are the same."""
    people, at = [newcomer(town, OFFICIAL) for _ in range(2)], int(time.time())
    for each in people:
        town.person(each)
    for each in people:
        town.wechat.event(each, "user_authorization_cancellation", CreateTime=at)
    left = [town.store.record.read(lambda c, one=each: identity_rows.one(c, OFFICIAL, one)) for each in people]  # type: ignore[misc]
    assert left == [None, None]


# an address that is not on the list


def test_an_address_that_is_not_on_the_list_stops_every_call_and_is_named(
        town: Town, caplog: pytest.LogCaptureFixture) -> None:
    town.follower("阿址")
    town.wait(31)
    address = next(one["callback_url"] for one in town.wechat.get("/accounts") if one["appid"] == OFFICIAL)
    town.wechat.add_account(**official_account(mode="safe", callback_url=address, ip_whitelist=["10.0.0.1"]))
    try:
        town.store.live.delete(town.store.live.name("token", OFFICIAL))
        before = sum(town.wechat.calls(OFFICIAL).values())
        for _ in range(3):
            town.alice_says("有人吗")
            town.wait(3600)
            town.run()
        account = accounts.of(town.store, OFFICIAL)
        assert account is not None
        with pytest.raises(CallFailed, match="40164"):
            features.client(town.store, town.stage.settings.wechat_api_url, account).call(lambda c: c.menu.get())
        assert sum(town.wechat.calls(OFFICIAL).values()) == before + 1, "one call for the token, and no other"
        assert "IP whitelist: add 127.0.0.1 to it" in caplog.text
    finally:
        town.wechat.add_account(**official_account(mode="safe", callback_url=address))


# everything else


def test_every_event_of_the_platform_is_answered_with_success_or_words(town: Town) -> None:
    mei, names = town.follower("阿全"), town.wechat.get("/events")["events"]
    for name in names:
        if name == "user_authorization_cancellation":
            continue
        made = town.wechat.event(mei, name)
        assert not made["failed"], (name, made)


def test_a_warning_of_the_platform_is_a_line_in_the_log(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    town.wechat.event(town.follower("阿警"), "verify_expired")
    assert f"account {OFFICIAL}: verify_expired 1700000000" in caplog.text
