"""Notifications by template: each acceptance is one message."""

import itertools
import time
from typing import Any

from sandbox.accounts import Person
from sandbox.api.wire import OK, Answer, Call, endpoint
from sandbox.callbacks import later
from sandbox.errors import Refusal
from sandbox.followers import Phone, subscription

MESSAGE_IDS = itertools.count(int(time.time()) * 1000)


@endpoint("/cgi-bin/message/subscribe/send")
def mini_program_send(call: Call) -> Answer:
    """A mini-program's notification to one of its users."""
    send_accepted(call)
    return OK


@endpoint("/cgi-bin/message/subscribe/bizsend")
def account_send(call: Call) -> Answer:
    """An Official Account's notification."""
    send_accepted(call)
    return OK


@endpoint("/cgi-bin/message/template/send")
def template_send(call: Call) -> Answer:
    """A template message, to followers only; how it ended arrives as an event."""
    person = call.person(call.body.get("touser"))
    content = checked(call)
    if not person.subscribed:
        raise Refusal(43004)
    number = next(MESSAGE_IDS)
    call.world.show(person, "template_message", content)
    finished = Phone(call.world, person).event("TEMPLATESENDJOBFINISH", MsgID=number, Status="success")
    later(call.world, call.account, person.openid, finished)
    return {**OK, "msgid": number}


def send_accepted(call: Call) -> None:
    """Spend one acceptance of this template, or 43101."""
    person = call.person(call.body.get("touser"))
    content = checked(call)
    template = call.text("template_id")
    if person.credits.get(template, 0) < 1:
        raise Refusal(43101)
    person.credits[template] -= 1
    call.world.show(person, "subscribe_message", content)
    report(call, person, template)


def report(call: Call, person: Person, template: str) -> None:
    """The event that says how a notification ended."""
    result = {"TemplateId": template, "MsgID": str(next(MESSAGE_IDS))}
    fields = subscription(call.account, "Sent", [{**result, "ErrorCode": "0", "ErrorStatus": "success"}])
    event = Phone(call.world, person).event("subscribe_msg_sent_event", **fields)
    later(call.world, call.account, person.openid, event)


def checked(call: Call) -> dict[str, Any]:
    """The template must be one of the account's, if it declared any, and every value must be good."""
    template = call.text("template_id")
    if not template or (call.account.templates and template not in call.account.templates):
        raise Refusal(40037)
    data = call.body.get("data")
    if not isinstance(data, dict) or not data:
        raise Refusal(47003, " data is empty")
    for name, part in data.items():
        check_value(name, part.get("value") if isinstance(part, dict) else None)
    values = {name: str(data[name]["value"]) for name in data}
    return {"type": "template", "template_id": template, "data": values}


def check_value(name: str, value: Any) -> None:
    """Not empty, on one line; a `thing` at most 20 characters."""
    text = str(value) if value is not None else ""
    too_long = name.startswith("thing") and len(text) > 20
    if not text.strip() or "\n" in text or too_long:
        raise Refusal(47003, f" data.{name}.value invalid")
