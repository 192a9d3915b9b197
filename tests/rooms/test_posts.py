"""What became of each message is counted, whichever way it came."""

from __future__ import annotations

import threading

import pytest

from rooms import messages, posts, seats
from rooms.drafts import Draft
from rooms.errors import Refused
from rooms.store import Store
from tests.cast import Cast
from tests.patience import PATIENCE_SECONDS


def counted() -> dict[str, float]:
    posts.publish()
    samples = [sample for family in posts.total.collect() for sample in family.samples]
    return {sample.labels["outcome"]: sample.value for sample in samples if sample.name.endswith("_total")}


def test_what_is_said_repeated_and_refused_is_counted_by_its_outcome(store: Store) -> None:
    house = Cast(store)
    alice, stranger, hall = house.person("Alice"), house.person("Stranger"), house.channel("hall")
    seats.enter(store, alice, hall, "p.1")
    before, done = counted(), threading.Event()
    for once in ("c1", "c1"):
        messages.post(store, alice, hall, Draft("text", {"text": "茶"}, once))
    messages.post_soon(store, alice, hall, Draft("text", {"text": "茶"}, "c2"), lambda _: done.set())
    assert done.wait(PATIENCE_SECONDS)
    with pytest.raises(Refused) as refused:
        messages.post(store, stranger, hall, Draft("text", {"text": "茶"}, "c3"))
    grown = {name: count - before.get(name, 0.0) for name, count in counted().items()}
    because = refused.value.code.value
    assert {name: more for name, more in grown.items() if more} == {"said": 2, "repeated": 1, because: 1}
