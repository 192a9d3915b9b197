"""Files that followers sent come from WeChat; who writes in a mini-program's session gets a card."""

from __future__ import annotations

import wechat.fetching
import wechat.sessions
from tasks.schedule import every
from tasks.worker import SLOW, settings, store


@every(2, queue=SLOW)
def fetch() -> None:
    wechat.fetching.fetch(store(), settings())


@every(2, queue=SLOW)
def answer_sessions() -> None:
    wechat.sessions.answer(store(), settings())
