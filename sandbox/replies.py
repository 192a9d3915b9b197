"""What may stand in the answer to a push, and what the follower then sees."""

from typing import Any

from sandbox.accounts import Account
from sandbox.envelope import Fields, Unreadable, read, signature, unseal
from sandbox.limits import ARTICLES, TEXT_BYTES

NOTHING = (b"", b"success")


def read_reply(account: Account, openid: str, body: bytes) -> dict[str, Any] | None:
    """The reply as a message, None for `success` or an empty body, Unreadable for anything else."""
    if body in NOTHING:
        return None
    try:
        fields = opened(account, read(body.decode()))
    except UnicodeDecodeError as error:
        raise Unreadable("the reply is not UTF-8") from error
    if fields.get("ToUserName") != openid or fields.get("FromUserName") != account.original_id:
        raise Unreadable("ToUserName and FromUserName of the reply are not those of the push, swapped")
    if not str(fields.get("CreateTime", "")).isdigit():
        raise Unreadable("CreateTime of the reply is not a number")
    return message(account, fields)


def opened(account: Account, fields: Fields) -> Fields:
    """Safe mode demands a sealed reply, compatible mode takes both, plain mode knows no seal."""
    if "Encrypt" not in fields:
        if account.mode == "safe":
            raise Unreadable("the reply is not encrypted in safe mode")
        return fields
    if account.mode == "plain":
        raise Unreadable("the reply is encrypted in plain mode")
    parts = [str(fields.get(name, "")) for name in ("TimeStamp", "Nonce", "Encrypt")]
    if not all(parts) or fields.get("MsgSignature") != signature(account.token, *parts):
        raise Unreadable("MsgSignature of the reply does not fit")
    return read(unseal(account.encoding_aes_key, account.appid, parts[2]))


def message(account: Account, fields: Fields) -> dict[str, Any] | None:
    """One of the documented types of passive reply."""
    kind = fields.get("MsgType")
    if kind == "text":
        return text(fields)
    if kind in ("image", "voice", "video"):
        return media(account, kind, fields)
    if kind == "news":
        return news(fields)
    if kind == "music":
        return {"type": "music", **branch(fields, "Music")}
    if kind == "transfer_customer_service":
        return None
    raise Unreadable(f"MsgType {kind!r} of the reply is unknown")


def text(fields: Fields) -> dict[str, Any]:
    """At most 2,048 bytes of UTF-8, and not nothing."""
    content = str(fields.get("Content", ""))
    if not content.strip():
        raise Unreadable("Content of the reply is empty")
    if len(content.encode()) > TEXT_BYTES:
        raise Unreadable(f"Content of the reply has {len(content.encode())} bytes, more than {TEXT_BYTES}")
    return {"type": "text", "text": content}


def media(account: Account, kind: str, fields: Fields) -> dict[str, Any]:
    """A media_id that this account uploaded."""
    inside = branch(fields, kind.capitalize())
    media_id = inside.get("MediaId", "")
    if media_id not in account.media:
        raise Unreadable(f"MediaId {media_id!r} of the reply is unknown")
    words = {"title": inside.get("Title", ""), "text": inside.get("Description", "")}
    return {"type": kind, "media_id": media_id, **words}


def news(fields: Fields) -> dict[str, Any]:
    """One article since October 2018, and ArticleCount must agree."""
    items = branch(fields, "Articles").get("item", [])
    articles = items if isinstance(items, list) else [items]
    if len(articles) > ARTICLES or str(fields.get("ArticleCount")) != str(len(articles)):
        raise Unreadable(f"the reply has {len(articles)} articles")
    return {"type": "news", "articles": [lowered(each) for each in articles]}


def lowered(article: Any) -> dict[str, Any]:
    """An article with the names that customer messages use."""
    if not isinstance(article, dict):
        raise Unreadable("an article of the reply is not a structure")
    return {name.lower(): value for name, value in article.items()}


def branch(fields: Fields, name: str) -> Fields:
    """The structure of that name inside the reply."""
    found = fields.get(name)
    if not isinstance(found, dict):
        raise Unreadable(f"{name} is missing in the reply")
    return found
