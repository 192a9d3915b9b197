"""Files that followers sent come from WeChat."""

from __future__ import annotations

import wechat.fetching
from tasks.schedule import every
from tasks.worker import SLOW, settings, store


@every(2, queue=SLOW)
def fetch() -> None:
    wechat.fetching.fetch(store(), settings())
