"""Signing in by a scanned code: once, for the browser that asked, for the WeChat that was linked before."""

from __future__ import annotations

import pytest

from rooms import accounts, ids, orgs, scanning, sessions
from rooms.errors import Code
from rooms.sessions import Signed
from rooms.store import Store
from tests.cast import Cast
from tests.refusal import refusal

OPENID = "o_linked"


@pytest.fixture
def signed(store: Store) -> Signed:
    cast = Cast(store)
    appid = ids.new("x")
    accounts.add(store, cast.organization, appid, "official_account", "s3cret")
    email = f"{ids.new('x')}@example.com"
    account = orgs.add_staff(store, cast.organization, email, orgs.Role.OWNER, "a password for tests")
    found = sessions.look(store, sessions.begin(store, account, "127.0.0.1", "tests"))
    assert found is not None
    return found


def test_a_linked_wechat_opens_its_account_once_and_only_in_the_browser_that_asked(
        store: Store, signed: Signed) -> None:
    asked = scanning.begin(store, "", "10.0.0.1", signed)
    assert not scanning.link(store, signed, asked.scene, asked.secret)
    appid = asked.account.appid
    assert scanning.scanned(store, appid, OPENID, f"qrscene_{asked.scene}") == (scanning.LINKED, "10.0.0.1")
    assert scanning.link(store, signed, asked.scene, asked.secret)
    assert refusal(scanning.opened, store, asked.scene, asked.secret) is Code.EXPIRED

    code = scanning.begin(store, appid, "10.0.0.2")
    assert scanning.opened(store, code.scene, code.secret) == ""
    assert scanning.scanned(store, appid, OPENID, code.scene) == (scanning.SIGNS_IN, "10.0.0.2")
    assert scanning.scanned(store, appid, "o_other", code.scene) == (scanning.OVER, "")
    assert refusal(scanning.opened, store, code.scene, "another browser") is Code.EXPIRED
    assert scanning.opened(store, code.scene, code.secret) == signed.id
    assert scanning.spend(store, code.scene)
    assert not scanning.spend(store, code.scene)
    assert refusal(scanning.opened, store, code.scene, code.secret) is Code.EXPIRED

    scanning.unlink(store, signed)
    stranger = scanning.begin(store, appid, "10.0.0.3")
    assert scanning.scanned(store, appid, OPENID, stranger.scene) == (scanning.STRANGER, "10.0.0.3")
    assert refusal(scanning.opened, store, stranger.scene, stranger.secret) is Code.NOT_FOUND


def test_a_code_of_another_account_is_over_and_one_of_a_room_is_none_of_ours(store: Store, signed: Signed) -> None:
    code = scanning.begin(store, "", "10.0.0.4", signed)
    assert scanning.scanned(store, "wx_other", OPENID, code.scene) == (scanning.OVER, "")
    assert scanning.scanned(store, code.account.appid, OPENID, "r_abc.0.x") is None
