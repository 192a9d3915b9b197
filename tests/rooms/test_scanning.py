"""Signing in by a scanned code: once, for the browser that asked, for the WeChat that was linked before and that says
yes."""

from __future__ import annotations

import dataclasses

import pytest

from rooms import accounts, browsers, ids, orgs, scanning, sessions
from rooms.errors import Code
from rooms.permissions import StaffRole
from rooms.scanning import Begun, Outcome, Seen, Step
from rooms.sessions import Signed
from rooms.store import Store
from tests.cast import Cast, StandingClock
from tests.refusal import refusal

OPENID = "o_linked"
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36"


@pytest.fixture
def signed(store: Store) -> Signed:
    cast = Cast(store)
    appid = ids.new("x")
    accounts.add(store, cast.organization, appid, "official_account", "s3cret")
    email = f"{ids.new('x')}@example.com"
    account = orgs.add_staff(store, cast.organization, email, StaffRole.OWNER, "a password for tests")
    found = sessions.look(store, sessions.begin(store, account, "127.0.0.1", "tests"))
    assert found is not None
    return found


def scan(store: Store, code: Begun, openid: str = OPENID) -> Outcome:
    found = scanning.scanned(store, code.account.appid, openid, f"qrscene_{code.scene}")
    assert found is not None
    return found[0]


def reply(store: Store, code: Begun, number: str, openid: str = OPENID) -> Outcome:
    return scanning.answered(store, code.account.appid, openid, f"qrscene_{code.scene}", number)


def shown(store: Store, code: Begun) -> Seen:
    return scanning.opened(store, code.scene, code.secret)


def link(store: Store, signed: Signed) -> str:
    """The Official Account in which their WeChat is linked now."""
    code = scanning.begin(store, "", "10.0.0.1", AGENT, signed)
    assert scanning.link(store, signed, code.scene, code.secret).step is Step.WAITING
    assert scan(store, code) is Outcome.ASKED
    seen = scanning.link(store, signed, code.scene, code.secret)
    assert seen.step is Step.ASKED
    assert scanning.linked(store, signed.id) is None
    assert reply(store, code, seen.number) is Outcome.LINKS
    assert scanning.link(store, signed, code.scene, code.secret).step is Step.AGREED
    assert refusal(scanning.link, store, signed, code.scene, code.secret) is Code.EXPIRED
    return code.account.appid


def test_who_sends_back_the_number_lets_their_own_browser_in_once(store: Store, signed: Signed) -> None:
    code = scanning.begin(store, link(store, signed), "10.0.0.2", AGENT)
    assert shown(store, code) == Seen(Step.WAITING)
    assert scan(store, code) is Outcome.ASKED
    assert scan(store, code, "o_other") is Outcome.OVER
    assert refusal(scanning.opened, store, code.scene, "another browser") is Code.EXPIRED
    seen = shown(store, code)
    assert seen.step is Step.ASKED
    assert reply(store, code, seen.number, "o_other") is Outcome.OVER
    assert reply(store, code, seen.number) is Outcome.SIGNS_IN
    assert shown(store, code) == Seen(Step.AGREED, "", signed.id)
    assert scanning.spend(store, code.scene)
    assert not scanning.spend(store, code.scene)
    assert refusal(scanning.opened, store, code.scene, code.secret) is Code.EXPIRED


@pytest.mark.parametrize(("answer", "told"), [("", Outcome.DENIED), ("100", Outcome.WRONG), ("0", Outcome.WRONG)])
def test_scanning_a_code_that_somebody_sent_on_opens_nothing(
        store: Store, signed: Signed, answer: str, told: Outcome) -> None:
    """The right number does not help after another: there is one try."""
    code = scanning.begin(store, link(store, signed), "10.0.0.3", AGENT)
    assert scan(store, code) is Outcome.ASKED
    number = shown(store, code).number
    assert reply(store, code, answer) is told
    assert shown(store, code) == Seen(Step.DENIED)
    assert reply(store, code, number) is Outcome.OVER
    assert scan(store, code) is Outcome.OVER
    assert shown(store, code) == Seen(Step.DENIED)


def test_who_scans_is_told_which_browser_asks_and_for_what(store: Store, signed: Signed) -> None:
    code = scanning.begin(store, "", "10.0.0.4", AGENT, signed)
    found = scanning.scanned(store, code.account.appid, OPENID, code.scene)
    assert found is not None
    browser = found[1]
    assert browser is not None
    assert (browser.name, browser.address, browser.links) == ("Chrome 142 · Windows", "10.0.0.4", signed.email)


def test_a_stranger_is_asked_nothing(store: Store, signed: Signed) -> None:
    appid = link(store, signed)
    scanning.unlink(store, signed)
    code = scanning.begin(store, appid, "10.0.0.5", AGENT)
    assert scan(store, code) is Outcome.STRANGER
    assert shown(store, code) == Seen(Step.STRANGER)


def test_a_code_of_another_account_is_over_and_one_of_a_room_is_none_of_ours(store: Store, signed: Signed) -> None:
    code = scanning.begin(store, "", "10.0.0.6", AGENT, signed)
    assert scanning.scanned(store, "wx_other", OPENID, code.scene) == (Outcome.OVER, None)
    assert scanning.answered(store, "wx_other", OPENID, code.scene, "42") is Outcome.OVER
    assert scanning.scanned(store, code.account.appid, OPENID, "r_abc.0.x") is None
    assert refusal(scanning.opened, store, code.scene, code.secret) is Code.EXPIRED  # it is to link, not to sign in


def test_who_asks_for_too_many_codes_takes_none_from_other_organizations_or_from_who_is_signed_in(
        store: Store, signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    store = dataclasses.replace(store, clock=StandingClock(store.clock.now()))
    monkeypatch.setattr(scanning, "OF_ONE", 2)
    monkeypatch.setattr(scanning, "OF_AN_ACCOUNT", 3)
    other = accounts.add(store, Cast(store).organization, ids.new("x"), "official_account", "s3cret")
    appid = link(store, signed)
    for address in ("10.1.0.1", "10.1.0.1", "10.1.0.2"):
        scanning.begin(store, appid, address, AGENT)
    assert refusal(scanning.begin, store, other, "10.1.0.1", AGENT) is Code.RATE_LIMITED
    assert refusal(scanning.begin, store, appid, "10.1.0.3", AGENT) is Code.RATE_LIMITED
    assert scanning.begin(store, other, "10.1.0.3", AGENT).account.appid == other
    assert scanning.begin(store, "", "10.1.0.1", AGENT, signed).account.appid == appid


@pytest.mark.parametrize(("agent", "called"), [
    (AGENT, "Chrome 142 · Windows"), ("", ""), ("<script>alert(1)</script> Windows", "Windows"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
     "Safari 18 · iPhone"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140 · Linux")])
def test_a_browser_is_called_as_people_call_it(agent: str, called: str) -> None:
    assert browsers.called(agent) == called
