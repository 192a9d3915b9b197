"""The virtual clock: real time plus an offset that only the control API moves, and only forward."""

import time
from datetime import datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))


class Clock:
    """Quotas, tokens, codes and media age by this clock; five-second timeouts of pushes are real seconds."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        """Seconds since 1970, virtual."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Move forward; a negative number is a mistake of the caller."""
        if seconds < 0:
            raise ValueError("the clock only goes forward")
        self.offset += seconds

    def day(self) -> str:
        """The calendar day in Shanghai, in which daily quotas are counted."""
        return datetime.fromtimestamp(self.now(), SHANGHAI).strftime("%Y-%m-%d")

    def month(self) -> str:
        """The calendar month in Shanghai."""
        return self.day()[:7]
