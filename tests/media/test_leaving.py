"""Getting one's data back, and being forgotten: on both databases, in the record, the index, the log and the store."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from media import intake, work
from media.intake import House
from media.store import Folder
from rooms import (
    accounts,
    announcements,
    archive,
    audiences,
    edits,
    erasure,
    exports,
    held,
    identities,
    ids,
    indexing,
    media,
    members,
    messages,
    reactions,
    recalls,
    receipts,
    recovery,
    sanctions,
    search,
    seats,
    webhooks,
)
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Door, Person
from rooms.record import audit, entries
from rooms.record import held as held_rows
from rooms.record import media as rows
from rooms.search import Query
from rooms.store import Store
from settings import Settings
from tests.cast import Cast, store_on
from tests.media import samples
from tests.rooms.conftest import database_url, empty_database, maria, redis  # noqa: F401 - fixtures
from tests.servers import RedisServer

assert audiences


class Stage:
    """Alice logs in to the mini-program and talks with Bob; Olga owns the room."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.cast = store, Cast(store)
        environ = {"TEAHOUSE_VAR": str(folder), "TEAHOUSE_SECRET_KEY": "k" * 32}
        self.house = House(store, Folder(folder / "media"), Settings.from_environment(environ))
        self.hall = self.cast.channel("hall")
        appid = f"wx{ids.new('x')[2:]}"
        accounts.add(store, self.cast.organization, appid, "mini_program", "app-secret", "token123")
        found = accounts.of(store, appid)
        assert found is not None
        self.account = found
        self.openid = ids.new("x")
        self.alice = identities.rename(store, identities.sign_in(store, found, self.openid, "union"), "Alice")
        self.bob, self.olga = self.cast.person("Bob"), self.cast.person("Olga")
        self.count = itertools.count()
        for person in (self.alice, self.bob, self.olga):
            members.join(store, person, self.cast.room)
            seats.enter(store, person, self.hall, f"p.{person.id}")
        members.set_role(store, self.cast.room, self.olga.id, "owner")
        self.staff = Actor(Person(ids.new("s"), self.cast.organization, "Steward", Door.CONSOLE), "owner")

    def say(self, person: Person, text: str) -> int:
        draft = Draft("text", {"text": text}, f"m{next(self.count)}")
        return messages.post(self.store, person, self.hall, draft).seq

    def picture(self, person: Person) -> media.Media:
        took = intake.take(self.house, person, [samples.picture()], "tea.jpg")
        messages.post(self.store, person, self.hall, Draft("image", {"media": took.id}, f"m{next(self.count)}"))
        return took

    def work(self) -> int:
        return work.work(self.house, self.store.clock.now() + 60_000)

    def shown(self, reader: Person) -> list[dict[str, Any]]:
        page = messages.history(self.store, reader, self.hall, limit=200).entries
        return [msgspec.json.decode(entry.frame) for entry in page]

    def kept(self, job: media.Media) -> zipfile.ZipFile:
        content = b"".join(self.house.kept.read(f"{job.organization}/{job.id}/export.zip").chunks)
        return zipfile.ZipFile(io.BytesIO(content))


@pytest.fixture
def stage(redis: RedisServer, database_url: str, tmp_path: Path) -> Iterator[Stage]:  # noqa: F811
    store = store_on(redis.url, database_url)
    yield Stage(store, tmp_path)
    store.close()


def test_one_gets_back_what_is_known_of_one_and_nothing_of_others(stage: Stage) -> None:
    seq = stage.say(stage.alice, "<b>mine</b>")
    edits.edit(stage.store, stage.alice, stage.hall, seq, {"text": "mine, edited"})
    stage.say(stage.bob, "of Bob")
    took = stage.picture(stage.alice)
    job = exports.ask(stage.store, stage.alice)
    assert exports.of(stage.store, stage.alice)[0].state == "waiting"
    assert stage.work() >= 1
    assert exports.of(stage.store, stage.alice)[0].state == "ready"
    assert media.visible(stage.store, stage.bob, [job.id]) == {}, "only who asked may have it"
    parcel = stage.kept(job)
    assert sorted(parcel.namelist()) == ["data.json", "index.html", f"media/{took.id}.jpg", "messages.jsonl"]
    about = json.loads(parcel.read("data.json"))
    assert about["profile"]["name"] == "Alice"
    assert about["identities"][0]["openid"] == stage.openid
    said = [json.loads(line) for line in parcel.read("messages.jsonl").splitlines()]
    assert next(entry for entry in said if entry["seq"] == seq)["body"] == {"text": "mine, edited"}
    page = parcel.read("index.html").decode()
    assert "mine, edited" in page
    assert "of Bob" not in page + parcel.read("messages.jsonl").decode()
    assert "<b>mine</b>" not in page


