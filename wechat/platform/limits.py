"""The platform's numbers. They are configuration, because WeChat changes them; each says where it comes from."""

from __future__ import annotations

from typing import NamedTuple

from rooms.planner import Bucket, Way, Window

MINUTE = 60_000
HOUR = 60 * MINUTE


class PlatformLimits(NamedTuple):
    message_quota: int = 5
    """Customer-service messages after the follower wrote (service-account page on them; 20 in old texts)."""
    message_window_ms: int = 48 * HOUR
    """How long those may be sent (the same page)."""
    act_quota: int = 3
    """Customer-service messages after following, scanning, or a click in the menu (the same page)."""
    act_window_ms: int = MINUTE
    """How long those may be sent (the same page)."""
    margin_ms: int = 2_000
    """We close a window this much earlier than WeChat, because a message takes time to arrive there (ours)."""
    text_bytes: int = 2048
    """UTF-8 bytes of a text, passive or sent (the error 45002 and practice; not documented as a number)."""
    answer_within_ms: int = 5_000
    """A push that is not answered by then is sent again, three times in all (page on receiving messages)."""
    token_margin_seconds: int = 300
    """The stable token is renewed this long before it expires, when WeChat begins to issue the next one (its page)."""
    scene_characters: int = 64
    """The longest scene text of a QR code (page on codes with parameters)."""
    response_bytes: int = 1 << 20
    """More than this of an answer is never read (ours; the answers used here are under 1 KiB)."""
    call_timeout_seconds: float = 5.0
    """A call that took longer has an unknown outcome (ours)."""

    customer_a_day: int = 500_000
    template_a_day: int = 100_000
    subscribe_a_day: int = 10_000_000
    mass_a_day: int = 100
    """Calls of one account by each way on one day (the console's page on quotas; new accounts have less)."""
    mass_a_month: int = 4
    """Mass messages that reach one follower in a calendar month; WeChat drops more without a word (page on them)."""
    mass_together: int = 10_000
    """Addresses in one mass message; two at least (the same page)."""

    sends_a_second: int = 200
    """Messages of one account by one way, over all our processes (ours: WeChat tells no number)."""

    def a_day(self, way: Way) -> int:
        """Calls by this way on one day."""
        most = {Way.CUSTOMER: self.customer_a_day, Way.TEMPLATE: self.template_a_day, Way.MASS: self.mass_a_day}
        return most.get(way, self.subscribe_a_day)

    def opened(self, window: Window, at: int, used: int = 0) -> Bucket:
        """The bucket of a window that the follower opened at `at` (ms)."""
        if window is Window.MESSAGE:
            return Bucket(window, at, at + self.message_window_ms - self.margin_ms, self.message_quota, used)
        return Bucket(window, at, at + self.act_window_ms - self.margin_ms, self.act_quota, used)


LIMITS = PlatformLimits()
