"""`/accounts`: the organization's accounts at WeChat. Secrets go in and never come out."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from console.asking import Ask, In, Out, given
from rooms import accounts
from rooms.accounts import Account, Kind, Mode
from rooms.errors import Code, Refused
from wechat.platform.client import CallFailed
from wechat.platform.token import Credentials, stable_token

Secret = Annotated[str, Meta(max_length=128)]


class AccountView(Out):
    """`callback_url` is what WeChat's page asks for; null until TEAHOUSE_PUBLIC_URL says by which address the house
    is reached. Of the secrets only whether they are there."""

    appid: str
    kind: str
    mode: str
    data_format: str
    original_id: str
    has_secret: bool
    has_token: bool
    has_aes_key: bool
    callback_path: str
    callback_url: str | None
    created_at: int


class Accounts(Out):
    accounts: list[AccountView]


class NewAccount(In):
    appid: Annotated[str, Meta(max_length=64)]
    kind: Kind
    secret: Secret
    token: Secret = ""
    aes_key: Secret = ""
    mode: Mode = Mode.PLAIN
    original_id: Annotated[str, Meta(max_length=64)] = ""


class EditAccount(In):
    """What is left out stays."""

    secret: Secret | UnsetType = UNSET
    token: Secret | UnsetType = UNSET
    aes_key: Secret | UnsetType = UNSET
    mode: Mode | UnsetType = UNSET
    original_id: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET


class Check(Out):
    """`advice` says what to do where it is not `ok`."""

    name: str
    ok: bool
    told: str
    advice: str


class SelfTest(Out):
    checks: list[Check]


ADVICE = {40013: "WeChat does not know this appid: compare it with the platform's page",
          40125: "the secret is wrong: enter it again", 40001: "the secret is wrong: enter it again",
          40164: "put this house's outgoing address on the account's IP whitelist"}


def listed(ask: Ask) -> Accounts:
    return Accounts(accounts=[_view(ask, one) for one in accounts.of_organization(ask.store, ask.organization)])


def make(ask: Ask, body: NewAccount) -> AccountView:
    accounts.add(ask.store, ask.organization, body.appid, body.kind, body.secret, body.token, body.aes_key, body.mode,
                 body.original_id, by=ask.actor)
    return _view(ask, find(ask, body.appid))


def edit(ask: Ask, appid: str, body: EditAccount) -> AccountView:
    find(ask, appid)
    changed = given(body)
    if "original_id" in changed:
        changed["gh_id"] = changed.pop("original_id")
    accounts.change(ask.store, ask.actor, appid, **changed)
    return _view(ask, find(ask, appid))


def self_test(ask: Ask, appid: str) -> SelfTest:
    """Asks WeChat for a token with these credentials, and looks whether pushes could be understood."""
    account = find(ask, appid)
    encrypted = account.mode != Mode.PLAIN
    keys = bool(account.token) and (not encrypted or bool(account.aes_key))
    return SelfTest(checks=[
        _credentials(ask, account),
        Check(name="callback", ok=keys, told=f"{account.mode} mode", advice="" if keys else
              "enter the token, and in compatible or safe mode the key, as on WeChat's page"),
        Check(name="address", ok=ask.settings.public_url is not None, told=ask.settings.public_url or "",
              advice="" if ask.settings.public_url else "set TEAHOUSE_PUBLIC_URL to the address that WeChat reaches")])


def find(ask: Ask, appid: str) -> Account:
    for one in accounts.of_organization(ask.store, ask.organization):
        if one.appid == appid:
            return one
    raise Refused(Code.NOT_FOUND)


def _credentials(ask: Ask, account: Account) -> Check:
    try:
        stable_token(ask.settings.wechat_api_url, Credentials(account.appid, account.secret))
    except CallFailed as failed:
        advice = ADVICE.get(failed.errcode or 0, "look the number up in WeChat's documents" if failed.errcode else
                            "see that this house reaches WeChat")
        return Check(name="credentials", ok=False, told=str(failed)[:200], advice=advice)
    return Check(name="credentials", ok=True, told="WeChat gives a token", advice="")


def _view(ask: Ask, one: Account) -> AccountView:
    path, public = f"/wechat/{one.appid}", ask.settings.public_url
    return AccountView(
        appid=one.appid, kind=one.kind, mode=one.mode, data_format=one.data_format, original_id=one.gh_id,
        has_secret=bool(one.secret), has_token=bool(one.token), has_aes_key=bool(one.aes_key), callback_path=path,
        callback_url=public + path if public else None, created_at=one.created_at)
