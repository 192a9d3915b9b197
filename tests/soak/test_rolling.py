"""A rolling deploy under a crowd: one web process after the other is told to end, and its sockets go on in others.

Full size (TEAHOUSE_SOAK_SCALE=1) are 5,000 sockets in channels of 200, with one more who talks in each, on two web
processes (TEAHOUSE_SOAK_WEB_PROCESSES) behind one address.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from embedded import settle
from rooms import channels, rooms
from rooms.store import Store, open_store
from settings import Settings
from tests.crowd import DRAINING, Crowd
from tests.guests import new_guests
from tests.house_client import House
from tests.oracle import Load, Oracle
from tests.soak.conftest import Keep, scaled, spread

SOCKETS, IN_A_CHANNEL = 5_000, 200
WEB_PROCESSES = int(os.environ.get("TEAHOUSE_SOAK_WEB_PROCESSES", "2"))
TALKS_EVERY_SECONDS = 2.0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path, web_processes=WEB_PROCESSES) as house:
        yield house


@pytest.fixture
def store(house: House) -> Iterator[Store]:
    store = open_store(settings_of(house))
    yield store
    store.close()


def test_a_rolling_deploy(house: House, store: Store, keep: Keep) -> None:
    """F4: everybody is told and closed with 4013, everybody comes back with their place, nothing is lost."""
    sockets = scaled(SOCKETS)
    places = new_channels(store, house.organization, -(-sockets // IN_A_CHANNEL))
    guests = new_guests(store, settings_of(house).secret_key or "", house.organization, places, sockets)
    speakers = [house.phone(f"说{number}") for number in range(len(places))]
    for speaker, channel in zip(speakers, places, strict=True):
        assert speaker.enter(channel)["op"] == "entered"
    oracles = [Oracle(house, channel, [speaker]) for speaker, channel in zip(speakers, places, strict=True)]
    with Crowd(house.port, guests) as crowd:
        with ExitStack() as talk:
            loads = [talk.enter_context(Load([speaker], channel, TALKS_EVERY_SECONDS, patience=120))
                     for speaker, channel in zip(speakers, places, strict=True)]
            for load in loads:
                load.wait_for(1, 60)
            for oracle in oracles:
                oracle.fault()
            rolls = [roll(house, crowd, process) for process in house.web()]
            since = time.monotonic()
            for load in loads:
                load.wait_for_everybody(since, 60)
        for oracle in oracles:
            oracle.settle(60)
        crowd.wait_for_tips({oracle.channel: oracle.phones[0].shown[oracle.channel].last for oracle in oracles})
        verdicts = [oracle.judge() for oracle in oracles]
        keep(sockets=len(guests), web_processes=WEB_PROCESSES, channels=len(places), rolls=rolls,
             acked=sum(each.acked for each in verdicts), lost=sum(each.lost for each in verdicts),
             duplicated=sum(each.duplicated for each in verdicts),
             speakers_waited=max(each.seconds_until_sending for each in verdicts), heard=crowd.entries,
             gaps=crowd.gaps, forks=crowd.forks, load=os.getloadavg())
        assert all(each.clean for each in verdicts), verdicts
        assert not crowd.wrongs, crowd.wrongs[:5]
        assert not crowd.forks
        assert {code for speaker in speakers for code in speaker.closes} <= {DRAINING}


def roll(house: House, crowd: Crowd, process: int) -> dict[str, Any]:
    """One process is asked to end; over when it has, its sockets are back and another stands in its place."""
    crowd.begin_notes()
    began = time.monotonic()
    house.kill(process, signal.SIGTERM)
    house.wait(lambda: process not in house.web(), 60, "the process has ended")
    ended = time.monotonic()
    crowd.wait_for_all(120)
    back = time.monotonic()
    house.wait_ready(60)
    stay = crowd.stay
    sent_away = sum(stay.closes.values())
    assert stay.closes == {DRAINING: sent_away}, stay
    assert (stay.byes, stay.without_bye) == (sent_away, 0), stay
    return {"sockets": sent_away, "byes": stay.byes, "closed_4013": stay.closes[DRAINING],
            "seconds_until_it_ended": round(ended - began, 2), "seconds_until_all_were_back": round(back - began, 2),
            "each_away_seconds": spread(stay.away_seconds), "turned_away": dict(stay.turned_away),
            "given_up": stay.given_up, "crowds_longest_turn_seconds": round(stay.longest_turn_seconds, 2)}


def settings_of(house: House) -> Settings:
    return settle(Settings.from_environment(house.environ))


def new_channels(store: Store, organization: str, count: int) -> list[str]:
    return [channels.add(store, rooms.add(store, organization, f"滚{number}"), "厅") for number in range(count)]
