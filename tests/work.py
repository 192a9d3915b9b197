"""What a request costs the servers behind: statements and commands, counted where they leave this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Engine, event

from rooms.live.pipeline import Call
from rooms.store import Store

T = TypeVar("T")
LOOKS = 4


def least(store: Store, act: Callable[[], T]) -> tuple[T, Counter[str]]:
    """What it answered, and the least that it took of a few times: what else goes on here now and then adds to it."""
    found = [_one(store, act) for _ in range(LOOKS)]
    return min(found, key=lambda one: one[1].total())


def _one(store: Store, act: Callable[[], T]) -> tuple[T, Counter[str]]:
    with _counted(store) as spent:
        answer = act()
    return answer, Counter(spent)


@contextmanager
def _counted(store: Store) -> Iterator[Counter[str]]:
    spent: Counter[str] = Counter()
    live: Any = store.live
    submit = live._submit

    def counting(call: Call) -> None:
        spent[call.script.name if call.script else str(call.arguments[0])] += 1
        submit(call)

    def stated(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        spent[" ".join(statement.split()[:1])] += 1

    event.listen(Engine, "before_cursor_execute", stated)
    live._submit = counting
    try:
        yield spent
    finally:
        del live._submit
        event.remove(Engine, "before_cursor_execute", stated)
