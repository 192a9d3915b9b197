"""A month of followers on a clock that our house and WeChat's share: some write often, most seldom, a room talks."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.wechat.town import OFFICIAL, Town
from wechat import explaining
from wechat.visit import Visit

SEND = "/cgi-bin/message/custom/send"
STEP_SECONDS = 1_800.0
STEPS_A_DAY = 48
SEEN = 100_000


@dataclass
class Told:
    """When something was said (ms), and whom it names."""

    at: int
    named: str = ""


@dataclass
class Month:
    """Seconds from being said until it stood on a phone: `sent` by a message of ours, `fetched` by an answer."""

    sends: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    twice: int = 0
    mentions: int = 0
    mentions_heard: int = 0
    mentions_explained: int = 0
    sent: list[float] = field(default_factory=list)
    fetched: list[float] = field(default_factory=list)


def p95_hours(seconds: list[float]) -> float:
    found = sorted(seconds)
    return round(found[int(len(found) * 0.95)] / 3600, 2) if found else 0.0


def live(town: Town, people: int, days: float, seed: int = 7, chatter: float = 0.25,
         each_day: Callable[[int], None] = lambda _: None) -> Month:
    """Runs it and counts as WeChat counts."""
    chance = random.Random(seed)
    names = [f"茶友{number:04}" for number in range(people)]
    openids = [town.follower(name) for name in names]
    told: dict[str, Told] = {}
    for step in range(round(days * STEPS_A_DAY)):
        town.wait(STEP_SECONDS)
        if chance.random() < chatter:
            named = chance.choice(names) if chance.random() < 0.2 else ""
            text = f"第{step}句" + (f" @{named}" if named else "")
            told[f"第{step}句"] = Told(town.clock.now(), named)
            town.alice_says(text)
        for _ in range(sum(chance.random() < people / 20 / STEPS_A_DAY / 5 for _ in range(5))):
            town.wechat.say(chance.choice(openids), f"我来说{step}")
        _run_out(town)
        if (step + 1) % STEPS_A_DAY == 0:
            each_day((step + 1) // STEPS_A_DAY)
    return _judged(town, dict(zip(names, openids, strict=True)), told)


def _run_out(town: Town) -> None:
    """Whatever is due now, in as many rounds as it takes."""
    for _ in range(20):
        if not town.run()[Visit.SENT]:
            return


def _judged(town: Town, openids: dict[str, str], told: dict[str, Told]) -> Month:
    month = Month()
    counts = town.wechat.get("/calls", appid=OFFICIAL)["counts"]
    for one in counts:
        if one["api"] == SEND:
            month.sends += one["count"]
            month.refused[one["errcode"]] += one["count"]
    for name, openid in openids.items():
        shown: Counter[str] = Counter()
        for each in town.wechat.outbox(openid):
            for line in str(each.get("text") or each.get("head", "")).splitlines():
                said = line.partition("：")[2].partition(" @")[0]
                if said in told and line.startswith("Alice"):
                    shown[said] += 1
                    delays = month.sent if each["kind"] == "customer_message" else month.fetched
                    delays.append((each["at"] - told[said].at) / 1000)
        month.twice += sum(count > 1 for count in shown.values())
        named = [text for text, one in told.items() if one.named == name]
        month.mentions += len(named)
        month.mentions_heard += sum(text in shown for text in named)
        if any(text not in shown for text in named):
            month.mentions_explained += _explained(town, openid, sum(text not in shown for text in named))
    return month


def _explained(town: Town, openid: str, missing: int) -> int:
    """Those that were not heard are held, and it says why."""
    found: list[dict[str, Any]] = explaining.explain(town.store, town.stage.settings, openid)["now"]
    return missing if any(one["decision"] in ("hold", "wait") and one["because"] for one in found) else 0
