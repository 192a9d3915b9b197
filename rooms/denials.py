"""Features that are off for an account, because WeChat does not let it use them: an account that is not verified may
neither publish a menu nor make codes. The feature stays off until an operator turns it on again.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from rooms.record import denials
from rooms.record.denials import Denial
from rooms.store import Store

__all__ = ["CODES", "Denial", "Feature", "deny", "is_denied", "lift", "of_account"]

CODES = frozenset({48001, 48004, 48008, 40200})
"""WeChat's words for: this account may not."""


class Feature(StrEnum):
    MENU = "menu"
    QR_CODES = "qr codes"
    MINI_CODES = "mini-program codes"
    MESSAGES = "customer messages"
    MESSAGE_MENUS = "message menus"
    MASS = "mass sending"


def deny(store: Store, appid: str, feature: str, errcode: int, detail: str) -> None:
    denial = Denial(appid, feature, errcode, detail[:255], store.clock.now())
    store.record.write(lambda c: denials.add(c, denial))


def is_denied(store: Store, appid: str, feature: str) -> bool:
    return any(one.feature == feature for one in of_account(store, appid))


def of_account(store: Store, appid: str) -> Sequence[Denial]:
    return store.record.read(lambda c: denials.of_account(c, appid))


def lift(store: Store, appid: str, feature: str) -> bool:
    """The account was verified meanwhile, say: try again. False when the feature was not off."""
    return store.record.write(lambda c: denials.lift(c, appid, feature))
