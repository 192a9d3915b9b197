"""What is said in one channel while Redis is busy goes there as one call; each message is judged for itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from rooms import messages, sanctions, seats
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.errors import Refused
from rooms.events import Person
from rooms.live import pipeline as pipelines
from rooms.live.scripts import ENTER, POST
from rooms.messages import Said
from rooms.store import Limits, Store
from tests import servers
from tests.cast import Cast, store_on
from tests.patience import PATIENCE_SECONDS


@pytest.fixture
def server() -> Iterator[servers.RedisServer]:
    with servers.valkey() as server:
        yield server


class Crowd:
    """Who speaks at one moment in one channel."""

    def __init__(self, store: Store, server: servers.RedisServer, people: int) -> None:
        self.store, self.cast = store, Cast(store)
        self.redis = redis.Redis.from_url(server.url)
        self.hall = self.cast.channel("hall")
        self.people = [self.cast.person(f"P{number}") for number in range(people)]
        for person in self.people:
            seats.enter(store, person, self.hall, f"p.{person.id}")

    def calls_of(self, act: Callable[[], None]) -> int:
        """How many scripts Redis ran for what began while it could do nothing."""
        self.redis.client_pause(400)
        self.redis.config_resetstat()
        act()
        return int(self.redis.info("commandstats")["cmdstat_evalsha"]["calls"])

    def say_at_once(self, *said: tuple[Person, str, str]) -> list[Any]:
        """Each one's answer: (who, text, client_id)."""
        answers: list[Any] = [None] * len(said)
        left = threading.Semaphore(0)

        def then(place: int) -> Callable[[Any], None]:
            def take(answer: Any) -> None:
                answers[place] = answer
                left.release()
            return take

        for place, (person, text, client_id) in enumerate(said):
            messages.post_soon(self.store, person, self.hall, Draft("text", {"text": text}, client_id), then(place))
        for _ in said:
            assert left.acquire(timeout=PATIENCE_SECONDS)
        return answers


@pytest.fixture
def crowd(server: servers.RedisServer, tmp_path: Any) -> Iterator[Crowd]:
    store = store_on(server.url, f"sqlite:///{tmp_path}/record.db", Limits(say_per_second=3))
    yield Crowd(store, server, 6)
    store.close()


def code(answer: Any) -> str:
    return answer.code.value if isinstance(answer, Refused) else "said"


def test_it_is_one_call_and_everybody_has_their_number_in_the_order_of_speaking(crowd: Crowd) -> None:
    answers: list[Any] = []
    said = [(person, f"{person.name} {number}", f"c{number}") for number in range(3) for person in crowd.people]
    calls = crowd.calls_of(lambda: answers.extend(crowd.say_at_once(*said)))
    assert calls < 6, "one for the first, which found nobody waiting, and few for all others"
    assert [answer.seq for answer in answers] == list(range(1, len(said) + 1))
    log = messages.after(crowd.store, crowd.hall, 0, 100)
    assert [entry.seq for entry in log] == list(range(1, len(said) + 1))
    for (person, text, _), entry in zip(said, log, strict=True):
        assert f'"text":"{text}"'.encode() in entry.frame
        assert person.id.encode() in entry.frame


def test_who_may_not_is_refused_alone(crowd: Crowd) -> None:
    muted, free, fast, away = crowd.people[:4]
    sanctions.mute(crowd.store, Actor(Person("s_x", crowd.cast.organization, "S", free.door), role="owner"),
                   crowd.hall, muted.id)
    seats.step_out(crowd.store, away, crowd.hall, f"p.{away.id}")
    answers = crowd.say_at_once(
        (muted, "a", "1"), (free, "b", "1"), (away, "c", "1"), *((fast, "d", str(number)) for number in range(5)),
        (free, "e", "2"))
    assert [code(answer) for answer in answers] == [
        "muted", "said", "not_entered", "said", "said", "said", "rate_limited", "rate_limited", "said"]


def test_the_same_message_twice_in_one_call_is_one(crowd: Crowd) -> None:
    one, other = crowd.people[:2]
    first, again, others = crowd.say_at_once((one, "a", "same"), (one, "a", "same"), (other, "a", "same"))
    assert isinstance(first, Said)
    assert again == first._replace(repeated=True)
    assert others.seq == first.seq + 1


def test_a_call_joins_an_earlier_one_only_where_nothing_else_was_asked_of_the_room_in_between() -> None:
    def post(channel: str, organization: str = "o_a", room: str = "r") -> pipelines.Call:
        arguments = [organization, channel, "0", "1", "0", "1", "u_a", "id", b"frame", ""]
        return pipelines.Call(((f"{room}:gate", channel), arguments), print, f"{room}:gate", POST, True)

    enter = pipelines.Call((("r:gate",), ["u_b"]), print, "r:gate", ENTER, True)
    elsewhere = pipelines.Call((("x:gate",), ["u_b"]), print, "x:gate", ENTER, True)
    a, b, a2, foreign, a3, b2 = post("a"), post("b"), post("a"), post("a", "o_b"), post("a"), post("b")
    assert pipelines._parcels([a, b, elsewhere, a2, enter, a3, b2]) == [
        [a, a2], [b], [elsewhere], [enter], [a3], [b2]]
    assert pipelines._parcels([a, foreign, a2]) == [[a], [foreign], [a2]]
    many = [post("a") for _ in range(pipelines.MOST_AS_ONE + 1)]
    assert [len(parcel) for parcel in pipelines._parcels(many)] == [pipelines.MOST_AS_ONE, 1]
