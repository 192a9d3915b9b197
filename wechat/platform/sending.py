"""A customer-service message or a template's message to one person, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from rooms.errors import Refused
from rooms.planner import Way
from rooms.templates import Filled
from wechat.platform.client import CallFailed, Client


class State(StrEnum):
    SENT = "sent"
    """WeChat said yes."""
    REFUSED = "refused"
    """WeChat said no, with an errcode: it was not delivered."""
    UNSENT = "unsent"
    """It never left: no connection, or no token."""
    UNKNOWN = "unknown"
    """It left and no answer can be trusted: it may have been delivered."""


class Outcome(NamedTuple):
    state: State
    errcode: int | None = None
    detail: str = ""
    reference: str = ""
    """WeChat's number of the message, by which it tells later what became of it."""


PATHS = {Way.SUBSCRIBE: "message/subscribe/send", Way.BIZSEND: "message/subscribe/bizsend",
         Way.TEMPLATE: "message/template/send"}


def send_text(client: Client, openid: str, text: str) -> Outcome:
    """Sends it at most once. Never raises for anything that WeChat or the network does."""
    return _send(client, lambda wechat: wechat.message.send_text(openid, text))


def send_template(client: Client, way: Way, openid: str, filled: Filled) -> Outcome:
    """The same, for a message of a template."""
    body: dict[str, object] = {"touser": openid, "template_id": filled.template_id, "data": filled.data}
    if filled.page and way is Way.SUBSCRIBE:
        body["page"] = filled.page
    return _send(client, lambda wechat: wechat.post(PATHS[way], data=body))


def send_menu(client: Client, openid: str, head: str, items: Mapping[str, str]) -> Outcome:
    """The same, as a message menu: `items` are what can be tapped, by the id that comes back with the tap."""
    menu = {"head_content": head, "list": [{"id": id_, "content": text} for id_, text in items.items()],
            "tail_content": ""}
    return _send(client, lambda wechat: wechat.post("message/custom/send", data={
        "touser": openid, "msgtype": "msgmenu", "msgmenu": menu}))


def send_article(client: Client, openid: str, title: str, description: str, url: str) -> Outcome:
    """The same, as a card that leads to `url`."""
    article = {"title": title, "description": description, "url": url}
    return _send(client, lambda wechat: wechat.post("message/custom/send", data={
        "touser": openid, "msgtype": "news", "news": {"articles": [article]}}))


def send_mass(client: Client, openids: Sequence[str], text: str, name: str) -> Outcome:
    """To many at once; WeChat takes a `name` once a day. That it was sent says that WeChat took it: how it ended is
    told by an event with the same reference."""
    return _send(client, lambda wechat: wechat.post("message/mass/send", data={
        "touser": list(openids), "msgtype": "text", "text": {"content": text}, "clientmsgid": name}))


def _send(client: Client, act: Callable[[Client], object]) -> Outcome:
    try:
        answer = client.call(act)
    except CallFailed as failed:
        return _failed(failed)
    except Refused as refused:
        return Outcome(State.UNSENT, None, refused.message)
    if isinstance(answer, dict) and answer.get("errcode") == 0:
        return Outcome(State.SENT, reference=str(answer.get("msgid") or answer.get("msg_id") or ""))
    return Outcome(State.UNKNOWN, None, "the answer has another shape")


def _failed(failed: CallFailed) -> Outcome:
    if not failed.sent:
        return Outcome(State.UNSENT, failed.errcode, failed.detail)
    if failed.errcode is None:
        return Outcome(State.UNKNOWN, None, failed.detail or "no answer")
    return Outcome(State.REFUSED, failed.errcode, failed.detail)
