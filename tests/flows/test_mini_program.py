"""The mini-program's own pages in a real browser, on the whole house."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.house_client import House

CLIENT = Path(__file__).parents[2] / "miniprogram" / "client"
BUILT = CLIENT / "preview" / "dist" / "phone.js"


@pytest.mark.needs("npm", "chromium")
def test_three_people_talk_wait_are_put_out_lose_the_network_and_find_everything(house: House) -> None:
    if not BUILT.exists():
        subprocess.run(["make", "preview"], cwd=CLIENT.parents[1], check=True, timeout=100)
    room = house.demo["rooms"][0]["id"]
    small = house.command("channel", "add", room, "雅间", "--capacity", "2")
    flow = subprocess.Popen(["node", "tests/browser/flow.mjs", house.url, small], cwd=CLIENT, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert flow.stdin is not None
    assert flow.stdout is not None
    told = []
    for line in flow.stdout:
        told.append(line)
        if line.startswith("moderator "):
            house.command("member", "role", room, line.split()[1], "moderator")
            flow.stdin.write("done\n")
            flow.stdin.flush()
    _, wrong = flow.communicate(timeout=60)
    assert flow.returncode == 0, "".join(told) + wrong[-4000:]
