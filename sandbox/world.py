"""Everything this WeChat knows, in memory; `reset` forgets it but for the accounts it was started with."""

import itertools
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.accounts import Account, Person
from sandbox.bounded import Bounded
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.journal import Delivery, Journal
from sandbox.limits import KEPT_CALLS, KEPT_PUSHES, KEPT_SMS, PUSH_RETRIES, PUSH_SECONDS
from sandbox.tokens import Mint

if TYPE_CHECKING:
    from sandbox.callbacks import Push


@dataclass
class Settings:
    """What tests may turn. `wire_clock` "virtual" also puts the moved clock into the pushes themselves."""

    push_timeout_seconds: float = PUSH_SECONDS
    push_retries: int = PUSH_RETRIES
    retry_pause_seconds: float = 0.5
    fresh_nonce_on_retry: bool = False
    wire_clock: str = "real"


class World:
    """One WeChat."""

    def __init__(self, accounts: list[dict[str, Any]], house: str) -> None:
        self.configured = accounts
        self.house = house.rstrip("/")
        self.journal = Journal()
        self.reset()

    def reset(self) -> None:
        """Begin anew: people, tokens, quotas, faults, settings and the clock."""
        self.clock = Clock()
        self.settings = Settings()
        self.faults = Faults()
        self.mint = Mint(self.clock)
        self.pushes: deque[Push] = deque(maxlen=KEPT_PUSHES)
        self.calls: deque[dict[str, Any]] = deque(maxlen=KEPT_CALLS)
        self.texts: deque[dict[str, Any]] = deque(maxlen=KEPT_SMS)
        self.call_counts: Counter[tuple[str, str, int]] = Counter()
        self.used: Bounded[tuple[str, str, str], int] = Bounded(10_000)
        self.words: dict[str, list[str]] = {"risky": [], "review": []}
        self.accounts = {each["appid"]: Account.of(each) for each in self.configured}
        self.message_ids: Iterator[int] = itertools.count(int(time.time() * 1000) * 10_000)

    def callback_url(self, account: Account) -> str:
        """Where pushes of this account go: its own address, or the house's usual one."""
        return account.callback_url or (f"{self.house}/wechat/{account.appid}" if self.house else "")

    def person(self, openid: str) -> Person | None:
        """Whoever has this openid, at whichever account."""
        for account in self.accounts.values():
            if openid in account.people:
                return account.people[openid]
        return None

    def wire_now(self) -> int:
        """The second that pushes carry. Real by default, since receivers compare it with their own clock."""
        return int(self.clock.now() if self.settings.wire_clock == "virtual" else time.time())

    def show(self, person: Person, kind: str, content: dict[str, Any]) -> Delivery:
        """Put something on a person's phone."""
        delivery = self.journal.add(person.appid, person.openid, kind, self.clock.now(), content)
        person.outbox.append(delivery)
        return delivery

    def receive(self, phone: str, text: str) -> dict[str, Any]:
        """An SMS reaches a phone, whoever's it is."""
        now = self.clock.now()
        shown = {"phone": phone, "text": text}
        delivery = self.journal.add("", "", "sms", now, shown)
        kept = {"number": delivery.number, "at": int(now * 1000), **shown}
        self.texts.append(kept)
        return kept

    def record_call(self, appid: str, api: str, errcode: int, body: dict[str, Any]) -> None:
        """Remember a call for those who count."""
        self.call_counts[appid, api, errcode] += 1
        now, openid = self.clock.now(), str(body.get("touser") or "")
        shown = {"api": api, "errcode": errcode}
        self.calls.append({"appid": appid, **shown, "touser": openid, "at": int(now * 1000)})
        self.journal.add(appid, openid, "call", now, shown)
