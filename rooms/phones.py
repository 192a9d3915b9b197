"""Phones: a code by SMS, or WeChat's word, shows that a number is somebody's.

A number is kept as a keyed hash, to find it by, and sealed, to send to it. A code is six random digits that count for
one person and one purpose, for five minutes and five guesses; of it only a keyed hash is kept, and a guess counts
before it is judged, so that a hundred at once are still five.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import NamedTuple

from rooms import erasure, ids, merging
from rooms.errors import Code, Refused, TeahouseError
from rooms.events import Person
from rooms.live.scripts import GUESS, KEEP_CODE
from rooms.merging import Merged
from rooms.record import Connection, audit, organizations, phones, spent
from rooms.record import identities as identity_rows
from rooms.record import sms as rows
from rooms.record.audit import Act
from rooms.record.phones import Phone
from rooms.record.sms import Sms
from rooms.store import Store

BIND = "bind"
LIVES_MS = 5 * 60_000
GUESSES = 5
PACE_SECONDS = 60
NUMBER_A_DAY, PERSON_A_DAY = 5, 10
PROOF_MS = 90 * 86_400_000
"""A number that was shown longer ago than this may belong to somebody else by now: operators give them out again."""

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
CHINA_MS = 8 * HOUR_MS
"""A day begins at midnight in China."""

_UNSEEN = re.compile(r"[\s\-‐-―()·.\u200b-\u200f\u2060\ufeff]+")
_MAINLAND = re.compile(r"(?:(?:\+|00)?86)?(1[3-9][0-9]{9})")
_COUNTRY, _NATIONAL = re.compile(r"[1-9][0-9]{0,3}"), re.compile(r"[0-9]{4,14}")
_CODE = re.compile(r"[0-9]{6}")


class WrongCodeError(TeahouseError):
    """Not the code. `tries_left` more guesses count."""

    def __init__(self, tries_left: int) -> None:
        super().__init__("not the code")
        self.tries_left = tries_left


class Asked(NamedTuple):
    """An SMS is to be sent: `sms` names its row."""

    sms: str
    expires_in_seconds: int
    retry_after_seconds: int


class Bound(NamedTuple):
    """The number is this person's now. `merged`: they were two, and `user` is who both are from now on."""

    user: str
    phone: str
    """With the middle hidden."""
    merged: bool


class Outgoing(NamedTuple):
    number: str
    code: str

    def __repr__(self) -> str:
        return "Outgoing(…)"


def normal(text: str) -> str:
    """A Chinese mobile number, however it is written, as +8613800000000. Raises Refused(bad_frame)."""
    found = _MAINLAND.fullmatch(_UNSEEN.sub("", unicodedata.normalize("NFKC", text[:64])))
    if found is None:
        raise Refused(Code.BAD_FRAME, "not a Chinese mobile number")
    return f"+86{found[1]}"


def of_wechat(country: str, number: str) -> str:
    """The number that WeChat told, of any country. Raises Refused(bad_frame)."""
    if country == "86":
        return normal(number)
    if not _COUNTRY.fullmatch(country) or not _NATIONAL.fullmatch(number):
        raise Refused(Code.BAD_FRAME, "not a phone number")
    return f"+{country}{number.lstrip('0')}"


def masked(number: str) -> str:
    """138****0000"""
    shown = number.removeprefix("+86")
    return f"{shown[:3]}****{shown[-4:]}"


def of(store: Store, user: str) -> str | None:
    """The person's number with its middle hidden; None where they have shown none."""
    found = store.record.read(lambda c: phones.of_user(c, user))
    return None if found is None else masked(_opened(store, found))


