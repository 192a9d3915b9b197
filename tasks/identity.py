"""What holds of somebody reaches every gate, and followers are known by what WeChat calls them everywhere."""

from __future__ import annotations

import rooms.standings
import wechat.unionids
from tasks.schedule import every
from tasks.worker import SLOW, settings, store


@every(5, queue=SLOW)
def spread() -> None:
    rooms.standings.finish(store())


@every(5, queue=SLOW)
def unionids() -> None:
    wechat.unionids.learn(store(), settings())
