"""A follower scans a code of the console: scanning alone lets nobody in."""

from __future__ import annotations

import pytest

from rooms import accounts, ids, orgs, scanning, sessions
from rooms.permissions import StaffRole
from rooms.scanning import Begun, Step
from rooms.sessions import Signed
from tests.wechat.mei import Mei, heard
from tests.wechat.stage import Stage

AGENT = "Mozilla/5.0 (Windows NT 10.0) Chrome/142.0.0.0 Safari/537.36"


@pytest.fixture
def signed(stage: Stage) -> Signed:
    """A colleague of the house that Mei follows."""
    email = f"{ids.new('x')}@example.com"
    account = orgs.add_staff(stage.store, stage.cast.organization, email, StaffRole.ADMIN, "a password for tests")
    found = sessions.look(stage.store, sessions.begin(stage.store, account, "127.0.0.1", "tests"))
    assert found is not None
    return found


def asked_for(stage: Stage, mei: Mei, signed: Signed | None = None) -> Begun:
    return scanning.begin(stage.store, mei.wechat.account.appid, "203.0.113.7", AGENT, signed)


def shown(stage: Stage, code: Begun) -> scanning.Seen:
    return scanning.opened(stage.store, code.scene, code.secret)


@pytest.fixture
def linked(stage: Stage, mei: Mei, signed: Signed) -> Signed:
    code = asked_for(stage, mei, signed)
    assert signed.email in mei.scan(code.scene)
    number = scanning.link(stage.store, signed, code.scene, code.secret).number
    assert "关联上了" in mei.say(number)
    assert scanning.link(stage.store, signed, code.scene, code.secret).step is Step.AGREED
    return signed


def test_the_number_lets_the_browser_in_and_is_not_said_aloud(stage: Stage, mei: Mei, linked: Signed) -> None:
    mei.say("加入 茶馆")
    code = asked_for(stage, mei)
    question = mei.scan(code.scene)
    assert "Chrome 142 · Windows" in question
    assert "203.0.113.7" in question
    number, said = shown(stage, code).number, heard(stage, stage.hall)
    wide = number.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    assert "可以登录" in mei.say(f"{wide}。")
    assert shown(stage, code) == (Step.AGREED, "", linked.id)
    assert heard(stage, stage.hall) == said


def test_no_is_an_answer_too_in_both_languages(stage: Stage, mei: Mei, linked: Signed) -> None:
    code = asked_for(stage, mei)
    mei.scan(code.scene)
    assert "没有放行" in mei.say("不是我")
    assert shown(stage, code).step is Step.DENIED
    mei.say("help")
    code = asked_for(stage, mei)
    assert "Somebody wants to sign in to the console as you" in mei.scan(code.scene)
    assert "Nobody was let in" in mei.say("No")
    assert shown(stage, code).step is Step.DENIED


def test_what_is_no_answer_is_said_as_ever_and_lets_nobody_in(stage: Stage, mei: Mei, linked: Signed) -> None:
    mei.say("加入 茶馆")
    code = asked_for(stage, mei)
    mei.scan(code.scene)
    mei.say("大家好")
    assert any("大家好" in frame for frame in heard(stage, stage.hall))
    assert shown(stage, code).step is Step.ASKED
    mei.say(shown(stage, code).number)
    assert shown(stage, code).step is Step.ASKED  # the question was forgotten: the code has to be scanned again


def test_a_code_of_another_house_s_account_is_over(stage: Stage, mei: Mei, linked: Signed) -> None:
    other = ids.new("x")
    accounts.add(stage.store, stage.cast.organization, other, "official_account", "s3cret")
    code = scanning.begin(stage.store, other, "203.0.113.7", AGENT)
    assert "失效" in mei.scan(code.scene)
    assert shown(stage, code).step is Step.WAITING
