"""The customer messages that a follower's acts allow, one bucket for each kind of act."""

from dataclasses import dataclass, field

from sandbox.errors import Refusal
from sandbox.limits import CUSTOMER_WINDOWS


@dataclass
class Bucket:
    left: int
    until: float


@dataclass
class Quota:
    """Official docs give each act its allowance and leave open how they combine: here they are independent.

    The same act again opens its bucket anew, it does not add up. A message takes from the open bucket that
    ends first.
    """

    buckets: dict[str, Bucket] = field(default_factory=dict)

    def open(self, act: str, now: float) -> None:
        """Begin the window of this act."""
        window = CUSTOMER_WINDOWS[act]
        self.buckets[act] = Bucket(window.messages, now + window.seconds)

    def close(self) -> None:
        """Nothing may be sent from now on: the follower left."""
        self.buckets.clear()

    def spend(self, now: float) -> None:
        """Take one message; 45015 when every window is over, 45047 when the open ones are empty."""
        open_buckets = [bucket for bucket in self.buckets.values() if bucket.until > now]
        if not open_buckets:
            raise Refusal(45015)
        usable = [bucket for bucket in open_buckets if bucket.left]
        if not usable:
            raise Refusal(45047)
        min(usable, key=lambda bucket: bucket.until).left -= 1

    def state(self, now: float) -> dict[str, dict[str, float]]:
        """What is open, for people who look."""
        return {
            act: {"left": bucket.left, "seconds": round(bucket.until - now, 1)}
            for act, bucket in self.buckets.items()
            if bucket.until > now
        }
