"""Mass messages (群发): one to many followers, few in a month. How each ended arrives as an event."""

import itertools
import time
from collections.abc import Sequence
from typing import Any

from sandbox import limits
from sandbox.accounts import Account, Person
from sandbox.api.messages import stored, text
from sandbox.api.wire import Answer, Call, endpoint
from sandbox.callbacks import later
from sandbox.envelope import Fields
from sandbox.errors import Refusal
from sandbox.world import World

NUMBERS = itertools.count(int(time.time()) * 100)
HELPER = "mphelper"
"""Who pushes the event: the platform's own account."""
READERS = {"text": text, "image": stored, "voice": stored}


@endpoint("/cgi-bin/message/mass/sendall")
def send_to_all(call: Call) -> Answer:
    """To every follower: once a day, four times a month."""
    chosen = call.body.get("filter")
    if not isinstance(chosen, dict) or chosen.get("is_to_all") is not True:
        raise Refusal(45159)
    known = known_job(call)
    if known is None:
        count(call, f"mass all {call.world.clock.day()}", limits.MASS_TO_ALL_A_DAY)
        count(call, f"mass all {call.world.clock.month()}", limits.MASS_A_MONTH)
    followers = [person for person in call.account.people.values() if person.subscribed]
    return known or begin(call, followers, len(followers))


@endpoint("/cgi-bin/message/mass/send")
def send_to_some(call: Call) -> Answer:
    """To two up to ten thousand openids, for verified service accounts; who gets a fifth one in a month gets none."""
    wanted = call.body.get("touser")
    if not isinstance(wanted, list) or not limits.MASS_FEWEST <= len(wanted) <= limits.MASS_MOST:
        raise Refusal(40003, " at least 2 and at most 10000")
    known = known_job(call)
    people = [call.account.people.get(openid) for openid in wanted if isinstance(openid, str)]
    return known or begin(call, [person for person in people if person and person.subscribed], len(wanted))


@endpoint("/cgi-bin/message/mass/get")
def state(call: Call) -> Answer:
    """How far a job is."""
    number = call.body.get("msg_id")
    if str(number) not in {str(each) for each in call.account.mass_jobs.values()}:
        raise Refusal(40059)
    return {"msg_id": number, "msg_status": "SEND_SUCCESS"}


def begin(call: Call, people: Sequence[Person], total: int) -> Answer:
    """Shows it to those who may have one more this month, and says how it ended a moment later."""
    kind = call.text("msgtype")
    part = call.body.get(kind)
    if kind not in READERS or not isinstance(part, dict):
        raise Refusal(40008)
    content, number = {"type": kind, **READERS[kind](call, part)}, next(NUMBERS)
    name = call.text("clientmsgid")
    if name:
        call.account.mass_jobs[name] = number
    blocked = any(word in str(content.get("text", "")) for word in call.world.words["risky"])
    reached = 0 if blocked else sum(show(call, person, content) for person in people)
    status = "err(20008)" if blocked else "send success"
    counts = {"TotalCount": total, "FilterCount": reached, "SentCount": reached, "ErrorCount": 0}
    later(call.world, call.account, HELPER, finished(call.world, call.account, number, status, counts), 0.1)
    return {"errcode": 0, "errmsg": "send job submission success", "msg_id": number, "msg_data_id": number + 1}


def show(call: Call, person: Person, content: dict[str, Any]) -> bool:
    """False for who has had four this month: they get it not, and nobody is told whom that was."""
    month = call.world.clock.month()
    person.mass[month] = person.mass.get(month, 0) + 1
    if person.mass[month] > limits.MASS_A_MONTH:
        return False
    call.world.show(person, "mass_message", content)
    return True


def finished(world: World, account: Account, number: int, status: str, counts: dict[str, int]) -> Fields:
    """The event of the end."""
    return {"ToUserName": account.original_id, "FromUserName": HELPER, "CreateTime": world.wire_now(),
            "MsgType": "event", "Event": "MASSSENDJOBFINISH", "MsgID": number, "Status": status, **counts}


def known_job(call: Call) -> Answer | None:
    """The same clientmsgid within a day is the same job: 45065 with its number."""
    name = call.text("clientmsgid")
    if len(name) > limits.MASS_NAME_BYTES:
        raise Refusal(45067)
    if name in call.account.mass_jobs:
        return {**Refusal(45065).wire(call.api), "msg_id": call.account.mass_jobs[name]}
    return None


def count(call: Call, what: str, most: int) -> None:
    """One more of these, or 45028."""
    key = (call.account.appid, what, "")
    call.world.used[key] = call.world.used.get(key, 0) + 1
    if call.world.used[key] > most:
        raise Refusal(45028)