def test_a_room_is_given_to_its_owners(stage: Stage) -> None:
    stage.say(stage.alice, "one")
    recalled = stage.say(stage.bob, "two")
    recalls.recall(stage.store, Actor(stage.bob), stage.hall, recalled)
    for person, code in ((stage.bob, Code.FORBIDDEN), (stage.cast.person("Stranger"), Code.NOT_MEMBER)):
        with pytest.raises(Refused) as refused:
            exports.ask_room(stage.store, Actor(person), stage.cast.room)
        assert refused.value.code is code
    job = exports.ask_room(stage.store, Actor(stage.olga), stage.cast.room)
    assert stage.work() >= 1
    said = [json.loads(line) for line in stage.kept(job).read("messages.jsonl").splitlines()]
    assert [entry["seq"] for entry in said] == [1, 2, 3]
    assert "body" not in said[1]


def test_exports_are_counted_by_the_day(stage: Stage) -> None:
    for _ in range(exports.A_DAY):
        exports.ask(stage.store, stage.alice)
    with pytest.raises(Refused) as refused:
        exports.ask(stage.store, stage.alice)
    assert refused.value.code is Code.RATE_LIMITED


def test_who_is_erased_leaves_numbers_and_nothing_else(stage: Stage) -> None:
    seq = stage.say(stage.alice, "hello secret")
    edits.edit(stage.store, stage.alice, stage.hall, seq, {"text": "another secret"})
    other = stage.say(stage.bob, "hello Bob")
    took = stage.picture(stage.alice)
    reactions.react(stage.store, stage.alice, stage.hall, other, "🍵")
    archive.archive_channel(stage.store, stage.hall)
    indexing.index(stage.store)
    assert search.search(stage.store, stage.bob, Query("another secret")).hits
    tip = stage.shown(stage.bob)[-1]["seq"]

    erasure.begin(stage.store, stage.alice.id, stage.alice.id, "asked")
    assert identities.who(stage.store, stage.alice.id) is None
    assert stage.work() >= 1
    work.sweep(stage.house)

    after = stage.shown(stage.bob)
    assert [entry["seq"] for entry in after] == list(range(1, tip + 1)), "the numbers stay"
    assert "secret" not in str(after)
    assert "Alice" not in str(after)
    assert next(entry for entry in after if entry["seq"] == other)["body"] == {"text": "hello Bob"}
    kept = stage.store.record.read(lambda c: entries.by_users(c, stage.hall, [stage.alice.id], 0, 100))
    assert kept
    assert not any(b"secret" in row.frame or b"Alice" in row.frame for row in kept)
    assert not search.search(stage.store, stage.bob, Query("another secret")).hits
    assert search.search(stage.store, stage.bob, Query("hello")).hits
    assert stage.store.record.read(lambda c: rows.one(c, took.id)) is None
    assert not list((stage.house.settings.var / "media" / stage.cast.organization).glob(f"{took.id}*"))
    assert receipts.unread(stage.store, stage.bob, [stage.hall])[stage.hall].unread == 0

    said = stage.say(stage.bob, "and it goes on")
    assert said == tip + 1
    recovery.close(stage.store, stage.cast.room)
    recovery.make_ready(stage.store, stage.cast.room)
    assert "secret" not in str(stage.shown(stage.bob))


