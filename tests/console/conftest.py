from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console.desk import House
from tests.miniprogram.web import running


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One web process, two organizations, and an account of each role in both."""
    with running(tmp_path_factory.mktemp("console"), TEAHOUSE_WECHAT_API_URL="http://127.0.0.1:9") as web:
        yield House(web)
        assert "Traceback" not in web.log()
