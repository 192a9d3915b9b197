"""What WeChat tells of itself: what became of a message, who gave or took back a yes, who withdrew what of their data.

The events for a mini-program's own matters (a verdict on a picture) are handed to whoever is named in `app.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from rooms import erasure, identities, ledger, mass, templates
from rooms.accounts import Account
from rooms.store import Store
from wechat import sessions
from wechat.pushes import Push

log = logging.getLogger(__name__)

Handler = Callable[[Store, str, Mapping[str, Any]], None]
"""(store, appid, the event's fields). Runs inside the push, so it is quick; what it raises makes WeChat try again."""

NO_HANDLERS: Mapping[str, Handler] = MappingProxyType({})
WARNINGS = frozenset({"qualification_verify_fail", "naming_verify_fail", "annual_renew", "verify_expired",
                      "weapp_audit_fail", "wxa_punish_event"})
MOST_ENTRIES = 50


class Reports:
    def __init__(self, store: Store, handlers: Mapping[str, Handler]) -> None:
        self._store = store
        self._ways: dict[str, Callable[[Account, Push], None]] = {
            "subscribe_msg_popup_event": self._asked, "subscribe_msg_change_event": self._changed,
            "subscribe_msg_sent_event": self._sent, "templatesendjobfinish": self._finished,
            "masssendjobfinish": self._mass_ended,
            "user_info_modified": self._revoked, "user_authorization_revoke": self._revoked,
            "user_authorization_cancellation": self._cancelled, "user_enter_tempsession": self._session,
            **dict.fromkeys(WARNINGS, self._warned),
            **{name: self._handed(handler) for name, handler in handlers.items()}}

    def concern(self, push: Push) -> bool:
        """Whether this is such an event. What is not in the table is answered `success` like all that is unknown."""
        return push.event in self._ways

    def note(self, account: Account, push: Push) -> None:
        """Raises Refused(UNAVAILABLE)."""
        self._ways[push.event](account, push)

    # templates

    def _asked(self, account: Account, push: Push) -> None:
        for entry in _entries(push):
            act = templates.said_yes if entry.get("SubscribeStatusString") == "accept" else templates.refused
            act(self._store, account.appid, push.openid, str(entry.get("TemplateId", "")))

    def _changed(self, account: Account, push: Push) -> None:
        """Only refusals are told."""
        for entry in _entries(push):
            if entry.get("SubscribeStatusString") != "accept":
                templates.refused(self._store, account.appid, push.openid, str(entry.get("TemplateId", "")))

    def _sent(self, account: Account, push: Push) -> None:
        for entry in _entries(push):
            arrived = str(entry.get("ErrorCode", "0")) == "0"
            ledger.heard_of_template(self._store, account.appid, push.openid, str(entry.get("MsgID", "")), arrived,
                                     str(entry.get("ErrorStatus", "")))

    def _finished(self, account: Account, push: Push) -> None:
        status = push.fields.get("Status", "")
        arrived = status.strip().lower() == "success"
        ledger.heard_of(self._store, account.appid, push.fields.get("MsgID", ""), arrived, status)
        if "block" in status:
            identities.unsubscribed(self._store, account, push.openid)

    def _mass_ended(self, account: Account, push: Push) -> None:
        """A number in the status is WeChat's fault with the words, or with who sent them."""
        status, counts = push.fields.get("Status", "").strip(), {name: _count(push, name) for name in (
            "SentCount", "TotalCount", "FilterCount", "ErrorCount")}
        mass.ended(self._store, account.appid, push.fields.get("MsgID", ""), mass.Ended(
            status.lower() == "send success", status.lower().startswith("err"), status, counts["SentCount"],
            max(0, counts["TotalCount"] - counts["FilterCount"]), counts["ErrorCount"]))

    # people's data

    def _revoked(self, account: Account, push: Push) -> None:
        """Their name, picture or phone is WeChat's to give no longer: it goes, and they keep their place."""
        identities.take_back(self._store, account, _whose(push), _items(push))

    def _cancelled(self, account: Account, push: Push) -> None:
        erasure.of_identity(self._store, account.appid, _whose(push))

    # the rest

    def _session(self, account: Account, push: Push) -> None:
        self._store.live.hint(sessions.HINT, f"{account.appid} {push.openid}", surely=True)

    def _warned(self, account: Account, push: Push) -> None:
        log.warning("WeChat warns: account %s: %s %s", account.appid, push.event,
                    push.fields.get("FailReason") or push.fields.get("ExpiredTime", ""))

    def _handed(self, handler: Handler) -> Callable[[Account, Push], None]:
        return lambda account, push: handler(self._store, account.appid, push.tree)


def _entries(push: Push) -> Iterator[Mapping[str, Any]]:
    """The entries of a subscribe event: bare, or in any wrapper; one of them is no list."""
    tree = push.tree
    inside: Any = tree.get("List") or next(
        (value["List"] for value in tree.values() if isinstance(value, dict) and "List" in value), [])
    for entry in (inside if isinstance(inside, list) else [inside])[:MOST_ENTRIES]:
        if isinstance(entry, dict):
            yield entry


def _count(push: Push, name: str) -> int:
    told = push.fields.get(name, "")
    return int(told) if told.isdecimal() and len(told) < 12 else 0


def _whose(push: Push) -> str:
    """The platform's own account pushes this; the person is named inside, at times with blanks around the key."""
    return push.fields.get("OpenID", "") or push.fields.get("OpenId", "")


def _items(push: Push) -> frozenset[str]:
    told = push.tree.get("RevokeInfo", "")
    return frozenset(part.strip() for part in str(told).replace("|", ",").split(",") if part.strip())