def ask_code(store: Store, person: Person, text: str, address: str = "") -> Asked:
    """Makes a code for the number and the SMS that brings it; a code made before counts no more.

    `address` is where the request came from. Raises Refused: bad_frame, rate_limited, unavailable.
    """
    number = normal(text)
    digest, now = store.record.vault.digest("sms", number), store.clock.now()
    if address:
        _count_address(store, address, now)
    if not store.live.once(f"sms:{digest}", PACE_SECONDS):
        raise Refused(Code.RATE_LIMITED, "one SMS a minute", PACE_SECONDS * 1_000)
    store.record.write(lambda c: _spend(c, store, person, digest, now))
    code = f"{secrets.randbelow(1_000_000):06}"
    store.live.call(KEEP_CODE, [_code_key(store, person)], [
        _code_digest(store, person, code), store.record.vault.seal(number, _place("codes", person.id)), str(LIVES_MS)])
    sms = ids.new("d")
    row = Sms(sms, person.organization, person.id, BIND, digest, store.record.vault.seal(number, _place("sms", sms)),
              store.record.vault.seal(code, _place("sms", sms)), rows.WAITING, "", "", "", now)
    store.record.write(lambda c: rows.add(c, row))
    return Asked(sms, LIVES_MS // 1_000, PACE_SECONDS)


def verify(store: Store, person: Person, text: str) -> Bound:
    """The number for which the code was made is the person's.

    Raises WrongCodeError, and Refused: bad_frame for what is no code, expired where none counts (any more).
    """
    code = unicodedata.normalize("NFKC", text[:64]).strip()
    if not _CODE.fullmatch(code):
        raise Refused(Code.BAD_FRAME, "a code is six digits")
    answer = store.live.call(GUESS, [_code_key(store, person)], [_code_digest(store, person, code), str(GUESSES)])
    if answer[0] == b"wrong":
        raise WrongCodeError(int(answer[1]))
    if answer[0] != b"ok":
        raise Refused(Code.EXPIRED, "no code counts: ask for another")
    return bind(store, person, store.record.vault.open(answer[1].decode(), _place("codes", person.id)))


def bind(store: Store, person: Person, number: str) -> Bound:
    """The number was shown to be the person's. Who showed the same at another door is the same person.

    Somebody else who had the number, and cannot be the same, has it no longer.
    """
    organization, now = person.organization, store.clock.now()
    digest = store.record.vault.digest("phone", organization, number)
    phone = Phone(person.id, organization, digest, store.record.vault.seal(number, _place("phones", digest)), now)

    def act(connection: Connection) -> Merged:
        organizations.lock(connection, organization)
        holder = phones.holder(connection, organization, digest)
        merged = Merged(person.id, "")
        if holder is not None and holder.user != person.id:
            if _same_person(connection, person.id, holder, now):
                merged = merging.absorb(connection, organization, person.id, holder.user, merging.PHONE, now)
            else:
                phones.remove(connection, holder.user)
                _note(connection, organization, now, person, "phone_moved", holder.user)
        phones.set_(connection, phone._replace(user=merged.kept))
        erasure.inherit(connection, organization, [digest], merged.kept, now)
        _note(connection, organization, now, person, "phone", merged.kept)
        return merged

    merged = store.record.write(act)
    merging.settle(store, organization, merged)
    erasure.caught_up(store, organization, merged.kept)
    return Bound(merged.kept, masked(number), bool(merged.gone))


# what goes out

def take(store: Store, sms: str, provider: str) -> Outgoing | None:
    """What is to be sent, for the one who sends it; None for everybody else."""
    def act(connection: Connection) -> Sms | None:
        return rows.one(connection, sms) if rows.take(connection, sms, provider) else None

    row = store.record.write(act)
    if row is None:
        return None
    place = _place("sms", sms)
    return Outgoing(store.record.vault.open(row.sealed, place), store.record.vault.open(row.code, place))


def settle(store: Store, sms: str, state: str, reference: str = "", detail: str = "") -> None:
    """What became of it: sent, failed or unknown."""
    store.record.write(lambda c: rows.settle(c, sms, state, store.clock.now(), reference[:255], detail[:255]))


def waiting(store: Store, age_ms: int, limit: int = 100) -> list[str]:
    """SMS that nobody sends although they are this old; those that are too old to be of use are given up."""
    now = store.clock.now()
    def put_away(connection: Connection) -> None:
        rows.give_up(connection, now - LIVES_MS, now)
        spent.forget(connection, _day(now) - 7)

    store.record.write(put_away)
    return list(store.record.read(lambda c: rows.waiting(c, now - age_ms, limit)))


def _same_person(connection: Connection, user: str, holder: Phone, now: int) -> bool:
    """Two WeChat accounts at one door, or two unionids, are two people, whatever phone they share."""
    mine, theirs = identity_rows.of_user(connection, user), identity_rows.of_user(connection, holder.user)
    unions = [{known.unionid for known in identities if known.unionid} for identities in (mine, theirs)]
    return (now - holder.verified_at <= PROOF_MS and not {known.appid for known in mine} & {
        known.appid for known in theirs} and not (all(unions) and unions[0].isdisjoint(unions[1])))


def _spend(connection: Connection, store: Store, person: Person, digest: str, now: int) -> None:
    limits, day = store.limits, _day(now)
    for kind, value, most in (("sms_number", digest, NUMBER_A_DAY), ("sms_person", person.id, PERSON_A_DAY),
                              ("sms_organization", person.organization, limits.organization_sms_per_day),
                              ("sms", "house", limits.sms_per_day)):
        if not spent.spend(connection, day, kind, value, most):
            left = (day + 1) * DAY_MS - CHINA_MS - now
            raise Refused(Code.RATE_LIMITED, "no more SMS today", left)


def _count_address(store: Store, address: str, now: int) -> None:
    hour = now // HOUR_MS
    key = store.live.name("sms", "from", address, str(hour))
    count, _ = store.live.commands([(("INCR", key), key), (("PEXPIRE", key, str(2 * HOUR_MS)), key)])
    if int(count) > store.limits.address_sms_per_hour:
        raise Refused(Code.RATE_LIMITED, "too many SMS from this address", (hour + 1) * HOUR_MS - now)


def _note(connection: Connection, organization: str, now: int, person: Person, act: str, target: str) -> None:
    audit.add(connection, organization, Act(now, person.id, person.door.value, act, target, "", "", "", "{}", "{}"))


def _opened(store: Store, phone: Phone) -> str:
    return store.record.vault.open(phone.sealed, _place("phones", phone.digest))


def _code_key(store: Store, person: Person) -> str:
    return store.live.name("code", BIND, person.id)


def _code_digest(store: Store, person: Person, code: str) -> str:
    return store.record.vault.digest("code", BIND, person.id, code)


def _place(table: str, row: str) -> str:
    return f"{table}/{row}"


def _day(now: int) -> int:
    return (now + CHINA_MS) // DAY_MS
