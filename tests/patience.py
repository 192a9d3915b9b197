"""How long tests wait. What they wait for comes at once or, on a machine that does much else, late; only what never
comes is a fault. Speed is measured by `make bench`, never asserted here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

from rooms.errors import Code, Refused

PATIENCE_SECONDS = 60.0

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def patiently(act: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Does it again while the answer is that it cannot be done just now, as a client would."""
    end = time.monotonic() + seconds
    while True:
        try:
            return act()
        except Refused as refused:
            if refused.code is not Code.UNAVAILABLE or time.monotonic() > end:
                raise
            time.sleep(0.05)
