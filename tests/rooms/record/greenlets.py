"""Run as a program: fifty greenlets read and write one SQLite file while a ticker measures how long the loop stood
still. Prints the longest stall in ms, how many questions were answered, and how many rows were written.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
import time  # noqa: E402

import gevent  # noqa: E402

from rooms.record import Record, migrate, organizations  # noqa: E402
from rooms.record.organizations import Organization  # noqa: E402

GREENLETS, EACH, TICK_SECONDS = 50, 10, 0.005


def main(url: str) -> None:
    migrate.upgrade(url)
    record = Record.open(url)
    stalls: list[float] = []
    ticker = gevent.spawn(tick, stalls)
    workers = [gevent.spawn(work, record, number) for number in range(GREENLETS)]
    killed = gevent.spawn(record.write, lambda c: time.sleep(1))
    gevent.sleep(0.05)
    killed.kill()
    gevent.joinall(workers, raise_error=True)
    ticker.kill()
    written = record.read(lambda c: c.exec_driver_sql("SELECT COUNT(*) FROM organizations").scalar())
    record.close()
    print(f"{max(stalls) * 1000:.1f} {GREENLETS * EACH} {written}")


def tick(stalls: list[float]) -> None:
    while True:
        before = time.monotonic()
        gevent.sleep(TICK_SECONDS)
        stalls.append(time.monotonic() - before - TICK_SECONDS)


def work(record: Record, number: int) -> None:
    for turn in range(EACH):
        name = f"o_{number}_{turn}"
        record.write(lambda c, name=name: organizations.add(c, Organization(name, name, 1)))  # type: ignore[misc]
        assert record.read(lambda c, name=name: organizations.one(c, name))  # type: ignore[misc]


if __name__ == "__main__":
    main(sys.argv[1])
