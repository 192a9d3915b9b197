"""People found by a part of their name, few or many of them, in the organization and in a room."""

from __future__ import annotations

import pytest

from rooms.record import people
from rooms.store import Store
from tests.cast import Cast


@pytest.mark.parametrize("few", [0, 2_000])
def test_a_part_of_a_name_finds_its_people_page_by_page(
        store: Store, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "FEW", few)
    cast = Cast(store)
    several = sorted(cast.person(f"王静{number}%_").id for number in range(5))
    cast.person("李静")

    def page(named: str, after: str = "") -> list[str]:
        return [one.id for one in store.record.read(
            lambda c: people.page(c, cast.organization, named, after, 3))]

    assert page("王静") == several[:3]
    assert page("王静", several[2]) == several[3:]
    assert page("静3%_") == [one for one in several if one in page("静3")]
    assert page("静%3") == []
    other = Cast(store)
    assert store.record.read(lambda c: people.page(c, other.organization, "王静", "", 3)) == []
