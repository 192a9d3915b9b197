"""What WeChat would send and read, made here with wechatpy and hashlib, so that our own crypto is not its own judge."""

from __future__ import annotations

import hashlib
import itertools
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import xmltodict
from flask import Flask
from flask.testing import FlaskClient
from wechatpy.crypto import WeChatCrypto

from rooms.accounts import Account
from rooms.store import Store
from settings import Settings
from tests.cast import Cast
from wechat import callback

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TOKEN = "AAAAA"
GH = "gh_teahouse"
_numbers = itertools.count(24_000_000_000_000_000)


def official(organization: str = "o_x", **changes: Any) -> Account:
    usual = {"appid": f"wx{secrets.token_hex(8)}", "organization": organization, "kind": "official_account",
             "gh_id": GH, "secret": "official-secret", "token": TOKEN, "aes_key": KEY, "mode": "plain",
             "data_format": "xml", "created_at": 0}
    return Account(**{**usual, **changes})


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def xml(fields: dict[str, Any]) -> str:
    inside = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return f"<xml>{inside}</xml>"


@dataclass
class WeChat:
    """WeChat's server for one account, in front of our test client."""

    client: FlaskClient
    account: Account
    last: tuple[dict[str, str], bytes] = field(default_factory=lambda: ({}, b""))

    def fields(self, openid: str, **fields: Any) -> dict[str, Any]:
        usual = {"ToUserName": GH, "FromUserName": openid, "CreateTime": int(time.time()), "MsgType": "text"}
        if "Event" in fields:
            usual["MsgType"] = "event"
        elif "MsgId" not in fields:
            usual["MsgId"] = next(_numbers)
        return {**usual, **fields}

    def request(self, fields: dict[str, Any], at: int | None = None) -> tuple[dict[str, str], bytes]:
        plain = json.dumps(fields, ensure_ascii=False) if self.account.data_format == "json" else xml(fields)
        return self.wrap(plain, at)

    def wrap(self, plain: str, at: int | None = None) -> tuple[dict[str, str], bytes]:
        timestamp, nonce = str(at or int(time.time())), secrets.token_hex(4)
        query = {"signature": signature(self.account.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce,
                 "openid": "whoever"}
        if self.account.mode == "plain":
            return query, plain.encode()
        crypto = WeChatCrypto(self.account.token, self.account.aes_key, self.account.appid)
        told = xmltodict.parse(crypto.encrypt_message(plain, nonce, timestamp))["xml"]
        query |= {"encrypt_type": "aes", "msg_signature": told["MsgSignature"]}
        sealed = {"ToUserName": GH, "Encrypt": told["Encrypt"]}
        return query, (json.dumps(sealed) if self.account.data_format == "json" else xml(sealed)).encode()

    def post(self, query: dict[str, str], body: bytes, **more: Any) -> Any:
        self.last = (query, body)
        return self.client.post(f"/wechat/{self.account.appid}", query_string=query, data=body, **more)

    def push(self, openid: str, **fields: Any) -> str:
        """One push; the text of the answer, or "" for `success`."""
        return self.read(self.post(*self.request(self.fields(openid, **fields))))

    def say(self, openid: str, text: str) -> str:
        return self.push(openid, Content=text)

    def again(self) -> str:
        return self.read(self.post(*self.last))

    def read(self, answer: Any) -> str:
        """The text of an answer as WeChat would show it."""
        assert answer.status_code == 200, (answer.status_code, answer.data)
        body: str = answer.get_data(as_text=True)
        if body in ("success", ""):
            return ""
        told = self._opened(body)
        assert told["FromUserName"] == GH
        assert told["MsgType"] == "text"
        text: str = told["Content"]
        assert len(text.encode()) <= 2048
        return text

    def _opened(self, body: str) -> Any:
        json_form = self.account.data_format == "json"
        told = json.loads(body) if json_form else xmltodict.parse(body, strip_whitespace=False)["xml"]
        if self.account.mode == "plain":
            return told
        crypto = WeChatCrypto(self.account.token, self.account.aes_key, self.account.appid)
        plain = crypto.decrypt_message({"Encrypt": told["Encrypt"]}, told["MsgSignature"], str(told["TimeStamp"]),
                                       told["Nonce"])
        return json.loads(plain) if json_form else xmltodict.parse(plain, strip_whitespace=False)["xml"]


@dataclass
class Stage:
    """A store, the callback's app, and one organization with the room 茶馆 and its channels 大厅 and 闲聊."""

    store: Store
    settings: Settings
    cast: Cast
    hall: str
    chat: str
    app: Flask

    def wechat(self, **account: Any) -> WeChat:
        """WeChat for a fresh account of the organization."""
        from rooms import accounts

        made = official(self.cast.organization, **account)
        accounts.add(self.store, made.organization, made.appid, made.kind, made.secret, made.token, made.aes_key,
                     made.mode, made.gh_id, made.data_format)
        return WeChat(self.app.test_client(), made)


def set_stage(store: Store, **environ: str) -> Stage:
    settings = Settings.from_environment({
        "TEAHOUSE_SECRET_KEY": "k" * 32, "REDIS_URL": "redis://127.0.0.1:1/0", "DATABASE_URL": "sqlite:////tmp/none.db",
        **environ})
    cast = Cast(store, name="茶馆", name_key="茶馆")
    hall, chat = cast.channel("大厅"), cast.channel("闲聊", position=1)
    app = Flask("test")
    app.testing = True
    app.register_blueprint(callback.blueprint(store, settings))
    return Stage(store, settings, cast, hall, chat, app)


def openid() -> str:
    return f"o{secrets.token_hex(13)}A"
