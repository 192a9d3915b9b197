from __future__ import annotations

import pytest

from tests.cast import opened
from tests.wechat.mei import Mei
from tests.wechat.stage import Stage, set_stage


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest) -> Stage:
    """One store for a test file; each test brings its own people and accounts."""
    return set_stage(opened(request))


@pytest.fixture
def mei(stage: Stage) -> Mei:
    return Mei(stage, stage.wechat())
