"""A request from WeChat, verified and opened into a `Push`, or `BadPush`. No I/O.

The order is: shape of the query, signature, age, decryption, parsing. An account in plain mode is signed over token,
time and nonce only; in safe and compatible mode the signature covers the cipher text and nothing but the deciphered
content is read, so whoever has merely seen a signed address can forge nothing there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import msgspec

from wechat.platform import crypto, hosting
from wechat.xml import NotXml, children
from wechat.xml import tree as xml_tree

BODY_BYTES = 64 * 1024
"""A push is a few KiB at most."""
ECHO_CHARACTERS = 256

_TIMESTAMP = re.compile(r"[0-9]{1,11}")
_NONCE = re.compile(r"[\x21-\x7e]{1,64}")
_SIGNATURE = re.compile(r"[0-9a-f]{40}")
_OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,50}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_json = msgspec.json.Decoder(dict[str, Any])


class PushAccount(Protocol):
    """What is needed of an account. `mode`: plain, compatible or safe; `data_format`: xml or json."""

    @property
    def appid(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def gh_id(self) -> str: ...
    @property
    def token(self) -> str: ...
    @property
    def aes_key(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def data_format(self) -> str: ...


class BadPush(Exception):
    """It is not answered. 400: its shape is wrong; 403: it is not from WeChat, or not for this account, or too old."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Query(NamedTuple):
    """The signed part of the address."""

    timestamp: str
    nonce: str
    signature: str
    msg_signature: str
    encrypted: bool


class Push(NamedTuple):
    """What WeChat tells us. `fields` are its top-level texts; `json` tells in which form the account pushes."""

    openid: str
    account: str
    kind: str
    fields: Mapping[str, str]
    json: bool
    nonce: str
    content: bytes = b""

    @property
    def tree(self) -> dict[str, Any]:
        """All of it, with what lies inside of fields; empty where that cannot be read."""
        try:
            found = _json.decode(self.content) if self.json else xml_tree(self.content)
        except (msgspec.DecodeError, NotXml, RecursionError):
            return {}
        return {name.strip(): value for name, value in found.items()}

    @property
    def event(self) -> str:
        """In lower case, because WeChat mixes them; empty for messages."""
        return self.fields.get("Event", "").lower() if self.kind == "event" else ""

    @property
    def text(self) -> str:
        return _UNPRINTABLE.sub("", self.fields.get("Content", ""))

    @property
    def id(self) -> str:
        """The same for every repetition of this push, and for no other push to this account."""
        message = self.fields.get("MsgId", "")
        if self.kind != "event" and _MESSAGE_ID.fullmatch(message):
            return message
        names = ("FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgId", "MsgID", "OpenID", "Content")
        told = "\0".join(self.fields.get(name, "") for name in names)
        if self.event.startswith("subscribe_msg"):  # several in a second differ only inside
            told += self.content.decode(errors="replace")
        return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def read_query(given: Mapping[str, list[str]]) -> Query:
    """Raises BadPush for anything missing, repeated or misshapen."""
    encrypted = _one(given, "encrypt_type", "raw") == "aes"
    query = Query(_one(given, "timestamp"), _one(given, "nonce"), _one(given, "signature", ""),
                  _one(given, "msg_signature", ""), encrypted)
    if not _TIMESTAMP.fullmatch(query.timestamp) or not _NONCE.fullmatch(query.nonce):
        raise BadPush(400)
    return query


def verify_address(account: PushAccount, query: Query, now: int, max_age_seconds: int) -> None:
    """For what is signed without a body. Raises BadPush(403)."""
    _verify(query.signature, account.token, query.timestamp, query.nonce)
    _not_old(query, now, max_age_seconds)


def echo(given: Mapping[str, list[str]]) -> str:
    text = _one(given, "echostr")
    if len(text) > ECHO_CHARACTERS:
        raise BadPush(400)
    return text


def open_push(account: PushAccount, query: Query, body: bytes, now: int, max_age_seconds: int) -> Push:
    """Raises BadPush. `now` in ms; `max_age_seconds` 0 means any age."""
    if len(body) > BODY_BYTES:
        raise BadPush(400)
    if account.mode == "plain":
        if query.encrypted:
            raise BadPush(403)
        verify_address(account, query, now, max_age_seconds)
        return _read(account, body, query.nonce)
    return _read(account, _unseal(account, query, body, now, max_age_seconds), query.nonce)


def open_inner(account: PushAccount, body: bytes) -> Push | None:
    """One that came by an inner line (see `platform.hosting`); None for a trial of the address. Raises BadPush."""
    fields, _ = _fields(account, body)
    return None if fields == hosting.CHECK else _read(account, body, "")


def _unseal(account: PushAccount, query: Query, body: bytes, now: int, max_age_seconds: int) -> bytes:
    if not query.encrypted:
        raise BadPush(403)
    sealed = _fields(account, body)[0].get("Encrypt", "")
    if not sealed:
        raise BadPush(403)
    _verify(query.msg_signature, account.token, query.timestamp, query.nonce, sealed)
    _not_old(query, now, max_age_seconds)
    try:
        return crypto.decrypt(account.aes_key, account.appid, sealed)
    except crypto.Rejected:
        raise BadPush(403) from None


def _verify(signature: str, *parts: str) -> None:
    try:
        if not _SIGNATURE.fullmatch(signature):
            raise crypto.Rejected
        crypto.verify(signature, *parts)
    except crypto.Rejected:
        raise BadPush(403) from None


def _not_old(query: Query, now: int, max_age_seconds: int) -> None:
    if max_age_seconds and abs(now - int(query.timestamp) * 1000) > max_age_seconds * 1000:
        raise BadPush(403)


def _read(account: PushAccount, body: bytes, nonce: str) -> Push:
    fields, json = _fields(account, body)
    openid, to, kind = fields.get("FromUserName", ""), fields.get("ToUserName", ""), fields.get("MsgType", "").lower()
    if not _OPENID.fullmatch(openid) or not _OPENID.fullmatch(to) or not kind:
        raise BadPush(400)
    if account.gh_id and account.gh_id != to:
        raise BadPush(403)
    return Push(openid, to, kind, fields, json, nonce, body)


def _fields(account: PushAccount, body: bytes) -> tuple[dict[str, str], bool]:
    """The top-level texts, and whether it was JSON. Only a mini-program may choose; an account has one form."""
    json = body.lstrip()[:1] == b"{"
    if account.kind != "mini_program" and json != (account.data_format == "json"):
        raise BadPush(400)
    return (_from_json(body) if json else _from_xml(body)), json


def _from_xml(body: bytes) -> dict[str, str]:
    try:
        return children(body)
    except NotXml:
        raise BadPush(400) from None


def _from_json(body: bytes) -> dict[str, str]:
    """Texts and numbers; lists and objects are left out. Keys lose blanks, which some senders put there."""
    try:
        fields = {name.strip(): value if isinstance(value, str) else _plain(value)
                  for name, value in _json.decode(body).items() if not isinstance(value, dict | list)}
        "".join(fields.values()).encode()
    except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError, OverflowError):
        raise BadPush(400) from None
    return fields


def _plain(value: float | bool | None) -> str:
    return "" if value is None else str(value)


def _one(given: Mapping[str, list[str]], name: str, default: str | None = None) -> str:
    values = given.get(name, [])
    if len(values) == 1 and len(values[0]) <= 1024:
        return values[0]
    if not values and default is not None:
        return default
    raise BadPush(400)
