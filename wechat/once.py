"""A push has one effect, however often and wherever it arrives.

WeChat repeats a push that was not answered in five seconds, also while we are still busy with it, and to whichever
process. The first to take it begins; the others wait a little for its answer and give the same. When the first died,
its lease ends and the next repetition does the work: what it says carries the push's id, so the log holds it once.
The same round trip notes the follower's act in their state and reads it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from rooms.errors import Code, Refused
from rooms.live.live import token
from rooms.live.scripts import CLAIM
from rooms.store import Store
from wechat.replies import Answer

LEASE_MS = 5_000
"""As long as WeChat waits; its next try finds the lease ended if the process died."""
WAIT_SECONDS = 4.0
FIRST_LOOK_SECONDS, LAST_LOOK_SECONDS = 0.02, 0.25
KEPT_MS = 24 * 3_600_000
"""How long an answer is remembered where a push of any age is taken."""
STATE_KEPT_MS = 90 * 24 * 3_600_000

State = dict[str, str]
"""A follower's state as it lies in Redis; see `followers`."""


class Once:
    """One push of one follower of an organization. `begin`, then `finish`, unless `begin` gave the answer."""

    def __init__(self, store: Store, organization: str, follower: str, push_id: str, max_age_seconds: int) -> None:
        self._live, self._sealing, self._organization = store.live, store.sealing, organization
        self._state = store.live.name("follower", f"{{{follower}}}")
        self._key = store.live.name("push", f"{{{follower}}}", push_id)
        self._kept_ms = 2_000 * max_age_seconds + 60_000 if max_age_seconds else KEPT_MS
        self._token = token()

    def begin(self, changes: Mapping[str, str]) -> Answer | State:
        """The answer that was given before, or the follower's state with `changes` made, and it is ours to do.

        Raises Refused(UNAVAILABLE) when another process is busy with it for too long, or Redis is away.
        """
        words = [word for pair in changes.items() for word in pair]
        stop, pause = time.monotonic() + WAIT_SECONDS, FIRST_LOOK_SECONDS
        while True:
            _, verdict, *told = self._live.call(
                CLAIM, [self._key, self._state], [self._token, str(LEASE_MS), str(STATE_KEPT_MS), *words])
            if verdict == b"done":
                return self._answer(told[0])
            if verdict == b"begun":
                decoded = [item.decode() for item in told]
                return dict(zip(decoded[::2], decoded[1::2], strict=True))
            if time.monotonic() + pause > stop:
                raise Refused(Code.UNAVAILABLE, "another process is busy with this push", 1_000)
            time.sleep(pause)
            pause = min(2 * pause, LAST_LOOK_SECONDS)

    def finish(self, answer: Answer, changes: Mapping[str, str]) -> None:
        """Remembers the answer for repetitions, and the follower's changed state. Raises Refused(UNAVAILABLE)."""
        self._sealing.read(self._organization)
        kept = f"={answer.at} {self._sealing.closed_text(self._organization, self._key, answer.text)}"
        several: list[tuple[tuple[str, ...], str]] = [
            (("SET", self._key, kept, "PX", str(self._kept_ms)), self._key)]
        if changes:
            words = [word for pair in changes.items() for word in pair]
            several.append((("HSET", self._state, *words), self._state))
        self._live.commands(several)

    def forget_state(self) -> None:
        """They are gone: nothing of what we noted about them stays."""
        self._live.delete(self._state)

    def give_up(self) -> None:
        """It was not done: the next repetition may begin at once."""
        self._live.tell("DEL", self._key, key=self._key)

    def _answer(self, kept: bytes) -> Answer:
        at, _, text = kept.decode().partition(" ")
        return Answer(self._sealing.opened_text(text, self._key), int(at))
