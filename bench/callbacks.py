"""WeChat's pushes in safe mode: verified, decrypted, done once, said in a channel, answered encrypted."""

from __future__ import annotations

import http.client
import secrets
from typing import Any

from bench.book import TEXT, Book
from bench.fanout import HOUSE
from bench.house import House, house
from bench.load import Load, LoadFailed
from rooms import accounts, channels, rooms

MEMBERS = 4
"""Followers in a channel: what one says, the others are owed in the answer to their next push."""
AT_ONCE = 32
GUESS_PER_SECOND = 4_000
EMPTY = "an empty answer"
EMPTY_REQUESTS = 1_000


def run(book: Book) -> None:
    size = book.size
    with house() as home, Load("bench.callback_client") as load:
        account = _account(home)
        names = _rooms(home, max(1, size.followers // MEMBERS))
        people = [f"o_bench_{number:06}" for number in range(size.followers)]
        _come_in(load, home, account, people, names)
        _measure(book, home, load, account, people)


def _measure(book: Book, home: House, load: Load, account: dict[str, str], people: list[str]) -> None:
    size = book.size
    pushes = int(size.seconds * GUESS_PER_SECOND)
    what = {"port": home.settings.port, "account": account, "followers": people, "texts": [f"{TEXT} {{}}"]}
    rounds = []
    for _ in range(size.rounds):
        load.do("prepare", **what, count=pushes)
        cpu = home.served.cpu_seconds()
        answer = _checked(load.do("hot", seconds=size.seconds, at_once=AT_ONCE))
        answer["us"] = (home.served.cpu_seconds() - cpu) / answer["good"] * 1e6
        rounds.append(answer)
    rate = [each["good"] / each["seconds"] for each in rounds]
    book.note("callbacks", HOUSE, "pushes per second", rate)
    book.note("callbacks", HOUSE, "µs CPU of a push", [each["us"] for each in rounds])
    book.note("callbacks", HOUSE, "pushes per CPU-second", [1e6 / max(each["us"], 1) for each in rounds])
    book.note("callbacks", HOUSE, "share with a reply", [each["replies"] / each["good"] for each in rounds])
    book.client("callbacks", HOUSE, rounds)
    book.note("callbacks", EMPTY, "µs CPU of a request", [_empty(home) for _ in range(size.rounds)])
    half = sorted(rate)[len(rate) // 2] / 2
    load.do("prepare", **what, count=pushes)
    answers = [_checked(load.do("paced", seconds=size.seconds, per_second=half)) for _ in range(size.rounds)]
    for part in ("p50", "p99"):
        book.note("callbacks at half", HOUSE, f"a push {part} ms", [each["ms"][part] for each in answers])


def _empty(home: House) -> float:
    """µs of CPU for an answer in which nothing is done: what gunicorn and Flask take of a push."""
    line = http.client.HTTPConnection("127.0.0.1", home.settings.port)
    cpu = home.served.cpu_seconds()
    for _ in range(EMPTY_REQUESTS):
        line.request("GET", "/healthz")
        if line.getresponse().read() == b"":
            raise LoadFailed("/healthz answers nothing")
    line.close()
    return (home.served.cpu_seconds() - cpu) / EMPTY_REQUESTS * 1e6


def _account(home: House) -> dict[str, str]:
    made = {"appid": f"wx{secrets.token_hex(8)}", "token": secrets.token_hex(8),
            "encoding_aes_key": secrets.token_hex(22)[:43]}
    accounts.add(home.store, home.organization, made["appid"], "official_account", secrets.token_hex(16), made["token"],
                 made["encoding_aes_key"], "safe", "gh_bench")
    return made


def _rooms(home: House, count: int) -> list[str]:
    names = [f"茶室{number}" for number in range(count)]
    for name in names:
        channels.add(home.store, rooms.add(home.store, home.organization, name), "大厅")
    return names


def _come_in(load: Load, home: House, account: dict[str, str], people: list[str], names: list[str]) -> None:
    """Each follower joins a room by a command, as they would."""
    for number, name in enumerate(names):
        load.do("prepare", port=home.settings.port, account=account, followers=people[number::len(names)],
                texts=[f"加入 {name}"], count=len(people[number::len(names)]))
        _checked(load.do("hot", seconds=30, at_once=1))


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    if answer["bad"] or not answer["good"]:
        raise LoadFailed(f"pushes went wrong: {answer}")
    return answer
