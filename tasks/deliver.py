"""Followers who stay quiet hear what they are owed."""

from __future__ import annotations

import wechat.courier
from tasks.schedule import every
from tasks.worker import FAST, settings, store


@every(1, queue=FAST)
def deliver() -> None:
    wechat.courier.deliver(store(), settings())
