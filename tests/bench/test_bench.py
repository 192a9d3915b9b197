"""That each measurement works and that its counts agree; what it finds in so short a time says nothing."""

from __future__ import annotations

import pytest

from bench import callbacks, ceiling, client, crowd, fanout, keeping, posting, spread, wire
from bench.book import SHORT, Book
from bench.callback_client import Pusher
from bench.fanout import COST, HOUSE
from bench.house import house
from bench.load import Load, LoadFailed, checked
from bench.spread import Case
from bench.targets import targets
from sandbox import envelope


@pytest.fixture
def book() -> Book:
    return Book(SHORT)


def test_frames_are_walked_whatever_their_length_is() -> None:
    for size in (0, 125, 126, 300, 70_000):
        head = bytes((0x81, size)) if size < 126 else (
            b"\x81\x7e" + size.to_bytes(2, "big") if size < 65_536 else b"\x81\x7f" + size.to_bytes(8, "big"))
        stream = b"\x81\x02ok" + head + b"x" * size
        start, end = wire.bounds(stream, 4)
        assert stream[start:end] == b"x" * size
        assert end == len(stream)
        assert wire.bounds(stream[:-1], 4) == (0, 0)


def test_what_is_masked_is_what_was_meant() -> None:
    payload = "茶".encode() * 60
    sent = wire.frame(payload)
    key = sent[4:8]
    assert bytes(byte ^ key[at % 4] for at, byte in enumerate(sent[8:])) == payload


def test_a_lost_message_is_not_passed_over() -> None:
    answer = {"sent": 2, "said": 2, "delivered": 3, "wanted": 4, "wrong": 0, "lost_sockets": 0, "troubles": []}
    with pytest.raises(LoadFailed):
        checked(answer)


def test_latencies_are_told_in_milliseconds() -> None:
    found = client.spread([0.001 * (number + 1) for number in range(100)])
    assert found == pytest.approx({"p50": 51.0, "p99": 100.0, "worst": 100.0, "count": 100})


def test_a_push_made_by_the_bench_is_one_that_opens() -> None:
    pusher, key = Pusher(), "a" * 43
    pusher._account = {"appid": "wx1", "token": "t", "encoding_aes_key": key}
    head, _, body = pusher._push("o_1", "好").partition(b"\r\n\r\n")
    sealed = envelope.read(body.decode())["Encrypt"]
    assert envelope.read(envelope.unseal(key, "wx1", sealed))["Content"] == "好"
    assert f"Content-Length: {len(body)}".encode() in head


def test_posts_are_counted(book: Book) -> None:
    posting.run(book)
    assert (book.value("posting", HOUSE, "posts per second") or 0) > 0
    assert (book.value("posting, core alone", HOUSE, "posts per second") or 0) > 0


def test_the_same_load_is_spread_over_processes_and_shards_and_a_hot_room_has_a_ceiling(book: Book) -> None:
    with house(2, shards=3) as home, Load() as load:
        points = spread.of_house(book, home, load)
        ceiling.of_house(book, home, load)
    assert {case: round(point.hearings / point.posts, 3) for case, point in points.items()} == {
        Case(2, 3, 8, "together"): 1, Case(2, 3, 8, "at random"): 2}
    assert all(point.turns > 0 for point in points.values())
    assert (book.value("ceiling of 1 × 20, 2 web", HOUSE, "posts per second") or 0) > 0
    assert book.value("ceiling of 1 × 20, 2 web", HOUSE, "at 80% of it: the last socket p99 ms") is not None


def test_every_server_that_is_here_delivers_to_everybody(book: Book) -> None:
    fanout.run(book)
    here = book.figures["hot 1 × 20"]
    assert {HOUSE, "naive flask-sock"} <= set(here)
    assert len(here) + len(book.left_out) >= 6
    assert all(figures[COST] >= 0 for figures in here.values())
    assert book.value("isolated 1 × 20", HOUSE, "the last socket p99 ms") is not None


def test_a_crowd_comes_back_with_what_it_missed(book: Book) -> None:
    crowd.run(book)
    assert book.value("crowd of 20", HOUSE, "SQL statements to come back") == 0


def test_pushes_are_answered(book: Book) -> None:
    callbacks.run(book)
    assert book.value("callbacks", HOUSE, "share with a reply") is not None


def test_all_that_is_archived_was_said(book: Book) -> None:
    from bench import archive

    archive.run(book)
    assert (book.value("archive", "SQLite", "rows per second") or 0) > 0


def test_every_search_finds_what_the_texts_say(book: Book) -> None:
    keeping.run_search(book)
    assert book.value("search", "SQLite", "share of queries found") == 1.0


def test_a_target_that_was_not_measured_is_not_judged(book: Book) -> None:
    assert [target.judged(book) for target in targets(book)] == [None] * len(targets(book))
