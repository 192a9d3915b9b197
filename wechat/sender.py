"""What the planner decided goes out: intent first, then the call, then what came of it.

A call that failed makes the account wait before the next by the same way, longer each time; then a single call tries
whether WeChat is there again, and the others wait for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rooms import accounts, denials, identities, ledger, templates
from rooms.accounts import Account
from rooms.denials import Feature
from rooms.ledger import Intent
from rooms.planner import Notify, Send, Way, Window
from rooms.store import Store
from rooms.templates import Filled
from wechat import outcomes
from wechat.addressee import Addressee
from wechat.article import Article
from wechat.commands import Verb
from wechat.outcomes import Reaction
from wechat.platform import calls, stops
from wechat.platform.client import Client
from wechat.platform.limits import LIMITS, PlatformLimits
from wechat.platform.sending import Outcome, State, send_article, send_menu, send_template, send_text
from wechat.platform.token import Credentials, SharedTokens

if TYPE_CHECKING:
    from settings import Settings

log = logging.getLogger(__name__)

STATES = {State.SENT: ledger.SENT, State.REFUSED: ledger.FAILED, State.UNSENT: ledger.FAILED,
          State.UNKNOWN: ledger.UNKNOWN}
PROBE_SECONDS = 10
MOST_DOUBLINGS = 3
LOOK_AGAIN_MS = 15_000
NO_MENUS = frozenset({40200, 48008, 45002})
"""The account, or this text, cannot be a message menu: it goes as a text, then and from now on."""
NO_MESSAGES = frozenset({48001, 48004})


class Sent(NamedTuple):
    outcome: Outcome
    reaction: Reaction

    @property
    def arrived(self) -> bool:
        return self.outcome.state is State.SENT

    @property
    def in_doubt(self) -> bool:
        return self.outcome.state is State.UNKNOWN


class Sender:
    """One for a run, so that its connections are used again."""

    def __init__(self, store: Store, settings: Settings, limits: PlatformLimits = LIMITS) -> None:
        self._store = store
        self._base = settings.wechat_api_url
        self._limits = limits
        self._clients: dict[str, Client] = {}

    def stopped_until(self, appid: str, way: Way = Way.CUSTOMER) -> int:
        """Nothing goes by this way before then (ms); 0 where nothing hinders it."""
        until, failures, _ = stops.of(self._store, appid, way)
        now = self._store.clock.now()
        if until > now:
            return until
        if full := calls.free_at(self._store, self._limits, appid, way):
            return full
        if failures and not self._store.live.once(f"probe:{appid}:{way}:{until}", PROBE_SECONDS):
            return now + LOOK_AGAIN_MS
        return 0

    def text(self, to: Addressee, send: Send, intent: Intent, text: str, taps: Sequence[Verb] = ()) -> Sent | None:
        """As a customer-service message; None when somebody else was faster. With `taps`, commands that a touch gives,
        where the account may send message menus."""
        assert to.account is not None
        account, openid = to.account, to.follower.openid
        if taps and self.may_menu(account):
            items = {str(verb): to.words.taps[verb] for verb in taps}
            return self._out(to, send, intent, account, lambda client: send_menu(client, openid, text, items), True)
        return self._out(to, send, intent, account, lambda client: send_text(client, openid, text))

    def article(self, to: Addressee, send: Send, intent: Intent, article: Article) -> Sent | None:
        """As a customer-service message that leads somewhere; None when somebody else was faster."""
        assert to.account is not None
        openid = to.follower.openid
        return self._out(to, send, intent, to.account, lambda client: send_article(client, openid, *article))

    def may_menu(self, account: Account) -> bool:
        """Only accounts of a certain class; WeChat says so once."""
        return not denials.is_denied(self._store, account.appid, Feature.MESSAGE_MENUS)

    def notice(self, to: Addressee, notify: Notify, intent: Intent, filled: Filled) -> Sent | None:
        """By a template, to whichever of the person's addresses the ticket is for."""
        account = accounts.of(self._store, notify.ticket.appid)
        if account is None:
            return None
        return self._out(to, notify, intent, account,
                         lambda client: send_template(client, notify.ticket.way, notify.ticket.openid, filled))

    def client(self, account: Account) -> Client:
        if account.appid not in self._clients:
            tokens = SharedTokens(self._store.live, Credentials(account.appid, account.secret), self._base)
            self._clients[account.appid] = Client(account.appid, tokens, self._base, self._limits)
        return self._clients[account.appid]

    def _out(self, to: Addressee, decision: Send | Notify, intent: Intent, account: Account,
             act: Callable[[Client], Outcome], menu: bool = False) -> Sent | None:
        delivery = ledger.intend(self._store, to.page, decision, intent)
        if delivery is None:
            return None
        calls.count(self._store, self._limits, account.appid, Way(delivery.way))
        outcome = act(self.client(account))
        reaction = outcomes.react(outcome, self._store.clock.now(), to.page.failures)
        if menu and outcome.errcode in NO_MENUS:
            denials.deny(self._store, account.appid, Feature.MESSAGE_MENUS, outcome.errcode or 0, outcome.detail)
            reaction = Reaction(outcomes.Bucket.GIVEN_BACK, again_ms=0)
        reached = reaction.reachable and reaction.follows
        ledger.settle(self._store, to.page, delivery, decision, intent, ledger.Outcome(
            STATES[outcome.state], outcome.errcode, outcome.detail, _shut(reaction, decision),
            reaction.bucket is outcomes.Bucket.GIVEN_BACK, reached, reaction.no_yes, outcome.reference))
        self._learn(account, Way(delivery.way), delivery.openid, decision, outcome, reaction)
        return Sent(outcome, reaction)

    def _learn(self, account: Account, way: Way, openid: str, decision: Send | Notify, outcome: Outcome,
               reaction: Reaction) -> None:
        """What the answer says about the account, the address and the template, besides this one message."""
        if outcome.state is State.SENT:
            stops.end(self._store, account.appid, way)
            return
        log.warning("not sent appid=%s way=%s state=%s errcode=%s: %s", account.appid, way, outcome.state,
                    outcome.errcode, outcome.detail)
        if reaction.alarm or reaction.stop_ms:
            self._stop_account(account.appid, way, reaction,
                               outcome.errcode is None or outcome.errcode in outcomes.SYSTEM)
        if way is Way.CUSTOMER and outcome.errcode in NO_MESSAGES:
            denials.deny(self._store, account.appid, Feature.MESSAGES, outcome.errcode or 0, outcome.detail)
        if not reaction.follows:
            identities.unsubscribed(self._store, account, openid)
        if reaction.template_off and isinstance(decision, Notify):
            templates.switch_off(self._store, account.appid, decision.ticket.template_id,
                                 f"{outcome.errcode}: {outcome.detail}")

    def _stop_account(self, appid: str, way: Way, reaction: Reaction, grows: bool) -> None:
        if reaction.alarm:
            log.error("account %s: %s", appid, reaction.alarm)
        if not reaction.stop_ms:
            return
        failures = stops.of(self._store, appid, way).failures + 1 if grows else 0
        stop_ms = reaction.stop_ms * 2 ** max(0, min(failures - 1, MOST_DOUBLINGS))
        stops.begin(self._store, appid, way, stop_ms, failures, reaction.alarm)


def _shut(reaction: Reaction, decision: Send | Notify) -> list[Window]:
    if isinstance(decision, Notify):
        return []
    if reaction.bucket is outcomes.Bucket.ALL_SHUT:
        return list(Window)
    return [decision.bucket.window] if reaction.bucket is outcomes.Bucket.SHUT else []
