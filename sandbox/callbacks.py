"""Pushes to an account's own server: signed, sealed, repeated when unanswered, and their replies judged."""

import itertools
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import gevent

from sandbox import replies
from sandbox.accounts import Account, Person
from sandbox.envelope import Fields, Unreadable, seal, signature, write
from sandbox.journal import Delivery
from sandbox.outgoing import Answer, NoAnswer, exchange
from sandbox.world import World

SERVICE_FAILURE = "该公众号暂时无法提供服务，请稍后再试"
SILENT = {"unsubscribe", "view", "location", "templatesendjobfinish", "masssendjobfinish", "view_miniprogram"}

numbers = itertools.count(1)


@dataclass
class Letter:
    """One HTTP request of a push."""

    query: dict[str, str]
    body: bytes
    content_type: str


@dataclass
class Push:
    """A push with all that came of it."""

    appid: str
    openid: str
    fields: Fields
    letter: Letter
    number: int = field(default_factory=lambda: next(numbers))
    attempts: list[dict[str, Any]] = field(default_factory=list)
    reply: dict[str, Any] | None = None
    problem: str | None = None
    messages: list[Delivery] = field(default_factory=list)

    def outcome(self) -> dict[str, Any]:
        """What the control API answers to the act that caused the push."""
        return {
            "attempts": len(self.attempts),
            "reply": self.reply,
            "failed": self.problem is not None,
            "problem": self.problem,
            "messages": [each.wire() for each in self.messages],
        }

    def record(self) -> dict[str, Any]:
        """All of it, bodies included."""
        return {
            "number": self.number,
            "appid": self.appid,
            "openid": self.openid,
            "fields": self.fields,
            "query": self.letter.query,
            "body": self.letter.body.decode(errors="replace"),
            "tries": self.attempts,
            **self.outcome(),
        }


def push(world: World, account: Account, openid: str, fields: Fields) -> Push:
    """Send it, up to three more times while it goes unanswered, and show what came of it on the phone."""
    made = Push(account.appid, openid, fields, compose(world, account, openid, fields))
    world.pushes.append(made)
    send(world, account, made)
    tell(world, made)
    person = account.people.get(openid)
    if person:
        person.last_push = made
        show(world, person, made)
    return made


def later(world: World, account: Account, openid: str, fields: Fields, seconds: float = 0.0) -> None:
    """Send it soon, while the call that caused it has already been answered."""
    gevent.spawn_later(seconds, push, world, account, openid, fields)


def repeat(world: World, account: Account, earlier: Push) -> Push:
    """The same push once more, as if its answer had been lost; its reply is not shown twice on the phone."""
    again = Push(account.appid, earlier.openid, earlier.fields, renewed(world, account, earlier))
    world.pushes.append(again)
    send(world, account, again)
    tell(world, again)
    return again


