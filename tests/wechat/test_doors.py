"""A follower's phone, and rooms where somebody has to say yes, as the follower reads it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest

from rooms import accounts, doors, identities, ids, invitations, members, phones, requests
from rooms.authority import Actor
from rooms.doors import Ways
from tests.cast import opened
from tests.sandbox_client import Sandbox
from tests.wechat.stage import Stage, openid, set_stage

_numbers = itertools.count(15_500_000_000)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, sandbox: Sandbox) -> Stage:
    return set_stage(opened(request), TEAHOUSE_SMS_PROVIDER="sandbox", TEAHOUSE_SMS_API_URL=sandbox.url)


class Mei:
    """A follower, and the phone on which her SMS arrive."""

    def __init__(self, stage: Stage, sandbox: Sandbox) -> None:
        self.stage, self.sandbox, self.wechat, self.openid = stage, sandbox, stage.wechat(), openid()
        self.number = str(next(_numbers))

    def say(self, text: str) -> str:
        return self.wechat.say(self.openid, text)

    @property
    def user(self) -> str:
        return identities.follower(self.stage.store, self.wechat.account, self.openid).id

    def code(self) -> str:
        text = self.sandbox.sms(f"+86{self.number}")[-1]["text"]
        found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
        assert found
        return found[0]


@pytest.fixture
def mei(stage: Stage, sandbox: Sandbox) -> Mei:
    return Mei(stage, sandbox)


def test_a_follower_binds_her_phone(mei: Mei) -> None:
    number = mei.number
    assert f"{number[:3]}****{number[-4:]}" in mei.say(f"绑定 +86 {number[:3]}-{number[3:]}")
    code = mei.code()
    assert "还可以试 4 次" in mei.say(f"验证 {(int(code) + 1) % 1_000_000:06}")
    assert "已验证" in mei.say(f"验证 {code}")
    assert phones.of(mei.stage.store, mei.user) == phones.masked(f"+86{number}")
    assert "没有有效的验证码" in mei.say(f"验证 {code}")


def test_a_second_sms_has_to_wait_and_the_answer_says_so(mei: Mei) -> None:
    mei.say(f"绑定 {mei.number}")
    assert "60 秒后" in mei.say(f"绑定 {mei.number}")
    assert "没有有效的验证码" in Mei(mei.stage, mei.sandbox).say("验证 123456")


def test_the_same_phone_in_the_mini_program_makes_her_one_person(mei: Mei, stage: Stage) -> None:
    appid = f"wx{ids.new('x')[2:]}"
    accounts.add(stage.store, stage.cast.organization, appid, "mini_program", "secret", "token123")
    account = accounts.of(stage.store, appid)
    assert account is not None
    person = identities.rename(stage.store, identities.sign_in(stage.store, account, "mei_mini"), "小美")
    phones.bind(stage.store, person, f"+86{mei.number}")
    mei.say("加入 茶馆")
    before = mei.user
    mei.say(f"绑定 {mei.number}")
    assert "同一个人：小美" in mei.say(f"验证 {mei.code()}")
    assert mei.user == person.id != before
    assert mei.say("还是我") == "", "she is heard where she was"


def test_who_knocks_is_told_how_it_stands(mei: Mei, stage: Stage) -> None:
    room = stage.cast.add_room(name="密室", name_key="密室", by_request=True)
    stage.cast.channel("里间", room)
    owner = Actor(stage.cast.person("Olga"))
    members.set_role(stage.store, room, owner.person.id, "owner")
    for _ in range(2):
        assert "已经替你申请" in mei.say("加入 密室")
    requests.answer(stage.store, owner, room, mei.user, yes=False, reason="人满了")
    assert "没有同意你加入：人满了" in mei.say("加入 密室")
    other = Mei(stage, mei.sandbox)
    other.say("加入 密室")
    requests.answer(stage.store, owner, room, other.user, yes=True)
    assert "你在密室" in other.say("加入 密室")


def test_an_invitation_leads_into_a_private_room(mei: Mei, stage: Stage) -> None:
    room = stage.cast.add_room(name="后院", name_key="后院", private=True)
    stage.cast.channel("井边", room)
    owner = Actor(stage.cast.person("Olga"))
    members.set_role(stage.store, room, owner.person.id, "owner")
    code = invitations.make(stage.store, owner, room).code
    assert "没有叫" in mei.say("加入 后院")
    assert "你在后院的【井边】" in mei.say(f"加入 {code}")
    assert "没有找到" in Mei(stage, mei.sandbox).say(f"加入 {code}")


def test_a_room_that_wants_a_phone_says_how_to_show_one(mei: Mei, stage: Stage) -> None:
    room = stage.cast.add_room(name="实名", name_key="实名")
    stage.cast.channel("实名大厅", room)
    owner = Actor(stage.cast.person("Olga"))
    members.set_role(stage.store, room, owner.person.id, "owner")
    doors.change(stage.store, owner, room, Ways(verified=True))
    assert "绑定 手机号" in mei.say("加入 实名")
    mei.say(f"绑定 {mei.number}")
    mei.say(f"验证 {mei.code()}")
    assert "你在实名" in mei.say("加入 实名")
