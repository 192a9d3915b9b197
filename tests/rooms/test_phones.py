"""Phones that people have shown to be theirs, on both databases."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

from rooms import accounts, identities, ids, phones
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.phones import WrongCodeError
from rooms.record import audit, tables
from rooms.record import phones as rows
from rooms.record import sms as sms_rows
from rooms.store import Limits, Store
from tests.cast import Cast

_number = iter(range(13_000_000_000, 13_999_999_999))


def fresh() -> str:
    return str(next(_number))


@pytest.fixture
def cast(store: Store) -> Cast:
    return Cast(store)


def refused(verb: Any, *arguments: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        verb(*arguments)
    return caught.value


def code_for(store: Store, person: Person, number: str) -> str:
    """Asks for a code and takes it from what would be sent."""
    store.live.delete(store.live.name("once", f"sms:{store.record.vault.digest('sms', phones.normal(number))}"))
    asked = phones.ask_code(store, person, number)
    outgoing = phones.take(store, asked.sms, "test")
    assert outgoing is not None
    assert outgoing.number == phones.normal(number)
    return outgoing.code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


@pytest.mark.parametrize("text", [
    "13812345678", "+8613812345678", "+86 138 1234 5678", "８６１３８１２３４５６７８",
    "0086-138-1234-5678", "＋86（138）12345678", "138\u200b1234\u30005678", "138‑1234‑5678"])
def test_a_number_is_one_number_however_it_is_written(text: str) -> None:
    assert phones.normal(text) == "+8613812345678"


@pytest.mark.parametrize("text", ["", "1381234567", "138123456789", "23812345678", "+1 13812345678", "12812345678",
                                  "+85212345678", "1381234567a", "13812345678\n1", "٠" * 11, "1" * 10_000])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert refused(phones.normal, text).code is Code.BAD_FRAME


def test_wechat_may_tell_a_number_of_any_country() -> None:
    assert phones.of_wechat("852", "61234567") == "+85261234567"
    assert phones.of_wechat("86", "13812345678") == "+8613812345678"
    for country, number in (("", "1"), ("0", "12345"), ("852", "6123-4567"), ("852", "+")):
        assert refused(phones.of_wechat, country, number).code is Code.BAD_FRAME


def test_the_right_code_binds_the_number(store: Store, cast: Cast) -> None:
    alice, number = cast.person("Alice"), fresh()
    assert phones.of(store, alice.id) is None
    bound = phones.verify(store, alice, code_for(store, alice, f"+86 {number}"))
    assert bound == (alice.id, f"{number[:3]}****{number[-4:]}", False)
    assert phones.of(store, alice.id) == bound.phone
    row = store.record.read(lambda c: rows.of_user(c, alice.id))
    assert row is not None
    assert number not in row.digest + row.sealed
    acts = store.record.read(lambda c: audit.page(c, cast.organization))
    assert [row.act.act for row in acts] == ["phone"]


def test_a_code_counts_once_and_only_for_whom_it_was_made(store: Store, cast: Cast) -> None:
    alice, bob = cast.person("Alice"), cast.person("Bob")
    code = code_for(store, alice, fresh())
    assert refused(phones.verify, store, bob, code).code is Code.EXPIRED
    phones.verify(store, alice, f" {code} ".translate(str.maketrans("0123456789", "０１２３４５６７８９")))
    assert refused(phones.verify, store, alice, code).code is Code.EXPIRED
    for text in ("", "12345", "1234567", "12345x", "٣" * 6):
        assert refused(phones.verify, store, alice, text).code is Code.BAD_FRAME


def test_a_newer_code_ends_the_one_before(store: Store, cast: Cast) -> None:
    alice, number = cast.person("Alice"), fresh()
    first, second = code_for(store, alice, number), code_for(store, alice, number)
    if first != second:
        with pytest.raises(WrongCodeError):
            phones.verify(store, alice, first)
    phones.verify(store, alice, second)


def test_a_code_lives_five_minutes(store: Store, cast: Cast) -> None:
    alice = cast.person("Alice")
    code = code_for(store, alice, fresh())
    store.live.offset_ms = 5 * 60_000 + 1
    assert refused(phones.verify, store, alice, code).code is Code.EXPIRED


def test_after_five_guesses_even_the_right_code_is_void(store: Store, cast: Cast) -> None:
    alice = cast.person("Alice")
    code = code_for(store, alice, fresh())
    left = []
    for _ in range(5):
        with pytest.raises(WrongCodeError) as caught:
            phones.verify(store, alice, wrong(code))
        left.append(caught.value.tries_left)
    assert left == [4, 3, 2, 1, 0]
    assert refused(phones.verify, store, alice, code).code is Code.EXPIRED


def test_a_hundred_guesses_at_once_are_five(store: Store, cast: Cast) -> None:
    alice = cast.person("Alice")
    code = code_for(store, alice, fresh())
    outcomes: list[str] = []
    barrier = threading.Barrier(100)

    def guess(number: int) -> None:
        barrier.wait()
        try:
            phones.verify(store, alice, f"{(int(code) + 1 + number) % 1_000_000:06}")
        except WrongCodeError:
            outcomes.append("judged")
        except Refused as refusal:
            outcomes.append(refusal.code.value)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count("judged"), outcomes.count("expired")) == (5, 95)
    assert refused(phones.verify, store, alice, code).code is Code.EXPIRED


def test_one_sms_a_minute_and_five_a_day_for_a_number_whoever_asks(store: Store, cast: Cast) -> None:
    number = fresh()
    for _ in range(5):
        code_for(store, cast.person("Somebody"), number)
    pace = refused(phones.ask_code, store, Cast(store).person("Mallory"), number)
    assert (pace.code, pace.retry_after_seconds) == (Code.RATE_LIMITED, 60)
    store.live.delete(store.live.name("once", f"sms:{store.record.vault.digest('sms', phones.normal(number))}"))
    day = refused(phones.ask_code, store, Cast(store).person("Mallory"), number)
    assert day.code is Code.RATE_LIMITED
    assert 0 < (day.retry_after_seconds or 0) <= 86_400


def test_a_person_an_address_an_organization_and_the_house_have_their_limits(store: Store, cast: Cast) -> None:
    alice = cast.person("Alice")
    for _ in range(10):
        code_for(store, alice, fresh())
    assert refused(phones.ask_code, store, alice, fresh()).code is Code.RATE_LIMITED

    def with_limits(**limits: int) -> Store:
        return Store(store.live, store.record, store.clock, Limits(**limits))

    narrow = with_limits(address_sms_per_hour=2)
    for _ in range(2):
        phones.ask_code(narrow, cast.person("Bob"), fresh(), "192.0.2.7")
    assert refused(phones.ask_code, narrow, cast.person("Bob"), fresh(), "192.0.2.7").code is Code.RATE_LIMITED
    phones.ask_code(narrow, cast.person("Bob"), fresh(), "192.0.2.8")
    assert refused(phones.ask_code, with_limits(organization_sms_per_day=13), cast.person("Bob"),
                   fresh()).code is Code.RATE_LIMITED
    assert refused(phones.ask_code, with_limits(sms_per_day=0), Cast(store).person("Eve"),
                   fresh()).code is Code.RATE_LIMITED


def test_a_limit_that_is_reached_by_many_at_once_holds(store: Store) -> None:
    cast = Cast(store)
    tight = Store(store.live, store.record, store.clock, Limits(organization_sms_per_day=3))
    people, outcomes = [cast.person("Bob") for _ in range(8)], list[str]()

    def ask(person: Person, number: str) -> None:
        try:
            phones.ask_code(tight, person, number)
            outcomes.append("sent")
        except Refused as refusal:
            outcomes.append(refusal.code.value)

    threads = [threading.Thread(target=ask, args=(person, fresh())) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count("sent"), outcomes.count("rate_limited")) == (3, 5)


def test_neither_the_number_nor_the_code_lies_about(store: Store, cast: Cast) -> None:
    alice, number = cast.person("Alice"), fresh()
    code = code_for(store, alice, number)
    key = store.live.name("code", "bind", alice.id)
    seen = [str(store.live.command("HGETALL", key, key=key))]
    seen += [str(store.record.read(lambda c, table=table: c.execute(table.select()).all()))  # type: ignore[misc]
             for table in (tables.sms, tables.spent, tables.audit)]
    for text in seen:
        assert number not in text
        assert not re.search(rf"(?<!\d){code}(?!\d)", text)


def test_an_sms_is_sent_by_one_and_its_code_is_gone_afterwards(store: Store, cast: Cast) -> None:
    asked = phones.ask_code(store, cast.person("Alice"), fresh())
    assert asked.sms in phones.waiting(store, 0)
    assert phones.take(store, asked.sms, "test") is not None
    assert phones.take(store, asked.sms, "test") is None
    phones.settle(store, asked.sms, sms_rows.SENT, "ref", "")
    row = store.record.read(lambda c: sms_rows.one(c, asked.sms))
    assert row is not None
    assert (row.state, row.reference, row.code) == ("sent", "ref", "")
    assert asked.sms not in phones.waiting(store, 0)


# one person

class Doors:
    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.mini, self.official = (self._account(kind) for kind in ("mini_program", "official_account"))

    def _account(self, kind: str) -> accounts.Account:
        appid = f"wx{ids.new('x')[2:]}"
        accounts.add(self.store, self.cast.organization, appid, kind, "app-secret", "token123")
        found = accounts.of(self.store, appid)
        assert found is not None
        return found

    def mini_user(self, union: str = "") -> Person:
        return identities.sign_in(self.store, self.mini, ids.new("x"), union)

    def follower(self, union: str = "") -> Person:
        return identities.follower(self.store, self.official, ids.new("x"), union)


@pytest.fixture
def doors(store: Store) -> Doors:
    return Doors(store)


def test_the_same_phone_at_both_doors_is_one_person(store: Store, doors: Doors) -> None:
    alice, follower, number = doors.mini_user(), doors.follower(), fresh()
    phones.bind(store, alice, phones.normal(number))
    bound = phones.verify(store, follower, code_for(store, follower, number))
    assert (bound.user, bound.merged) == (alice.id, True)
    assert phones.bind(store, alice, phones.normal(number)).merged is False
    assert phones.of(store, alice.id) == bound.phone


def test_two_wechat_accounts_with_one_phone_stay_two_people(store: Store, doors: Doors) -> None:
    number = phones.normal(fresh())
    for first, second in ((doors.mini_user(), doors.mini_user()),
                          (doors.mini_user("union_1"), doors.follower("union_2"))):
        phones.bind(store, first, number)
        assert phones.bind(store, second, number) == (second.id, phones.masked(number), False)
        assert phones.of(store, first.id) is None
        assert phones.of(store, second.id) is not None


def test_a_number_that_was_shown_long_ago_proves_nothing_about_who_has_it_now(store: Store, doors: Doors) -> None:
    alice, follower, number = doors.mini_user(), doors.follower(), phones.normal(fresh())
    phones.bind(store, alice, number)
    old = store.clock.now() - phones.PROOF_MS - 1
    store.record.write(lambda c: c.execute(tables.phones.update().where(
        tables.phones.c.user == alice.id).values(verified_at=old)))
    assert phones.bind(store, follower, number).merged is False
    assert phones.of(store, alice.id) is None


def test_the_same_phone_in_two_organizations_is_two_people_and_cannot_be_compared(store: Store, doors: Doors) -> None:
    other, number = Doors(store), phones.normal(fresh())
    alice, stranger = doors.mini_user(), other.follower()
    phones.bind(store, alice, number)
    assert phones.bind(store, stranger, number).merged is False
    digests = {row.digest for row in (store.record.read(lambda c, user=user: rows.of_user(c, user))  # type: ignore[misc]
                                      for user in (alice.id, stranger.id)) if row}
    assert len(digests) == 2


def test_a_new_number_takes_the_place_of_the_old_one(store: Store, doors: Doors) -> None:
    alice, first, second = doors.mini_user(), phones.normal(fresh()), phones.normal(fresh())
    phones.bind(store, alice, first)
    phones.bind(store, alice, second)
    assert phones.of(store, alice.id) == phones.masked(second)
    assert phones.bind(store, doors.follower(), first).merged is False