def compose(world: World, account: Account, openid: str, fields: Fields) -> Letter:
    """Signature over the token, and in compatible and safe mode also over the sealed text."""
    timestamp, nonce = str(world.wire_now()), str(secrets.randbelow(9 * 10**8) + 10**8)
    query = {
        "signature": signature(account.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": openid,
    }
    if account.mode != "plain":
        sealed = seal(account.encoding_aes_key, account.appid, write(fields, account.data_format))
        query |= {"encrypt_type": "aes", "msg_signature": signature(account.token, timestamp, nonce, sealed)}
        plain = fields if account.mode == "compatible" else {"ToUserName": fields["ToUserName"]}
        fields = {**plain, "Encrypt": sealed}
    content_type = "application/json" if account.data_format == "json" else "text/xml"
    return Letter(query, write(fields, account.data_format).encode(), content_type)


def renewed(world: World, account: Account, made: Push) -> Letter:
    """The next attempt's letter. Whether the platform signs a retry anew is not documented: it is a setting."""
    if world.settings.fresh_nonce_on_retry:
        return compose(world, account, made.openid, made.fields)
    return made.letter


def send(world: World, account: Account, made: Push) -> None:
    """Attempt until something is answered, and judge that."""
    for left in reversed(range(world.settings.push_retries + 1)):
        answer = attempt(world, account, made)
        if answer and answer.status == 200:
            judge(account, made, answer)
            return
        made.problem = made.attempts[-1]["error"]
        if left:
            gevent.sleep(world.settings.retry_pause_seconds)
            made.letter = renewed(world, account, made)


def attempt(world: World, account: Account, made: Push) -> Answer | None:
    """One request, written down with its answer."""
    began, error, answer = time.monotonic(), None, None
    url = world.callback_url(account)
    try:
        answer = post(url, made.letter, world.settings.push_timeout_seconds)
        error = None if answer.status == 200 else f"HTTP {answer.status}"
    except NoAnswer as trouble:
        error = str(trouble)
    seconds = round(time.monotonic() - began, 3)
    text = answer.body[:8192].decode(errors="replace") if answer else None
    made.attempts.append(
        {"status": answer.status if answer else None, "answer": text, "error": error, "seconds": seconds}
    )
    return answer


def post(url: str, letter: Letter, seconds: float) -> Answer:
    """The bare request of a push."""
    if not url:
        raise NoAnswer("no callback_url is known for this account")
    headers = {"Content-Type": letter.content_type, "User-Agent": "Mozilla/4.0"}
    return exchange("POST", f"{url}?{urlencode(letter.query)}", letter.body, headers, seconds)


def judge(account: Account, made: Push, answer: Answer) -> None:
    """Take the reply, or note why it is none; either way the exchange is over."""
    try:
        made.reply = replies.read_reply(account, made.openid, answer.body)
        made.problem = None
    except Unreadable as trouble:
        made.problem = str(trouble)


def tell(world: World, made: Push) -> None:
    """Let those who watch know how the push went."""
    fields = made.fields
    what = fields["Event"] if fields["MsgType"] == "event" else fields["MsgType"]
    milliseconds = round(1000 * sum(each["seconds"] for each in made.attempts))
    told = {"what": what, "attempts": len(made.attempts), "problem": made.problem, "replied": bool(made.reply)}
    now = world.clock.now()
    world.journal.add(made.appid, made.openid, "push", now, {**told, "milliseconds": milliseconds})


def show(world: World, person: Person, made: Push) -> None:
    """The reply, or the platform's sentence about a failed service, appears in the follower's chat."""
    silent = str(made.fields.get("Event", "")).lower()
    if silent in SILENT or silent.startswith(("subscribe_msg", "wxa_", "user_")):
        return
    if made.problem is not None:
        failure = {"type": "notice", "text": SERVICE_FAILURE}
        made.messages.append(world.show(person, "service_failure", failure))
    elif made.reply:
        made.messages.append(world.show(person, "passive_reply", made.reply))


def check_url(world: World, account: Account) -> dict[str, Any]:
    """What the settings page does when an address is saved: a GET in plaintext, echostr must come back."""
    timestamp, nonce = str(world.wire_now()), secrets.token_hex(5)
    echo = str(secrets.randbelow(10**19))
    query = {
        "signature": signature(account.token, timestamp, nonce),
        "echostr": echo,
        "timestamp": timestamp,
        "nonce": nonce,
    }
    try:
        answer = exchange("GET", f"{world.callback_url(account)}?{urlencode(query)}")
    except NoAnswer as trouble:
        return {"verified": False, "status": None, "answer": str(trouble)}
    good = answer.status == 200 and answer.body == echo.encode()
    return {"verified": good, "status": answer.status, "answer": answer.body[:500].decode(errors="replace")}


def push_raw(world: World, account: Account, order: dict[str, Any]) -> dict[str, Any]:
    """One hostile request with any body and query; what is not given is as in an honest push."""
    body = order.get("body", "")
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    timestamp, nonce = str(world.wire_now()), secrets.token_hex(5)
    query = {"signature": signature(account.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
    if order.get("sealed"):
        sealed = seal(account.encoding_aes_key, order.get("sealed_for") or account.appid, text)
        query |= {"encrypt_type": "aes", "msg_signature": signature(account.token, timestamp, nonce, sealed)}
        text = write({"ToUserName": account.original_id, "Encrypt": sealed}, account.data_format)
    query |= {name: str(value) for name, value in (order.get("query") or {}).items()}
    query = {name: value for name, value in query.items() if name not in order.get("without", [])}
    letter = Letter(query, text.encode(), order.get("content_type", "text/xml"))
    try:
        answer = post(world.callback_url(account), letter, world.settings.push_timeout_seconds)
    except NoAnswer as trouble:
        return {"status": None, "answer": str(trouble)}
    return {"status": answer.status, "answer": answer.body[:8192].decode(errors="replace")}
