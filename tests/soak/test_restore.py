"""The drill: a backup at 500 messages a second, everything destroyed, all back but what came after the backup."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

from rooms import archive, backup, members, messages, seats
from rooms.drafts import Draft
from rooms.events import Person
from rooms.messages import Said
from rooms.record import entries
from rooms.store import Store
from tests.cast import Cast, store_on
from tests.servers import valkey
from tests.soak.conftest import Keep, scaled

KEY, SECRET = "a key for backups, long enough", "a key for tests"
PEOPLE, A_SECOND = 20, 500
BEFORE_SECONDS, AFTER_SECONDS = 20, 10


class Talk:
    """People who talk in channels of their own at a pace, while the archive runs."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast, self.over = store, Cast(store), threading.Event()
        self.said: dict[str, list[Said]] = {self.cast.channel(f"c{number}"): [] for number in range(PEOPLE)}
        self.people = {channel: self.cast.person(f"p{number}") for number, channel in enumerate(self.said)}
        self.threads = [threading.Thread(target=self._speak, args=(person, channel))
                        for channel, person in self.people.items()]
        self.threads.append(threading.Thread(target=self._archive))

    def begin(self) -> None:
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _speak(self, person: Person, channel: str) -> None:
        members.join(self.store, person, self.cast.room)
        seats.enter(self.store, person, channel, "p1.1")
        began = time.monotonic()
        while not self.over.wait(max(0.0, began + len(self.said[channel]) * PEOPLE / A_SECOND - time.monotonic())):
            said = messages.post(self.store, person, channel, Draft(
                "text", {"text": "茶" * (1 + len(self.said[channel]) % 60)}, f"m{len(self.said[channel])}"))
            assert isinstance(said, Said)
            self.said[channel].append(said)

    def _archive(self) -> None:
        while not self.over.wait(0.5):
            archive.archive(self.store)


def test_everything_destroyed_comes_back_up_to_the_backup(tmp_path: Path, keep: Keep) -> None:
    here, file = tmp_path / "here", tmp_path / "house.backup"
    here.mkdir()
    url = f"sqlite:///{here}/teahouse.db"
    with valkey() as redis:
        store = store_on(redis.url, url)
        talk = Talk(store)
        began = time.monotonic()
        talk.begin()
        time.sleep(scaled(BEFORE_SECONDS))
        told = {channel: len(said) for channel, said in talk.said.items()}
        taken = backup.take(store, url, file, KEY, {})
        time.sleep(scaled(AFTER_SECONDS))
        talk.end()
        seconds = time.monotonic() - began
        store.close()
        redis.kill()
    shutil.rmtree(here)

    again = time.monotonic()
    done = backup.restore(file, KEY, f"sqlite:///{tmp_path}/there/teahouse.db", lambda: SECRET, (), tmp_path / "home")
    restored_seconds, restored = time.monotonic() - again, dict(done.channels)
    assert done.problems == []
    with valkey() as redis:
        after = store_on(redis.url, f"sqlite:///{tmp_path}/there/teahouse.db")
        lost, channel_of = 0, talk.people
        for channel, said in talk.said.items():
            kept = after.record.read(lambda c, name=channel: entries.page(c, name, limit=1_000_000))  # type: ignore[misc]
            assert [entry.seq for entry in kept] == list(range(1, restored[channel] + 1)), "a prefix without a hole"
            assert restored[channel] >= told[channel], "what was said before the backup began is there"
            assert all(one.at >= done.at for one in said if one.seq > restored[channel]), "lost is only what came after"
            lost += len(said) - restored[channel]
            seats.enter(after, channel_of[channel], channel, "p1.1")
            goes_on = messages.post(after, channel_of[channel], channel, Draft("text", {"text": "又开张了"}, "again"))
            assert isinstance(goes_on, Said)
            assert goes_on.seq == restored[channel] + 1
            assert goes_on.epoch.startswith("e2"), "an end of the log that nobody has seen"
        after.close()
    count = sum(map(len, talk.said.values()))
    keep(said=count, a_second=round(count / seconds), backup_seconds=taken.seconds, backup_bytes=taken.bytes,
         restore_seconds=round(restored_seconds, 1), restored=count - lost, from_logs=done.from_logs,
         lost_after_the_backup=lost, lost_before_the_backup=0)
