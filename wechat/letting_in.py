"""A follower who scanned a code of the console: they are asked whether the browser that shows it is theirs."""

from __future__ import annotations

import re

from rooms import scanning
from rooms.store import Store
from wechat import commands
from wechat.followers import Follower, Question

KIND = "console"
"""Of the question."""
NOT_ME = frozenset({"不是我", "不是", "不", "否", "no", "n", "not me"})
_NUMBER = re.compile(r"[0-9]{1,6}")


def scanned(store: Store, follower: Follower, scene: str) -> str | None:
    """What they are told; None: it is no code of the console."""
    found = scanning.scanned(store, follower.account.appid, follower.openid, scene)
    if found is None:
        return None
    outcome, browser = found
    if browser is None:
        return follower.words.console(outcome)
    follower.ask(Question(KIND, "", store.clock.now(), about=scene))
    return follower.words.console_asks(browser)


def answered(store: Store, follower: Follower, question: Question, text: str) -> str | None:
    """What they are told who were asked; None: this is no answer."""
    answer = commands.folded(text)
    if question.kind != KIND or not (_NUMBER.fullmatch(answer) or answer in NOT_ME):
        return None
    number = "" if answer in NOT_ME else answer
    appid = follower.account.appid
    return follower.words.console(scanning.answered(store, appid, follower.openid, question.about, number))
