"""The token and the key are exchanged while WeChat goes on pushing."""

from __future__ import annotations

from rooms import accounts
from tests.wechat.mei import Mei
from tests.wechat.stage import Stage, WeChat

OTHER_KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq"


def test_both_the_old_and_the_new_are_taken_and_each_is_answered_in_its_own(stage: Stage) -> None:
    old = stage.wechat(mode="safe")
    accounts.rotate(stage.store, old.account.appid, token="BBBBB", aes_key=OTHER_KEY)
    new = WeChat(old.client, old.account._replace(token="BBBBB", aes_key=OTHER_KEY))
    for wechat in (old, new, old):
        assert "聊天室" in Mei(stage, wechat).say("帮助")
        assert wechat.client.get(f"/wechat/{old.account.appid}", query_string={
            **wechat.wrap("<xml/>")[0], "echostr": "42"}).get_data(as_text=True) == "42"


def test_the_old_ones_end(stage: Stage) -> None:
    old = stage.wechat(mode="safe")
    accounts.rotate(stage.store, old.account.appid, token="BBBBB", hours=0)
    query, body = old.request(old.fields("o_mei", Content="帮助"))
    assert old.post(query, body).status_code == 403


def test_what_is_not_given_stays(stage: Stage) -> None:
    old = stage.wechat()
    accounts.rotate(stage.store, old.account.appid, secret="another-secret")
    known = accounts.of(stage.store, old.account.appid)
    assert known is not None
    assert (known.secret, known.token) == ("another-secret", old.account.token)
    assert "聊天室" in Mei(stage, old).say("帮助")
