"""A backup that is taken under load, everything destroyed, and everything back: on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rooms import accounts, archive, backup, members, messages, seats
from rooms.drafts import Draft
from rooms.errors import Misconfigured
from rooms.events import Person
from rooms.messages import Said
from rooms.record import backups, entries, generations
from rooms.record.backups import FAILED, GOOD, Backup
from rooms.store import Store
from tests.cast import Cast, store_on
from tests.needs import needs
from tests.servers import MariaServer, RedisServer

KEY, SECRET = "a key for backups, long enough", "a key for tests"


class Places:
    """Where the house is, and an empty place of the same kind."""

    def __init__(self, before: str, after: str) -> None:
        self.before, self.after = before, after


@pytest.fixture(params=["sqlite", "mariadb"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    if request.param == "sqlite":
        return Places(f"sqlite:///{tmp_path}/before.db", f"sqlite:///{tmp_path}/after/teahouse.db")
    needs("mariadbd")
    server: MariaServer = request.getfixturevalue("maria")
    return Places(server.url, server.url)


@pytest.fixture
def store(redis: RedisServer, places: Places) -> Iterator[Store]:
    store = store_on(redis.url, places.before)
    yield store
    store.close()


class Talk:
    """Several people who talk in channels of their own, until they are stopped; the archive runs meanwhile."""

    def __init__(self, store: Store, people: int = 3) -> None:
        self.store, self.cast = store, Cast(store)
        self.said: dict[str, list[Said]] = {self.cast.channel(f"c{number}"): [] for number in range(people)}
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._speak, args=(self.cast.person(f"p{number}"), channel))
                         for number, channel in enumerate(self.said)]
        self._threads.append(threading.Thread(target=self._archive))

    def __enter__(self) -> Talk:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, each: int) -> None:
        while any(len(said) < each for said in self.said.values()):
            self._over.wait(0.01)

    def _speak(self, person: Person, channel: str) -> None:
        members.join(self.store, person, self.cast.room)
        seats.enter(self.store, person, channel, "p1.1")
        number = 0
        while not self._over.is_set():
            number += 1
            draft = Draft("text", {"text": f"{channel} {number} 茶馆" + "长" * (number % 200)}, f"{person.id}.{number}")
            said = messages.post(self.store, person, channel, draft)
            assert isinstance(said, Said)
            self.said[channel].append(said)

    def _archive(self) -> None:
        while not self._over.wait(0.05):
            archive.archive(self.store)


def test_taken_under_load_it_is_a_prefix_of_what_was_said_and_numbering_goes_on(
        store: Store, places: Places, redis: RedisServer, tmp_path: Path) -> None:
    file, home = tmp_path / "house.backup", tmp_path / "home"
    (tmp_path / "note").write_text("taken along")
    with Talk(store) as talk:
        talk.wait_for(40)
        before = {channel: said[-1].seq for channel, said in talk.said.items()}
        taken = backup.take(store, places.before, file, KEY, {"media/o_1/note": tmp_path / "note"})
        talk.wait_for(max(len(said) for said in talk.said.values()) + 20)
    last = {channel: said[-1].seq for channel, said in talk.said.items()}
    assert taken.bytes == file.stat().st_size
    assert "茶馆".encode() not in file.read_bytes()

    done = backup.restore(file, KEY, places.after, lambda: SECRET, (), home)

    assert done.problems == []
    assert (home / "media/o_1/note").read_text() == "taken along"
    restored = dict(done.channels)
    after = store_on(redis.url, places.after)
    for channel, said in talk.said.items():
        assert before[channel] <= restored[channel] <= last[channel]
        kept = after.record.read(lambda c, name=channel: entries.page(c, name, limit=100_000))  # type: ignore[misc]
        assert [entry.seq for entry in kept] == list(range(1, restored[channel] + 1))
        acknowledged = {each.seq: each.client_id for each in said}
        assert all(acknowledged[e.seq].encode() in e.frame for e in kept if e.op == "message")
    after.close()


def test_numbers_go_on_under_a_new_epoch_and_what_came_after_is_lost(
        store: Store, places: Places, redis: RedisServer, tmp_path: Path) -> None:
    cast, file = Cast(store), tmp_path / "house.backup"
    hall, alice = cast.channel("hall"), cast.person("Alice")
    accounts.add(store, cast.organization, "wx" + cast.organization[2:], "mini_program", "app-secret")
    members.join(store, alice, cast.room)
    seats.enter(store, alice, hall, "p1.1")

    def say(where: Store, text: str) -> Said:
        said = messages.post(where, alice, hall, Draft("text", {"text": text}, text))
        assert isinstance(said, Said)
        return said

    first = [say(store, f"before-{number}") for number in range(3)]
    archive.archive_channel(store, hall)
    first += [say(store, "only-in-redis")]
    generation = store.record.read(generations.current)
    backup.take(store, places.before, file, KEY, {})
    lost = say(store, "after")

    done = backup.restore(file, KEY, places.after, lambda: SECRET, (), tmp_path / "home")

    assert done.channels == [(hall, 4)]
    assert done.from_logs in (0, 1)
    after = store_on(redis.url, places.after)
    assert after.record.read(generations.current) > generation
    seats.enter(after, alice, hall, "p1.1")
    texts = [entry.frame for entry in messages.history(after, alice, hall).entries]
    assert len(texts) == 4
    assert b"only-in-redis" in texts[-1]
    repeated = say(after, "before-0")
    assert (repeated.seq, repeated.repeated) == (first[0].seq, True)
    anew = say(after, "anew")
    assert (anew.seq, anew.epoch != lost.epoch, lost.seq) == (5, True, 5)
    account = accounts.of(after, "wx" + cast.organization[2:])
    assert account is not None
    assert account.secret == "app-secret"
    after.close()


@pytest.mark.parametrize("places", ["sqlite"], indirect=True)
def test_only_an_empty_place_of_the_same_kind_is_filled_and_only_from_a_whole_file(
        store: Store, places: Places, tmp_path: Path) -> None:
    Cast(store)
    file, home = tmp_path / "house.backup", tmp_path / "home"
    backup.take(store, places.before, file, KEY, {"secret_key": tmp_path / "none"})
    with pytest.raises(Misconfigured, match="not the key"):
        backup.restore(file, KEY + "!", places.after, lambda: SECRET, (), home)
    with pytest.raises(Misconfigured, match="empty place"):
        backup.restore(file, KEY, places.before, lambda: SECRET, (), home)
    other = "mysql://root@127.0.0.1:1/x" if places.after.startswith("sqlite") else f"sqlite:///{tmp_path}/x.db"
    with pytest.raises(Misconfigured, match="the backup is of"):
        backup.restore(file, KEY, other, lambda: SECRET, (), home)
    whole = file.read_bytes()
    file.write_bytes(whole[:-100])
    with pytest.raises(Misconfigured):
        backup.restore(file, KEY, places.after, lambda: SECRET, (), home)
    file.write_bytes(whole)
    done = backup.restore(file, KEY, places.after, lambda: "another secret key", (), home)
    assert "TEAHOUSE_SECRET_KEY" in done.problems[0]


@pytest.mark.parametrize("places", ["sqlite"], indirect=True)
def test_when_the_next_one_is_due(store: Store, places: Places, tmp_path: Path) -> None:
    now = store.clock.now()

    def note(hours_ago: float, state: str) -> None:
        at = now - int(hours_ago * backup.HOUR_MS)
        store.record.write(lambda c: backups.add(c, Backup(at, at, state, 1, "x")))

    assert backup.due(store, 24)
    note(30, GOOD)
    assert backup.due(store, 24)
    note(2, FAILED)
    assert backup.due(store, 24)
    note(0.5, FAILED)
    assert not backup.due(store, 24)
    note(1, GOOD)
    assert not backup.due(store, 24)
    with pytest.raises(Misconfigured, match="cannot write"):
        backup.take(store, places.before, tmp_path / "no" / "folder", KEY, {})
    found = store.record.read(lambda c: backups.last(c, FAILED))
    assert found is not None
    assert found.at >= now
