"""Mei, a follower with a phone, and what is said around her."""

from __future__ import annotations

from rooms import identities, messages, seats
from rooms.events import Person
from rooms.messages import Draft
from tests.wechat.stage import Stage, WeChat, openid


class Mei:
    """A follower with a phone."""

    def __init__(self, stage: Stage, wechat: WeChat) -> None:
        self.stage, self.wechat, self.openid = stage, wechat, openid()

    def say(self, text: str) -> str:
        return self.wechat.say(self.openid, text)

    def click(self, key: str) -> str:
        return self.wechat.push(self.openid, Event="CLICK", EventKey=key)

    def scan(self, scene: str) -> str:
        return self.wechat.push(self.openid, Event="SCAN", EventKey=scene, Ticket="t")

    def follow(self, scene: str = "") -> str:
        return self.wechat.push(self.openid, Event="subscribe", EventKey=f"qrscene_{scene}" if scene else "")

    @property
    def person(self) -> Person:
        return identities.follower(self.stage.store, self.wechat.account, self.openid)


def bob_says(stage: Stage, channel: str, *texts: str, name: str = "Bob") -> None:
    bob = stage.cast.person(name)
    seats.enter(stage.store, bob, channel, "p.1")
    for number, text in enumerate(texts):
        messages.post(stage.store, bob, channel, Draft("text", {"text": text}, f"{bob.id}{number}"))


def heard(stage: Stage, channel: str) -> list[str]:
    return [one.frame.decode() for one in messages.after(stage.store, channel, 0, 1000)]
