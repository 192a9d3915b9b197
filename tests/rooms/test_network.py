"""Who came from which address: by the hour, apart from what was said, and without a name where somebody was erased."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rooms import erasure, members, merging, network
from rooms.record import Connection
from rooms.record import network as rows
from rooms.record.network import Seen
from rooms.store import Store
from tests.cast import Cast

HOUR_MS, DAY_MS = 3_600_000, 86_400_000


@pytest.fixture
def cast(store: Store) -> Cast:
    return Cast(store)


def of(store: Store, cast: Cast, user: str) -> list[tuple[str, str, int]]:
    return sorted((one.what, one.address, one.times) for one in network.of(store, cast.organization, user))


def test_what_was_noted_is_summed_up_by_the_hour_and_told_once(cast: Cast) -> None:
    store, alice, bob = cast.store, cast.person("Alice"), cast.person("Bob")
    for what, address in (("login", "192.0.2.1"), ("socket", "192.0.2.1"), ("socket", "192.0.2.1"),
                          ("socket", "2001:db8::1")):
        network.note(store, cast.organization, alice.id, what, address)
    network.note(store, cast.organization, bob.id, "login", "198.51.100.7")
    assert network.sweep(store) == 5
    network.note(store, cast.organization, alice.id, "socket", "192.0.2.1")
    assert network.sweep(store) == 1
    assert network.sweep(store) == 0
    found = network.of(store, cast.organization, alice.id)
    assert sum(one.times for one in found) == 5, "an hour may have ended meanwhile"
    assert {(one.what, one.address) for one in found} == {
        ("login", "192.0.2.1"), ("socket", "192.0.2.1"), ("socket", "2001:db8::1")}
    assert all(one.hour <= one.first_at <= one.last_at < one.hour + HOUR_MS for one in found)
    assert of(store, cast, bob.id) == [("login", "198.51.100.7", 1)]


def test_of_who_was_erased_a_keyed_hash_stays(cast: Cast) -> None:
    store, alice = cast.store, cast.person("Alice")
    members.join(store, alice, cast.room)
    network.note(store, cast.organization, alice.id, "login", "192.0.2.1")
    erasure.begin(store, alice.id, alice.id, "asked")
    assert store.record.read(lambda c: rows.of_user(c, cast.organization, alice.id, 10)) == []
    hidden = network.hash_of(store, cast.organization, alice.id)
    assert len(store.record.read(lambda c: rows.of_user(c, cast.organization, hidden, 10))) == 1
    assert of(store, cast, alice.id) == [("login", "192.0.2.1", 1)], "who has the id and our key still finds it"


def test_what_is_swept_while_or_after_somebody_is_erased_comes_under_their_hash(cast: Cast) -> None:
    store, alice, bob, carol = cast.store, cast.person("Alice"), cast.person("Bob"), cast.person("Carol")
    kept = merging.merge(store, alice.id, carol.id, "one person")
    lock = store.live.name("network", "lock")
    for each in (alice, bob, carol):
        network.note(store, cast.organization, each.id, "socket", "192.0.2.1")
    store.live.set(lock, "another sweep", px=60_000)
    erasure.begin(store, kept, kept, "asked")
    network.note(store, cast.organization, kept, "socket", "192.0.2.2")
    store.live.delete(lock)
    assert network.sweep(store) == 4
    for each in (alice, carol):
        assert store.record.read(lambda c, id_=each.id: rows.of_user(c, cast.organization, id_, 10)) == []  # type: ignore[misc]
        assert len(network.of(store, cast.organization, each.id)) == (2 if each.id == kept else 1)
    assert len(store.record.read(lambda c: rows.of_user(c, cast.organization, bob.id, 10))) == 1


def test_it_is_kept_for_six_months_at_least_and_not_for_ever(cast: Cast) -> None:
    store, now = cast.store, cast.store.clock.now()
    for days in (10, 182, 184, 400):
        hour = (now - days * DAY_MS) // HOUR_MS * HOUR_MS
        store.record.write(lambda c, hour=hour: rows.add_up(c, [  # type: ignore[misc]
            Seen(cast.organization, "u_old", hour, "login", "192.0.2.1", hour, hour, 1)]))
    network.forget(store, 1)
    kept = store.record.read(lambda c: rows.of_user(c, cast.organization, "u_old", 10))
    assert [(now - one.hour) // DAY_MS for one in kept] == [10, 182]


def test_lines_that_the_record_could_not_take_wait(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    store = cast.store
    network.note(store, cast.organization, "u_a", "login", "192.0.2.1")
    with monkeypatch.context() as patched:
        patched.setattr(rows, "add_up", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            network.sweep(store)
    assert network.sweep(store) == 1
    assert of(store, cast, "u_a") == [("login", "192.0.2.1", 1)]


def test_while_nobody_sweeps_the_oldest_lines_go(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "MOST_WAITING", 3)
    for number in range(5):
        network.note(cast.store, cast.organization, "u_a", "login", f"192.0.2.{number}")
    key = cast.store.live.name("network")
    cast.store.live.get("")  # what was too long has been heard of once this is answered
    assert cast.store.live.command("LLEN", key, key=key) == 3
    assert network.sweep(cast.store) == 3
    assert [address for _, address, _ in of(cast.store, cast, "u_a")] == ["192.0.2.2", "192.0.2.3", "192.0.2.4"]


def test_who_lost_the_lock_leaves_the_lines_to_the_next(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    store, add_up, lock = cast.store, rows.add_up, cast.store.live.name("network", "lock")
    for _ in range(2):
        network.note(store, cast.organization, "u_a", "login", "192.0.2.1")

    def too_late(connection: Connection, seen: Sequence[Seen]) -> None:
        add_up(connection, seen)
        store.live.set(lock, "another", px=60_000)

    with monkeypatch.context() as patched:
        patched.setattr(network, "TOGETHER", 1)
        patched.setattr(rows, "add_up", too_late)
        assert network.sweep(store) == 0
    assert store.live.get(lock) == b"another"
    store.live.delete(lock)
    network.sweep(store)
    assert store.live.get(lock) is None
