from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.miniprogram.web import Web, running


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """One web process for all tests that leave it as it was."""
    with running(tmp_path_factory.mktemp("web")) as web:
        yield web
        assert "Traceback" not in web.log()
