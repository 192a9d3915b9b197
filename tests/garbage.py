"""How often the garbage collector walks what a run of the tests holds.

Some thousand tests and the whole code are there to stay: walking them again and again took a tenth of the time. From
the end of the collection on it is set as in the web processes (`gunicorn_conf.COLLECT_AFTER`, which cannot be imported
here: reading that file gives this process to gevent).
"""

from __future__ import annotations

import gc

import pytest

COLLECT_AFTER = 50_000, 20, 100

gc.disable()  # this file is read before any test is


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    gc.enable()
