"""Messages are judged; what was let through gets to the log."""

from __future__ import annotations

import rooms.held
import rooms.safety
import wechat.checking
from tasks.schedule import every
from tasks.worker import SLOW, settings, store


@every(5, queue=SLOW)
def finish() -> None:
    rooms.held.finish(store())


@every(1, queue=SLOW)
def check() -> None:
    wechat.checking.check(store(), settings())


@every(3_600, queue=SLOW)
def forget() -> None:
    rooms.safety.forget(store())


@every(3_600, queue=SLOW)
def forget_held() -> None:
    rooms.held.forget(store())
