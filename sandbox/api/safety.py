"""Content checks: words that the control API names stand in for the platform's judgement."""

import uuid
from typing import Any

from sandbox.accounts import Person
from sandbox.api.wire import OK, Answer, Call, endpoint
from sandbox.callbacks import later
from sandbox.envelope import Fields
from sandbox.errors import Refusal
from sandbox.followers import Phone
from sandbox.limits import ACTIVE_IN_MINI_PROGRAM_SECONDS, CHECKED_CHARACTERS
from sandbox.world import World

LABELS = {"pass": 100, "review": 20001, "risky": 20002}


@endpoint("/wxa/msg_sec_check")
def text_check(call: Call) -> Answer:
    """The verdict on a text of somebody who used the mini-program within two hours."""
    active_user(call)
    content = call.text("content")
    if not content or len(content) > CHECKED_CHARACTERS:
        raise Refusal(47001)
    suggest = verdict(call.world, content)
    result = {"suggest": suggest, "label": LABELS[suggest]}
    detail = {"strategy": "content_model", "errcode": 0, **result, "prob": 90}
    return {**OK, "trace_id": uuid.uuid4().hex, "result": result, "detail": [detail]}


@endpoint("/wxa/media_check_async")
def media_check(call: Call) -> Answer:
    """Accepted now; the verdict, by words in the address, is pushed a moment later."""
    person = active_user(call)
    if call.body.get("media_type") not in (1, 2):
        raise Refusal(40004)
    trace = uuid.uuid4().hex
    later(call.world, call.account, person.openid, media_verdict(call, person, trace), 0.2)
    return {**OK, "trace_id": trace}


def media_verdict(call: Call, person: Person, trace: str) -> Fields:
    """The event wxa_media_check; its label is a text, unlike that of a text check."""
    suggest = verdict(call.world, call.text("media_url"))
    result: dict[str, Any] = {"suggest": suggest, "label": str(LABELS[suggest])}
    detail = {"strategy": "content_model", "errcode": 0, **result, "prob": 90}
    common = {"appid": call.account.appid, "trace_id": trace, "version": 2, "errcode": 0}
    return Phone(call.world, person).event("wxa_media_check", **common, result=result, detail=[detail])


def active_user(call: Call) -> Person:
    """43104 for a person of another account, 40003 for nobody, 61010 for one who was away for two hours."""
    openid = call.text("openid")
    if call.body.get("scene") not in (1, 2, 3, 4):
        raise Refusal(40129)
    elsewhere = call.world.person(openid)
    if elsewhere and elsewhere.appid != call.account.appid:
        raise Refusal(43104)
    person = call.person(openid)
    if call.now - person.logged_in_at > ACTIVE_IN_MINI_PROGRAM_SECONDS:
        raise Refusal(61010)
    return person


def verdict(world: World, text: str) -> str:
    """risky before review before pass."""
    for suggest in ("risky", "review"):
        if any(word in text for word in world.words[suggest]):
            return suggest
    return "pass"