def test_acts_of_who_is_erased_stand_without_their_name_and_so_do_calls_to_webhooks(stage: Stage) -> None:
    store = stage.store
    webhooks.add(store, stage.staff, "https://example.org/hook", ["message", "announced", "moderation"])
    members.set_role(store, stage.cast.room, stage.alice.id, "moderator")
    stage.say(stage.alice, "one secret")
    announcements.announce(store, Actor(stage.alice), stage.hall, "an announced secret")
    sanctions.mute(store, Actor(stage.alice), stage.hall, stage.bob.id, 60, "noise")
    stage.say(stage.olga, "good tea")
    archive.archive_channel(store, stage.hall)
    webhooks.follow(store)

    erasure.finish(store, erasure.begin(store, stage.alice.id, stage.alice.id, "asked"))
    shown = stage.shown(stage.olga)
    assert "secret" not in str(shown)
    assert "Alice" not in str(shown)
    muted = next(entry for entry in shown if entry["op"] == "muted")
    assert (muted["user"], muted["reason"], muted["by"]["name"]) == (stage.bob.id, "noise", "")
    told = [call.body.decode() for call in webhooks.take(store)]
    assert len(told) == 4
    assert not any("secret" in body or "Alice" in body for body in told)
    assert any("good tea" in body for body in told)


def test_the_audit_proves_the_erasure_and_holds_no_name(stage: Stage) -> None:
    stage.say(stage.alice, "hello")
    job = erasure.begin(stage.store, stage.alice.id, "s_steward", "asked by letter")
    report = erasure.finish(stage.store, job)
    assert (report.messages, report.channels) == (1, 1)
    assert erasure.finish(stage.store, job).messages == 0, "doing it again finds nothing"
    acts = stage.store.record.read(lambda c: audit.page(c, stage.cast.organization))
    assert "Alice" not in str(acts)
    with pytest.raises(Refused):
        erasure.begin(stage.store, stage.alice.id, "s_steward", "again")


@pytest.mark.parametrize("known_by", ["the same openid", "another openid, the same unionid"])
def test_leaving_is_no_way_out_of_a_ban(stage: Stage, known_by: str) -> None:
    sanctions.ban(stage.store, stage.staff, stage.cast.room, stage.alice.id)
    erasure.begin(stage.store, stage.alice.id, stage.alice.id, "asked")
    openid = stage.openid if known_by == "the same openid" else ids.new("x")
    again = identities.sign_in(stage.store, stage.account, openid, "union")
    assert again.id != stage.alice.id
    with pytest.raises(Refused) as refused:
        members.join(stage.store, again, stage.cast.room)
    assert refused.value.code is Code.BANNED
    with pytest.raises(Refused):
        seats.enter(stage.store, again, stage.hall, "p.9")
    stranger = identities.sign_in(stage.store, stage.account, ids.new("x"), "")
    members.join(stage.store, stranger, stage.cast.room)


def test_of_who_leaves_in_peace_no_hash_is_kept(stage: Stage) -> None:
    erasure.begin(stage.store, stage.alice.id, stage.alice.id, "asked")
    again = identities.sign_in(stage.store, stage.account, stage.openid, "union")
    members.join(stage.store, again, stage.cast.room)


def test_a_picture_that_waits_for_a_review_waits_as_long_as_its_message(stage: Stage) -> None:
    took = intake.take(stage.house, stage.alice, [samples.picture()], "tea.jpg")
    draft = Draft("image", {"media": took.id, "width": took.width, "height": took.height}, "k1")
    held.keep(stage.store, stage.alice, stage.hall, draft, held.SAFETY)
    stage.store.record.write(lambda c: rows.change(c, took.id, ("ready",), at=took.at - 2 * media.DAY_MS))
    work.sweep(stage.house)
    assert stage.store.record.read(lambda c: rows.one(c, took.id)) is not None
    (row,) = stage.store.record.read(lambda c: held_rows.waiting(c, stage.cast.organization, "", (0, ""), 10))
    held.reject(stage.store, row, stage.olga.id, "no tea")
    work.sweep(stage.house)
    assert stage.store.record.read(lambda c: rows.one(c, took.id)) is None
