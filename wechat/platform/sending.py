"""A customer-service message to one follower, and what became of it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from rooms.errors import Refused
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


def send_text(client: Client, openid: str, text: str) -> Outcome:
    """Sends it at most once. Never raises for anything that WeChat or the network does."""
    try:
        answer = client.call(lambda wechat: wechat.message.send_text(openid, text))
    except CallFailed as failed:
        return _failed(failed)
    except Refused as refused:
        return Outcome(State.UNSENT, None, refused.message)
    if isinstance(answer, dict) and answer.get("errcode") == 0:
        return Outcome(State.SENT)
    return Outcome(State.UNKNOWN, None, "the answer has another shape")


def _failed(failed: CallFailed) -> Outcome:
    if not failed.sent:
        return Outcome(State.UNSENT, failed.errcode, failed.detail)
    if failed.errcode is None:
        return Outcome(State.UNKNOWN, None, failed.detail or "no answer")
    return Outcome(State.REFUSED, failed.errcode, failed.detail)
