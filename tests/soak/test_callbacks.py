"""300 pushes a second for minutes, one in a hundred repeated, one in a hundred hostile: none waits for five seconds."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.load import Load
from tests.house_client import House
from tests.soak.conftest import Keep, scaled

ROOMS, PEOPLE, PER_SECOND, SECONDS = 50, 200, 300, 120


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path, web_processes=2) as house:
        yield house


def test_pushes_at_three_hundred_a_second(house: House, keep: Keep) -> None:
    account = {"appid": f"wx{secrets.token_hex(8)}", "token": secrets.token_hex(8),
               "encoding_aes_key": secrets.token_hex(22)[:43]}
    house.command("account", "add", account["appid"], "--organization", house.organization, "--kind",
                  "official_account", "--secret", "s", "--token", account["token"], "--aes-key",
                  account["encoding_aes_key"])
    names = [f"茶室{number}" for number in range(ROOMS)]
    rooms = house.commands(*(["room", "add", name, "--organization", house.organization] for name in names))
    house.commands(*(["channel", "add", room, "大厅"] for room in rooms))
    people = [f"o_soak_{number:06}" for number in range(PEOPLE)]
    seconds = scaled(SECONDS)
    with Load("bench.callback_client") as load:
        for number, name in enumerate(names):
            theirs = people[number::ROOMS]
            load.do("prepare", port=house.port, account=account, followers=theirs, texts=[f"加入 {name}"],
                    count=len(theirs))
            assert load.do("hot", seconds=60, at_once=1)["good"] == len(theirs)
        load.do("prepare", port=house.port, account=account, followers=people, texts=["今天的茶很好 {}"],
                count=PER_SECOND * seconds, repeats=100, hostile=100)
        found = load.do("paced", seconds=seconds, per_second=PER_SECOND)
    keep(per_second=PER_SECOND, seconds=seconds, answered=found["good"], refused_hostile=found["refused"],
         with_words=found["replies"], wrong=found["bad_count"], examples=found["bad"], ms=found["ms"],
         over_five_seconds=found["over_five_seconds"], load_average=round(os.getloadavg()[0], 1))
    assert found["bad"] == []
    assert found["over_five_seconds"] == 0
    assert found["good"] + found["refused"] == PER_SECOND * seconds
    assert found["refused"] >= PER_SECOND * seconds // 100
