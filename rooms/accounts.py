"""The organizations' accounts at WeChat: Official Accounts and mini-programs."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.record import Connection, Record, organizations
from rooms.record import accounts as record
from rooms.store import Store

REMEMBERED_SECONDS = 30
REMEMBERED = 1_000
OVERLAP_HOURS, LONGEST_OVERLAP_HOURS = 24, 7 * 24
_APPID = re.compile(r"[A-Za-z0-9_-]{4,64}")
_SECRET = re.compile(r"[\x21-\x7e]{1,128}")
_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")


class Kind(StrEnum):
    OFFICIAL_ACCOUNT = "official_account"
    MINI_PROGRAM = "mini_program"


class Mode(StrEnum):
    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SAFE = "safe"


class Account(NamedTuple):
    """With its secrets in clear: never log one. `gh_id` is the account's own openid in pushes, where it is known."""

    appid: str
    organization: str
    kind: str
    gh_id: str
    secret: str
    token: str
    aes_key: str
    mode: str
    data_format: str
    created_at: int
    old_token: str | None = None
    old_aes_key: str | None = None
    old_until: int | None = None

    def as_before(self, now: int) -> Account | None:
        """With the credentials that are being exchanged, while they still count."""
        if not self.old_token or (self.old_until or 0) <= now:
            return None
        return self._replace(token=self.old_token, aes_key=self.old_aes_key or "")

    def __repr__(self) -> str:
        return f"Account({self.appid!r}, {self.kind}, {self.mode})"


_known: WeakKeyDictionary[Record, dict[str, tuple[float, Account | None]]] = WeakKeyDictionary()


def add(store: Store, organization: str, appid: str, kind: str, secret: str, token: str = "",
        aes_key: str = "", mode: str = Mode.PLAIN, gh_id: str = "", data_format: str = "xml",
        by: Actor | None = None) -> str:
    """With its first mini-program, a new organization has judged what `safety.begin` says.

    Raises Refused: not_found (organization), duplicate (appid), bad_frame with what is wrong.
    """
    from rooms import safety, shelf

    account = checked(Account(appid, organization, kind, gh_id, secret, token, aes_key, mode, data_format,
                              store.clock.now()))
    if store.record.read(lambda c: organizations.one(c, organization)) is None:
        raise Refused(Code.NOT_FOUND, "no such organization")
    sealed = seal(store.record, account)

    def act(connection: Connection) -> bool:
        if not record.add(connection, sealed):
            return False
        if kind == Kind.MINI_PROGRAM:
            safety.begin(connection, organization)
        _note(connection, store, by, organization, "account_add", appid, {"kind": kind, "mode": mode})
        return True

    if not store.record.write(act):
        raise Refused(Code.DUPLICATE, f"the account {appid} is there already")
    _known.pop(store.record, None)
    shelf.changed(store)
    return appid


def change(store: Store, actor: Actor, appid: str, **fields: Any) -> None:
    """Sets what stands in `fields`: secret, token, aes_key, mode, gh_id. Raises Refused: not_found, bad_frame."""
    organization = actor.person.organization
    before = store.record.read(lambda c: record.one(c, appid))
    if before is None or before.organization != organization:
        raise Refused(Code.NOT_FOUND)
    until = store.clock.now() + OVERLAP_HOURS * 3_600_000
    account = seal(store.record, _exchanged(unseal(store.record, before), fields, until))

    def act(connection: Connection) -> None:
        record.change(connection, account)
        _note(connection, store, actor, organization, "account_edit", appid, {"changed": sorted(fields)})

    store.record.write(act)
    _known.pop(store.record, None)


def of_organization(store: Store, organization: str) -> list[Account]:
    return [unseal(store.record, found) for found in store.record.read(
        lambda c: record.of_organization(c, organization))]


def of(store: Store, appid: str) -> Account | None:
    """None for an unknown one. A change reaches every process within 30 seconds."""
    if not _APPID.fullmatch(appid):
        return None
    known = _known.setdefault(store.record, {})
    until, account = known.get(appid, (0.0, None))
    if time.monotonic() > until:
        found = store.record.read(lambda c: record.one(c, appid))
        account = None if found is None else unseal(store.record, found)
        if len(known) >= REMEMBERED:
            known.clear()
        known[appid] = (time.monotonic() + REMEMBERED_SECONDS, account)
    return account


