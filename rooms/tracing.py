"""One id for a message, wherever it is met, and what is told of its way.

The id is made from who said it and their `client_id`, which stand in its entry everywhere: so the door that took it,
the process that hands it to its readers and the courier all know it, and no byte travels for it. A follower's
client_id is WeChat's id of the message. What belongs to no message has an id of chance. The id of what is being done
stands in every line of the log (see `logs`).

`tell` is None unless somebody wants to know (see `traces`). Then each step of the way is told when it is over; the
first, at the door, has a number that follows from the id too, so that every process names it as the parent of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from time import time_ns
from typing import Any, NamedTuple

import msgspec

from rooms.errors import Refused
from rooms.events import Author, Entry, Logged

MOST_TOGETHER = 32
"""Messages that go out as one and are told of each by itself."""


class Trace(NamedTuple):
    """`id`: 128 bits, of all that belongs together. `step`: 64 bits, the step that one is in. `others`: ids of further
    messages that this is done for."""

    id: int
    step: int
    others: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return name_of(self.id)


class Step(NamedTuple):
    """Something that is over. Times are nanoseconds since 1970; `parent` is 0 for none; `facts` hold no words."""

    name: str
    trace: int
    step: int
    parent: int
    began: int
    ended: int
    facts: dict[str, Any]
    links: Sequence[Trace] = ()


Tell = Callable[[Step], None]

tell: Tell | None = None
"""Put in by `traces`. Must not wait."""
share = 1.0
"""Of the ids that are told of; every process decides alike, because the id decides."""
_now: ContextVar[Trace | None] = ContextVar("trace", default=None)


def name_of(trace: int) -> str:
    return f"{trace:032x}"


def of_message(user: str, client_id: str) -> Trace:
    digest = blake2b(f"{user} {client_id}".encode(errors="replace"), digest_size=24).digest()
    return Trace(int.from_bytes(digest[:16], "big") or 1, int.from_bytes(digest[16:], "big") or 1)


def of_follower(user: str, push: str) -> Trace:
    """Of what a follower wrote: its client_id is made of the push's id."""
    return of_message(user, client_id_of(push))


def client_id_of(push: str) -> str:
    return f"wx:{push}"


def of_entries(entries: Iterable[Entry]) -> list[Trace]:
    """Of those that somebody said."""
    return [of_message(entry.author.id, entry.client_id) for entry in entries if entry.author and entry.client_id]


def by_chance() -> Trace:
    return Trace(secrets.randbits(128) or 1, new_step())


def new_step() -> int:
    return secrets.randbits(64) or 1


def is_told(trace: int) -> bool:
    """Whether this id is among the share that is told of."""
    return (trace & (1 << 64) - 1) < share * (1 << 64)


# ---- what is being done

def now() -> Trace | None:
    """What is being done here; None where nobody knows."""
    return _now.get()


def become(trace: Trace | None) -> None:
    """It has turned out what is being done from here on."""
    _now.set(trace)


@contextmanager
def about(trace: Trace | None) -> Iterator[None]:
    token = _now.set(trace)
    try:
        yield
    finally:
        _now.reset(token)


# ---- what is told

@contextmanager
def first(name: str, **facts: Any) -> Iterator[None]:
    """The step with which all this began."""
    trace, began = _now.get(), time_ns()
    try:
        yield
    except Refused as refused:
        facts["refused"] = refused.code.value
        raise
    finally:
        if trace is not None:
            over(name, trace, began, **facts)


@contextmanager
def step(name: str, **facts: Any) -> Iterator[None]:
    """A step inside what is being done; nothing where nobody knows what that is, or wants to."""
    before = _now.get()
    if tell is None or before is None:
        yield
        return
    here, began = before._replace(step=new_step()), time_ns()
    token = _now.set(here)
    try:
        yield
    except Exception as error:
        facts["failed"] = type(error).__name__
        raise
    finally:
        _now.reset(token)
        _told(Step(name, here.id, here.step, before.step, began, time_ns(), facts))


def over(name: str, trace: Trace, began: int, again: bool = False, **facts: Any) -> None:
    """The first step is over; `again` where it was a repetition, which is a step inside the first one."""
    if tell is not None:
        own, parent = (new_step(), trace.step) if again else (trace.step, 0)
        _told(Step(name, trace.id, own, parent, began, time_ns(), facts))


def until(name: str, trace: Trace, then: Callable[[Any], None], inside: bool = False,
          **facts: Any) -> Callable[[Any], None]:
    """`then`, and the step that ends with it: the first one, or one `inside` it."""
    began = time_ns()

    def told(outcome: Any) -> None:
        then(outcome)
        over(name, trace, began, inside or getattr(outcome, "repeated", False), **facts, **_outcome(outcome))

    return told


@contextmanager
def carrying(name: str, traces: Sequence[Trace], **facts: Any) -> Iterator[dict[str, Any]]:
    """One step for several messages: told in the trace of each, linked with one of them, in which it goes on. What is
    put into the facts meanwhile is told too."""
    before, began = _now.get(), time_ns()
    if not traces:
        yield facts
        return
    parents = traces[:MOST_TOGETHER]
    main = next((trace for trace in parents if is_told(trace.id)), parents[0])
    here = Trace(main.id, new_step(), tuple(trace.id for trace in parents if trace.id != main.id))
    token = _now.set(here)
    try:
        yield facts
    finally:
        _now.reset(token)
        ended = time_ns()
        for trace in parents if tell is not None else ():
            own, link = (here.step, before) if trace is main else (new_step(), here)
            _told(Step(name, trace.id, own, trace.step, began, ended, facts, (link,) if link else ()))


def reached(name: str, traces: Iterable[Trace], **facts: Any) -> None:
    """These have arrived somewhere, at this moment."""
    at = time_ns()
    for trace in traces:
        _told(Step(name, trace.id, new_step(), trace.step, at, at, facts))


def handed_over(entries: Sequence[Logged], readers: int) -> None:
    """All readers of this process have them; it began when they got their numbers, by Redis' clock."""
    at = time_ns()
    for entry in entries:
        said = _said_in(entry)
        if said is not None:
            trace = of_message(said.author.id, said.client_id)
            facts = {"channel": said.channel, "seq": entry.seq, "readers": readers, "together": len(entries)}
            _told(Step("hand over", trace.id, new_step(), trace.step, min(at, said.at * 1_000_000), at, facts))


def _said_in(entry: Logged) -> _Said | None:
    """What cannot be read is not told of: that must not hinder who hands it over."""
    try:
        return _said.decode(entry.frame) if entry.op == "message" else None
    except msgspec.DecodeError:
        return None


class _Said(msgspec.Struct):
    channel: str
    at: int
    author: Author = msgspec.field(name="from")
    client_id: str = ""


_said = msgspec.json.Decoder(_Said)


def _told(step: Step) -> None:
    if tell is not None:
        tell(step)


def _outcome(outcome: Any) -> dict[str, Any]:
    if isinstance(outcome, Refused):
        return {"refused": outcome.code.value}
    seq = getattr(outcome, "seq", None)
    return {"outcome": type(outcome).__name__.lower(), **({} if seq is None else {"seq": seq})}
