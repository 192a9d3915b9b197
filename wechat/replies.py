"""An answer in the form that the account wants: XML or JSON, and sealed where its pushes are."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from wechat import xml
from wechat.platform import crypto
from wechat.pushes import Push, PushAccount

SUCCESS = "success"
"""Ends the exchange without a word to the follower. Never encrypted."""


class Answer(NamedTuple):
    """The plain reply, kept for repetitions of the push; `text` empty means `success`."""

    text: str
    at: int
    """Seconds."""


class Rendered(NamedTuple):
    body: str
    content_type: str


NOTHING = Rendered(SUCCESS, "text/plain")


def render(account: PushAccount, push: Push, answer: Answer) -> Rendered:
    """The body of the HTTP answer."""
    if not answer.text:
        return NOTHING
    plain = _json(push, answer) if push.json else _xml(push, answer)
    if account.mode != "plain":
        plain = _sealed(account, push, plain, answer.at)
    return Rendered(plain, "application/json" if push.json else "application/xml")


def _xml(push: Push, answer: Answer) -> str:
    return (f"<xml><ToUserName>{xml.text(push.openid)}</ToUserName>"
            f"<FromUserName>{xml.text(push.account)}</FromUserName><CreateTime>{answer.at}</CreateTime>"
            f"<MsgType><![CDATA[text]]></MsgType><Content>{xml.text(answer.text)}</Content></xml>")


def _json(push: Push, answer: Answer) -> str:
    return msgspec.json.encode({"ToUserName": push.openid, "FromUserName": push.account, "CreateTime": answer.at,
                                "MsgType": "text", "Content": answer.text}).decode()


def _sealed(account: PushAccount, push: Push, plain: str, at: int) -> str:
    sealed = crypto.encrypt(account.aes_key, account.appid, plain.encode())
    signature = crypto.sign(account.token, str(at), push.nonce, sealed)
    if push.json:
        return msgspec.json.encode({"Encrypt": sealed, "MsgSignature": signature, "TimeStamp": at,
                                    "Nonce": push.nonce}).decode()
    return (f"<xml><Encrypt>{xml.text(sealed)}</Encrypt><MsgSignature>{xml.text(signature)}</MsgSignature>"
            f"<TimeStamp>{at}</TimeStamp><Nonce>{xml.text(push.nonce)}</Nonce></xml>")
