"""Console accounts: signing in, passwords, second factors, roles, and the end of them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

from rooms import auditing, names, orgs, passwords, sessions, totp
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.ids import ALPHABET
from rooms.permissions import StaffRole
from rooms.record import Connection, organizations, second_factors, staff
from rooms.record.second_factors import Totp
from rooms.record.staff import Staff
from rooms.sessions import Signed
from rooms.store import Store

WINDOW_MS = 600_000
TRIES_OF_AN_ACCOUNT, TRIES_OF_AN_ADDRESS, TRIES_IN_ALL = 10, 60, 2_000
"""Failed sign-ins in ten minutes. Each is counted before it is judged, and given back when it was right."""

RECOVERY_CODES, CODE_LENGTH = 10, 12
MOST = 200
_RANK = {StaffRole.AUDITOR: 0, StaffRole.MODERATOR: 1, StaffRole.ADMIN: 2, StaffRole.OWNER: 3}
_SIX_DIGITS = re.compile(r"[0-9]{6}")
_stand_in: dict[str, str] = {}


class CodeNeeded(Exception):
    """The password is right; the second factor is still to be shown."""


class Wrong(Exception):
    """Account, password and code do not open anything together; which of them is wrong is not told."""


class Enrolment(NamedTuple):
    secret: str
    uri: str


def sign_in(store: Store, email: str, password: str, code: str, address: str) -> Staff:
    """The account that these open. Raises Wrong, CodeNeeded, and Refused(rate_limited).

    An account that is not there costs the same time and gets the same answer as a wrong password.
    """
    email = email.strip().lower()
    counted, nobody = _count(store, email, address), _hash_of_nobody()
    known = store.record.read(lambda c: staff.by_email(c, email))
    usable = known is not None and known.deactivated_at is None
    right = passwords.fits(password, known.password_hash if known is not None and usable else nobody)
    if known is None or not usable or not right:
        raise Wrong
    if second_factor_of(store, known.id):
        if not code:
            _give_back(store, counted)
            raise CodeNeeded
        if not _fits(store, known.id, code):
            raise Wrong
    _give_back(store, counted)
    return known


def sign_in_by_scan(store: Store, account: str, code: str, address: str) -> Staff:
    """The account that a scanned code opens, if it has no second factor or the code fits. Raises as `sign_in` does."""
    known = _of(store, account)
    if known.deactivated_at is not None:
        raise Wrong
    if second_factor_of(store, account):
        if not code:
            raise CodeNeeded
        counted = _count(store, known.email, address)
        if not _fits(store, account, code):
            raise Wrong
        _give_back(store, counted)
    return known


def change_password(store: Store, signed: Signed, old: str, new: str) -> None:
    """Ends every session of the account: the caller begins a new one. Raises Wrong, Refused(bad_frame)."""
    known = _of(store, signed.id)
    counted = _count(store, known.email, "")
    if not passwords.fits(old, known.password_hash):
        raise Wrong
    _give_back(store, counted)
    set_password(store, signed.actor, known.id, new)


def set_password(store: Store, actor: Actor | None, account: str, password: str) -> None:
    """Without an actor: by the operator of the house. Every session of the account ends."""
    if len(password) < orgs.SHORTEST_PASSWORD:
        raise Refused(Code.BAD_FRAME, f"a password has at least {orgs.SHORTEST_PASSWORD} characters")
    sealed = passwords.seal(password)
    _change(store, actor, account, "staff_password", password_hash=sealed)
    sessions.end_all(store, account)


def reset_second_factor(store: Store, actor: Actor | None, account: str) -> bool:
    """For who lost it; False when there was none. Every session of the account ends."""
    known = _of(store, account)

    def act(connection: Connection) -> bool:
        removed = second_factors.remove(connection, account)
        if removed:
            auditing.note(connection, store, actor, known.organization, "staff_totp_off", account)
        return removed

    removed = store.record.write(act)
    sessions.end_all(store, account)
    return removed


def reset_for(store: Store, actor: Actor, account: str, by: str) -> None:
    """By somebody of the organization whose own role is `by`. Raises Refused: forbidden, not_found."""
    below(by, _of(store, account).role)
    if not reset_second_factor(store, actor, account):
        raise Refused(Code.NOT_FOUND, "this account has no second factor")


def second_factor_of(store: Store, account: str) -> bool:
    found = store.record.read(lambda c: second_factors.one(c, account))
    return found is not None and found.confirmed_at is not None


def enrol(store: Store, signed: Signed) -> Enrolment:
    """A new second factor, which counts once a code of it was shown. Raises Refused(duplicate) where one counts."""
    if second_factor_of(store, signed.id):
        raise Refused(Code.DUPLICATE, "the second factor is on already")
    secret = totp.new_secret()
    sealed = store.record.vault.seal(secret, _place(signed.id))
    now = store.clock.now()
    store.record.write(lambda c: second_factors.put_(c, Totp(signed.id, sealed, now, None, 0)))
    return Enrolment(secret, totp.uri(secret, signed.email))


def confirm(store: Store, signed: Signed, code: str) -> list[str]:
    """Turns the second factor on; returns the recovery codes, which are shown only now. Ends every session.

    Raises Wrong, Refused(not_found) where nothing was begun, rate_limited.
    """
    if second_factor_of(store, signed.id) or store.record.read(lambda c: second_factors.one(c, signed.id)) is None:
        raise Refused(Code.NOT_FOUND, "begin the second factor first")
    counted = _count(store, signed.email, "")
    if not _fits_totp(store, signed.id, code):
        raise Wrong
    _give_back(store, counted)
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(RECOVERY_CODES)]
    digests = [_digest(store, signed.id, one) for one in codes]
    now = store.clock.now()

    def act(connection: Connection) -> None:
        second_factors.confirm(connection, signed.id, now)
        second_factors.set_codes(connection, signed.id, digests)
        auditing.note(connection, store, signed.actor, signed.organization, "staff_totp_on", signed.id)

    store.record.write(act)
    sessions.end_all(store, signed.id)
    return codes


def turn_off(store: Store, signed: Signed, password: str, code: str) -> None:
    """Raises Wrong, Refused(rate_limited)."""
    counted = _count(store, signed.email, "")
    if not passwords.fits(password, _of(store, signed.id).password_hash) or not _fits(store, signed.id, code):
        raise Wrong
    _give_back(store, counted)
    reset_second_factor(store, signed.actor, signed.id)


# who works here


def every(store: Store, organization: str) -> Sequence[Staff]:
    return store.record.read(lambda c: staff.of_organization(c, organization))


def add(store: Store, actor: Actor, role: str, email: str, name: str, password: str, by: str) -> str:
    """`by` is the role of who adds. Raises Refused: forbidden (above one's own), duplicate, full, bad_frame."""
    below(by, role)
    person = orgs.new_staff(actor.person.organization, email, role, password, store.clock.now())
    person = person._replace(name=_clean(name))

    def act(connection: Connection) -> bool:
        organizations.lock(connection, person.organization)
        if staff.count(connection, person.organization) >= MOST:
            raise Refused(Code.FULL, f"an organization has at most {MOST} console accounts")
        if not staff.add(connection, person):
            return False
        auditing.note(connection, store, actor, person.organization, "staff_add", person.id, after={"role": role})
        return True

    if not store.record.write(act):
        raise Refused(Code.DUPLICATE, "this address has a console account already")
    return person.id


def edit(store: Store, actor: Actor, account: str, by: str, name: str | None = None, role: str | None = None,
         active: bool | None = None) -> None:
    """A change of role or an end signs the account out everywhere. Raises Refused: not_found, forbidden (above one's
    own role, oneself, the last owner), bad_frame."""
    now = store.clock.now()

    def act(connection: Connection) -> bool:
        organizations.lock(connection, actor.person.organization)
        known = staff.one(connection, account)
        if known is None or known.organization != actor.person.organization:
            raise Refused(Code.NOT_FOUND, "no such account")
        below(by, known.role)
        fields = _changes(known, now, name, role, active)
        if not fields:
            return False
        if "role" in fields or "deactivated_at" in fields:
            _not_the_last(connection, actor, known)
            below(by, str(fields.get("role", known.role)))
        staff.change(connection, account, **fields)
        before = {field: getattr(known, field) for field in fields}
        auditing.note(connection, store, actor, known.organization, "staff_edit", account, before=before, after=fields)
        return "role" in fields or "deactivated_at" in fields

    if store.record.write(act):
        sessions.end_all(store, account)
    else:
        sessions.changed(store, account)


def deactivate(store: Store, account: str) -> None:
    """By the operator of the house: even the last owner."""
    _change(store, None, account, "staff_edit", deactivated_at=store.clock.now())
    sessions.end_all(store, account)


def find(store: Store, email: str) -> Staff:
    """By address, for the operator. Raises Refused(not_found)."""
    known = store.record.read(lambda c: staff.by_email(c, email.strip().lower()))
    if known is None:
        raise Refused(Code.NOT_FOUND, "no console account has this address")
    return known


def _changes(known: Staff, now: int, name: str | None, role: str | None, active: bool | None) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if name is not None and _clean(name) != known.name:
        fields["name"] = _clean(name)
    if role is not None and role != known.role:
        fields["role"] = role
    if active is not None and active != (known.deactivated_at is None):
        fields["deactivated_at"] = None if active else now
    return fields


def _not_the_last(connection: Connection, actor: Actor, known: Staff) -> None:
    if known.id == actor.person.id:
        raise Refused(Code.FORBIDDEN, "somebody else has to change your own account")
    if known.role == StaffRole.OWNER and known.deactivated_at is None and staff.count(
            connection, known.organization, StaffRole.OWNER) == 1:
        raise Refused(Code.FORBIDDEN, "an organization keeps at least one owner")


def below(by: str, role: str) -> None:
    """Nobody gives or takes what is above their own role. Raises Refused: forbidden, bad_frame."""
    if role not in list(StaffRole):
        raise Refused(Code.BAD_FRAME, f"role: one of {', '.join(StaffRole)}")
    if _RANK[StaffRole(by)] < _RANK[StaffRole(role)]:
        raise Refused(Code.FORBIDDEN, "above your own role")


def _clean(name: str) -> str:
    return names.name(name).shown if name.strip() else ""


def _of(store: Store, account: str) -> Staff:
    known = store.record.read(lambda c: staff.one(c, account))
    if known is None:
        raise Refused(Code.NOT_FOUND, "no such account")
    return known


def _change(store: Store, actor: Actor | None, account: str, act_: str, **fields: Any) -> None:
    known = _of(store, account)

    def act(connection: Connection) -> None:
        staff.change(connection, account, **fields)
        auditing.note(connection, store, actor, known.organization, act_, account)

    store.record.write(act)


def _fits(store: Store, account: str, code: str) -> bool:
    """A code of the app, or one of the recovery codes."""
    typed = "".join(code.split()).lower()
    if _SIX_DIGITS.fullmatch(typed):
        return _fits_totp(store, account, typed)
    digest, now = _digest(store, account, typed), store.clock.now()
    return store.record.write(lambda c: second_factors.use_code(c, account, digest, now))


def _fits_totp(store: Store, account: str, typed: str) -> bool:
    known = store.record.read(lambda c: second_factors.one(c, account))
    if known is None:
        return False
    secret = store.record.vault.open(known.secret, _place(account))
    step = totp.step_of(secret, typed, store.clock.now())
    return step is not None and store.record.write(lambda c: second_factors.use(c, account, step))


def _digest(store: Store, account: str, code: str) -> str:
    return store.record.vault.digest("recovery-code", account, code)


def _place(account: str) -> str:
    return f"staff_totp/{account}"


def _hash_of_nobody() -> str:
    """A password hash that costs what every other does; made once in a process."""
    if "hash" not in _stand_in:
        _stand_in["hash"] = passwords.seal(secrets.token_urlsafe(16))
    return _stand_in["hash"]


def _count(store: Store, email: str, address: str) -> list[str]:
    """One more try of each of these; the counters, to give it back. What was tried in the window before counts by how
    much of it still lies within the last ten minutes. Raises Refused(rate_limited)."""
    now = store.clock.now()
    window, into = divmod(now, WINDOW_MS)
    limits = {"account:" + store.record.vault.digest("login", email)[:24]: TRIES_OF_AN_ACCOUNT,
              "everybody": TRIES_IN_ALL} | ({f"address:{address}": TRIES_OF_AN_ADDRESS} if address else {})
    counters = [store.live.name("console", "tries", what, str(window)) for what in limits]
    before = [store.live.name("console", "tries", what, str(window - 1)) for what in limits]
    wanted = [command for key, old in zip(counters, before, strict=True) for command in (
        (("INCR", key), key), (("PEXPIRE", key, str(3 * WINDOW_MS)), key), (("GET", old), old))]
    answers = store.live.commands(wanted)
    for most, count, old in zip(limits.values(), answers[::3], answers[2::3], strict=True):
        if int(count) + int(old or 0) * (WINDOW_MS - into) // WINDOW_MS > most:
            raise Refused(Code.RATE_LIMITED, "too many tries to sign in", WINDOW_MS - into)
    return counters


def _give_back(store: Store, counted: Sequence[str]) -> None:
    store.live.commands([(("DECR", key), key) for key in counted])
