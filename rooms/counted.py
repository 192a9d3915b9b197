"""What processes without a door counted: kept in Redis, for the house as a whole and across restarts.

Workers have no page of numbers, and come and go; each hands over what it has counted since the last time. A server
that forgets it begins again from nothing, as a counter may.
"""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import REGISTRY
from prometheus_client.registry import CollectorRegistry

from rooms import posts
from rooms.errors import Code, Refused
from rooms.store import Store

OURS, END = "teahouse_", "_total"
Counts = dict[tuple[str, str], float]
"""By a counter's name (without teahouse_ and _total) and its labels' values, with commas between."""


class Tally:
    """What this process has counted, and what of it was handed over."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._registry = registry
        self._handed: Counts = {}

    def hand_over(self, store: Store) -> None:
        """What Redis does not take now, it gets the next time."""
        posts.publish()
        now = _counts(self._registry)
        grown = {place: count - self._handed.get(place, 0.0) for place, count in now.items()}
        key = store.live.name("counted")
        several = [(("HINCRBY", key, "|".join(place), str(round(more))), key) for place, more in grown.items() if more]
        if several and _taken(lambda: store.live.commands(several)):
            self._handed = now


def everywhere(store: Store) -> Counts:
    """By all processes that hand over. Raises Refused(UNAVAILABLE) while Redis is away."""
    key = store.live.name("counted")
    words = [word.decode() for word in store.live.command("HGETALL", key, key=key)]
    return {_place(field): float(count) for field, count in zip(words[::2], words[1::2], strict=True)}


def _place(field: str) -> tuple[str, str]:
    name, _, labels = field.partition("|")
    return name, labels


def _counts(registry: CollectorRegistry) -> Counts:
    samples = [sample for family in registry.collect() for sample in family.samples]
    return {(sample.name.removeprefix(OURS).removesuffix(END), ",".join(sample.labels.values())): sample.value
            for sample in samples if sample.name.startswith(OURS) and sample.name.endswith(END)}


def _taken(give: Callable[[], object]) -> bool:
    try:
        give()
    except Refused as refused:
        if refused.code is not Code.UNAVAILABLE:
            raise
        return False
    return True
