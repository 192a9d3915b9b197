"""What followers do in these flows, in one line each."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.house_client import House


def follower(house: House, name: str, place: str = "茶馆 大厅", appid: str = "", **more: Any) -> str:
    """The openid of somebody new who follows, takes a name and goes to the place."""
    openid = house.wechat.follower(appid or house.official, nickname=name, **more)
    house.wechat.say(openid, f"昵称 {name}")
    if place:
        answered = reply(house.wechat.say(openid, f"加入 {place}"))
        assert "你在" in answered, answered
    return openid


def reply(outcome: dict[str, Any]) -> str:
    """The text of the passive reply; empty for none."""
    assert not outcome["failed"], outcome
    text: str = (outcome["reply"] or {}).get("text", "")
    return text


def times_shown(house: House, openid: str, text: str) -> int:
    """In how many places of all that reached the phone the text stands."""
    return sum(each.count(text) for each in house.wechat.texts(openid))


def wait_until_shown(house: House, openid: str, text: str, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not times_shown(house, openid, text):
        left = deadline - time.monotonic()
        delivered = house.wechat.outbox(openid)
        story = json.dumps(delivered, ensure_ascii=False)[-800:]
        assert left > 0, f"{text!r} did not reach the phone in {seconds} s: {story}"
        house.wechat.outbox(openid, delivered[-1]["number"] if delivered else 0, min(left, 2.0))
