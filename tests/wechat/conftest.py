from __future__ import annotations

from collections.abc import Iterator

import pytest

from rooms.authority import Actor
from rooms.events import Door, Person
from tests.cast import opened
from tests.wechat.mei import Mei
from tests.wechat.stage import Stage, set_stage
from tests.wechat.town import Town, calm_down, founded


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest) -> Stage:
    """One store for a test file; each test brings its own people and accounts."""
    return set_stage(opened(request))


@pytest.fixture
def mei(stage: Stage) -> Mei:
    return Mei(stage, stage.wechat())


@pytest.fixture(scope="module")
def town(request: pytest.FixtureRequest) -> Iterator[Town]:
    """One town for a test file."""
    with founded(request) as town:
        yield town


@pytest.fixture
def calm(town: Town) -> Iterator[None]:
    """The test after finds the town quiet again."""
    yield
    calm_down(town)


@pytest.fixture(scope="module")
def staff(town: Town) -> Actor:
    return Actor(Person("s_steward", town.stage.cast.organization, "Steward", Door.CONSOLE), "owner")