def rotate(store: Store, appid: str, secret: str | None = None, token: str | None = None, aes_key: str | None = None,
           hours: int = OVERLAP_HOURS) -> None:
    """Other credentials from now on. Pushes with the old token and key are taken for `hours` more, because WeChat's
    console and we cannot change at the same instant. Raises Refused: not_found, bad_frame."""
    now = store.clock.now()
    known = store.record.read(lambda c: record.one(c, appid))
    if known is None:
        raise Refused(Code.NOT_FOUND, f"no account {appid}")
    if not 0 <= hours <= LONGEST_OVERLAP_HOURS:
        raise Refused(Code.BAD_FRAME, f"hours: 0 to {LONGEST_OVERLAP_HOURS}")
    given = {"secret": secret, "token": token, "aes_key": aes_key}
    fields = {name: value for name, value in given.items() if value is not None}
    sealed = seal(store.record, _exchanged(unseal(store.record, known), fields, now + hours * 3_600_000))
    store.record.write(lambda c: record.change(c, sealed))
    _known.pop(store.record, None)


def _exchanged(before: Account, fields: dict[str, Any], until: int) -> Account:
    """With these fields; where the token or the key is another, the old ones count until then."""
    kept: dict[str, Any] = {"old_token": before.token, "old_aes_key": before.aes_key, "old_until": until}
    exchanged = any(name in fields and fields[name] != getattr(before, name) for name in ("token", "aes_key"))
    return checked(before._replace(**fields, **(kept if exchanged else {})))


def every(store: Store) -> list[Account]:
    return [unseal(store.record, found) for found in store.record.read(record.every)]


def checked(account: Account) -> Account:
    """Raises Refused(bad_frame) with the first thing that is wrong."""
    encrypted = account.mode != Mode.PLAIN
    rules = {
        "appid: 4 to 64 letters and digits": _APPID.fullmatch(account.appid),
        f"kind: one of {', '.join(Kind)}": account.kind in list(Kind),
        f"mode: one of {', '.join(Mode)}": account.mode in list(Mode),
        "data format: xml or json": account.data_format in ("xml", "json"),
        "secret: 1 to 128 printable characters": _SECRET.fullmatch(account.secret),
        "token: 3 to 32 letters and digits": _TOKEN.fullmatch(account.token) or (not account.token and not encrypted),
        "aes key: 43 letters and digits": _AES_KEY.fullmatch(account.aes_key) or (
            not account.aes_key and not encrypted),
        "original id: at most 64 characters": len(account.gh_id) <= 64 and account.gh_id.isascii(),
    }
    for rule, kept in rules.items():
        if not kept:
            raise Refused(Code.BAD_FRAME, rule)
    return account


def seal(to: Record, account: Account) -> record.Account:
    def sealed(field: str) -> str:
        return to.vault.seal(getattr(account, field), _place(account.appid, field))

    return record.Account(*account)._replace(
        secret=sealed("secret"), token=sealed("token"), aes_key=sealed("aes_key"),
        old_token=sealed("old_token") if account.old_token else None,
        old_aes_key=sealed("old_aes_key") if account.old_aes_key else None)


def unseal(by: Record, account: record.Account) -> Account:
    """Raises Misconfigured when TEAHOUSE_SECRET_KEY is not the one that sealed it."""
    def opened(field: str) -> str:
        return by.vault.open(getattr(account, field), _place(account.appid, field))

    return Account(*account)._replace(
        secret=opened("secret"), token=opened("token"), aes_key=opened("aes_key"),
        old_token=opened("old_token") if account.old_token else None,
        old_aes_key=opened("old_aes_key") if account.old_aes_key else None)


def _note(connection: Connection, store: Store, actor: Actor | None, organization: str, act: str, appid: str,
          after: Mapping[str, Any]) -> None:
    """An appid is longer than a target may be, so it stands among what changed. Never a secret."""
    from rooms import auditing

    auditing.note(connection, store, actor, organization, act, after={"appid": appid, **after})


def _place(appid: str, field: str) -> str:
    return f"accounts/{appid}/{field}"
