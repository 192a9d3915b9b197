"""One person at two doors, through the whole house: a phone shown in the mini-program and by SMS to the account."""

from __future__ import annotations

import itertools
import re

import pytest
import requests

from commands.opening import opened
from rooms import sanctions
from rooms.authority import Actor
from rooms.events import Door, Person
from settings import Settings
from tests.flows.people import follower, reply
from tests.house_client import House

_numbers = itertools.count(17_700_000_000)


class Caller:
    """Somebody of the mini-program, by HTTP."""

    def __init__(self, house: House) -> None:
        self.house = house
        _, self.openid = house.wechat.login_code(house.mini)
        self.token = house.token(self.openid)

    def call(self, method: str, path: str, **body: object) -> requests.Response:
        return requests.request(method, f"{self.house.url}/api/v1{path}", json=body or None, timeout=60,
                                headers={"Authorization": f"Bearer {self.token}"})

    @property
    def id(self) -> str:
        return str(self.call("GET", "/me").json()["id"])


def code_on(house: House, number: str) -> str:
    """The code of the SMS that reached the number."""
    found = re.search(r"(?<!\d)\d{6}(?!\d)", house.wechat.sms(f"+86{number}", wait_seconds=10)[-1]["text"])
    assert found
    return found[0]


def test_a_phone_shown_at_both_doors_makes_one_person(house: House) -> None:
    number = str(next(_numbers))
    alice = Caller(house)
    alice.call("PATCH", "/me", name="爱丽丝")
    shown = alice.call("POST", "/me/phone", code=house.wechat.phone_code(alice.openid, number, house.mini))
    assert (shown.status_code, shown.json()["phone"]) == (200, f"{number[:3]}****{number[-4:]}"), shown.text
    openid = follower(house, "小爱")
    assert number[-4:] in reply(house.wechat.say(openid, f"绑定 {number}"))
    assert "同一个人：爱丽丝" in reply(house.wechat.say(openid, f"验证 {code_on(house, number)}"))
    assert "现在有" in reply(house.wechat.say(openid, "谁在"))
    witness = house.phone("见证同人")
    witness.enter(house.hall)
    house.wechat.say(openid, "两边都是我")
    witness.wait_for_text(house.hall, "两边都是我")
    heard = next(entry for entry in witness.entries(house.hall) if entry.get("body", {}).get("text") == "两边都是我")
    assert heard["from"]["id"] == alice.id


def test_an_sms_shows_a_phone_in_the_mini_program(house: House) -> None:
    number, bob = str(next(_numbers)), Caller(house)
    asked = bob.call("POST", "/me/sms", phone=f"+86 {number}")
    assert asked.json() == {"expires_in_seconds": 300, "retry_after_seconds": 60}, asked.text
    again = bob.call("POST", "/me/sms", phone=number)
    assert (again.status_code, again.json()["error"]["code"]) == (429, "rate_limited")
    done = bob.call("POST", "/me/sms/verify", code=code_on(house, number))
    assert (done.status_code, done.json()["merged"]) == (200, False)


@pytest.mark.parametrize("kind", ["used", "login", "unknown"])
def test_a_bad_code_of_wechat_is_told(house: House, kind: str) -> None:
    carol = Caller(house)
    code = "0" * 32
    if kind == "used":
        code = house.wechat.phone_code(carol.openid, str(next(_numbers)), house.mini)
        carol.call("POST", "/me/phone", code=code)
    elif kind == "login":
        code, _ = house.wechat.login_code(house.mini, carol.openid)
    refused = carol.call("POST", "/me/phone", code=code)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "bad_code")


def test_who_is_banned_by_the_organization_is_put_out_and_cannot_log_in(house: House) -> None:
    eve = Caller(house)
    with opened(Settings.from_environment(house.environ)) as store:
        steward = Actor(Person("s_steward", house.organization, "Steward", Door.CONSOLE), "owner")
        sanctions.ban(store, steward, house.organization, eve.id)
    assert eve.call("GET", "/me").status_code == 401
    with pytest.raises(requests.HTTPError, match="banned"):
        house.token(eve.openid)
