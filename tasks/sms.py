"""SMS that nobody sent, because the process that was asked died."""

from __future__ import annotations

import sms.provider
import sms.sending
from tasks.schedule import every
from tasks.worker import SLOW, settings, store


@every(5, queue=SLOW)
def send() -> None:
    sms.sending.send_waiting(store(), sms.provider.chosen(settings()))
