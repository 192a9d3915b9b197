"""What WeChat calls a follower everywhere is asked for, and makes them one person with whom it calls the same."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from rooms import accounts, identities, orgs
from rooms.store import Store
from tests.cast import opened
from tests.sandbox_client import MINI, OFFICIAL, Sandbox, mini_program, official_account
from wechat import unionids


@pytest.fixture(scope="module")
def store(request: pytest.FixtureRequest) -> Store:
    store = opened(request)
    organization = orgs.add(store, "茶馆")
    accounts.add(store, organization, OFFICIAL, "official_account", "official-secret", "token123")
    accounts.add(store, organization, MINI, "mini_program", "mini-secret", "token123")
    return store


@pytest.fixture(scope="module")
def wechat() -> Iterator[Sandbox]:
    with Sandbox([official_account(), mini_program()]) as sandbox:
        yield sandbox


def account(store: Store, appid: str) -> accounts.Account:
    found = accounts.of(store, appid)
    assert found is not None
    return found


def learn(store: Store, wechat: Sandbox) -> int:
    return unionids.learn(store, SimpleNamespace(wechat_api_url=wechat.url))  # type: ignore[arg-type]


def test_a_follower_is_found_to_be_somebody_of_the_mini_program(store: Store, wechat: Sandbox) -> None:
    alice = identities.sign_in(store, account(store, MINI), "alice_mini", "union_alice")
    openid, other = (wechat.follower(unionid=union, follow=False) for union in ("union_alice", None))
    before = {name: identities.follower(store, account(store, OFFICIAL), name).id for name in (openid, other)}
    wechat.post(f"/followers/{openid}/follow", {})
    assert learn(store, wechat) == 1
    assert identities.follower(store, account(store, OFFICIAL), openid).id == alice.id != before[openid]
    assert identities.follower(store, account(store, OFFICIAL), other).id == before[other]
    assert learn(store, wechat) == 0


def test_what_could_not_be_asked_is_asked_again(store: Store, wechat: Sandbox) -> None:
    openid = wechat.follower(unionid="union_bob")
    identities.follower(store, account(store, OFFICIAL), openid)
    wechat.inject("/cgi-bin/user/info/batchget", http_status=502)
    store.live._hinted.clear()  # as a second later, or in another process
    assert learn(store, wechat) == 0
    assert learn(store, wechat) == 1


def test_an_account_that_may_not_ask_is_not_asked_for_ever(store: Store, wechat: Sandbox) -> None:
    openid = wechat.follower(unionid="union_carol")
    identities.follower(store, account(store, OFFICIAL), openid)
    wechat.inject("/cgi-bin/user/info/batchget", errcode=48001)
    assert learn(store, wechat) == 0
    assert store.live.hinted("unionid", 10) == []
