"""Access tokens: the classic chain, and the stable token that lives apart from it."""

from tests.sandbox.conftest import Api
from tests.sandbox_client import OFFICIAL, Sandbox, official_account


def test_every_call_gives_a_new_token_and_the_one_before_lives_five_minutes(wechat: Sandbox, api: Api) -> None:
    first, second = api.token(), api.token()
    assert first != second
    assert (api.works(first), api.works(second)) == (0, 0)
    wechat.advance(299)
    assert api.works(first) == 0
    wechat.advance(2)
    assert (api.works(first), api.works(second)) == (40001, 0)


def test_a_token_expires_after_two_hours(wechat: Sandbox, api: Api) -> None:
    token = api.token()
    wechat.advance(7190)
    assert api.works(token) == 0
    wechat.advance(20)
    assert api.works(token) == 42001


def test_the_stable_token_is_the_same_for_everybody_until_its_last_five_minutes(wechat: Sandbox, api: Api) -> None:
    first = api.stable()
    assert first["expires_in"] == 7200
    wechat.advance(6800)
    assert api.stable()["access_token"] == first["access_token"]
    wechat.advance(150)
    second = api.stable()["access_token"]
    assert second != first["access_token"]
    assert (api.works(first["access_token"]), api.works(second)) == (0, 0)


def test_the_two_kinds_of_token_do_not_touch_each_other(wechat: Sandbox, api: Api) -> None:
    stable, classic = api.stable()["access_token"], api.token()
    api.stable(force_refresh=True)
    api.token()
    assert (api.works(stable), api.works(classic)) == (40001, 0)


def test_forcing_kills_the_old_token_but_not_twice_within_thirty_seconds(wechat: Sandbox, api: Api) -> None:
    first = api.stable()["access_token"]
    second = api.stable(force_refresh=True)["access_token"]
    assert api.works(first) == 40001
    assert api.stable(force_refresh=True)["access_token"] == second
    wechat.advance(31)
    assert api.stable(force_refresh=True)["access_token"] != second


def test_forcing_works_twenty_times_a_day(wechat: Sandbox, api: Api) -> None:
    api.stable()
    seen = set()
    for _ in range(25):
        wechat.advance(31)
        seen.add(api.stable(force_refresh=True)["access_token"])
    assert len(seen) <= 21  # midnight in Shanghai may lie between
    assert len(seen) >= 20


def test_classic_tokens_are_counted_against_two_thousand_a_day(wechat: Sandbox, api: Api) -> None:
    api.token()
    order = {"cgi_path": "/cgi-bin/token"}
    quota = api.post("/cgi-bin/openapi/quota/get", order, access_token=api.token()).json()["quota"]
    assert quota["daily_limit"] == 2000
    assert quota["used"] == 2


def test_an_address_outside_the_whitelist_gets_no_token(wechat: Sandbox, api: Api) -> None:
    wechat.add_account(**official_account(ip_whitelist=["10.0.0.9"]))
    query = {"grant_type": "client_credential", "appid": OFFICIAL, "secret": "official-secret"}
    answer = api.get("/cgi-bin/token", **query).json()
    assert answer["errcode"] == 40164
    assert "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist rid: " in answer["errmsg"]
    assert api.stable()["errcode"] == 40164


def test_the_appid_is_judged_before_the_grant_and_the_grant_before_the_secret(wechat: Sandbox, api: Api) -> None:
    def code(**query: str) -> int:
        found: int = api.get("/cgi-bin/token", **query).json()["errcode"]
        return found

    assert code(grant_type="wrong") == 41002
    assert code(grant_type="wrong", appid="wx1") == 40013
    assert code(grant_type="wrong", appid=OFFICIAL) == 40002
    assert code(grant_type="client_credential", appid=OFFICIAL) == 41004
    assert code(grant_type="client_credential", appid=OFFICIAL, secret="x") == 40125
