"""A house whose words are sealed before they reach Redis: said and read at every door, and nowhere in Redis."""

from __future__ import annotations

from tests.flows.people import follower, reply, wait_until_shown
from tests.house_client import House
from tests.in_redis import found_in, holds
from tests.oracle import connected

SECRET = "举杯邀明月"
"""Stands in everything that is said here."""


def test_what_is_said_and_read_at_every_door_lies_nowhere_in_redis_nor_in_its_files(house: House) -> None:
    alice, bob = house.phones_in_each_process(house.hall, 2, "举杯")
    guest = follower(house, "独酌")
    said = alice.say(house.hall, f"{SECRET}，对影成三人")
    bob.wait_for_text(house.hall, f"{SECRET}，对影成三人")
    body = {"text": f"{SECRET}，影徒随我身"}
    edited = alice.ask({"op": "edit", "channel": house.hall, "seq": said.seq, "body": body})
    assert edited["op"] == "done", edited
    bob.wait(lambda: any(entry["op"] == "edited" and SECRET in str(entry["body"])
                         for entry in bob.entries(house.hall)), 60, "the edit is shown")
    told = reply(house.wechat.say(guest, "更多"))
    wait_until_shown(house, guest, f"{SECRET}，影徒随我身")
    house.wechat.say(guest, f"{SECRET}，我歌月徘徊")
    alice.wait_for_text(house.hall, f"{SECRET}，我歌月徘徊")
    page = bob.api("GET", f"/channels/{house.hall}/messages").json()["messages"]
    assert [SECRET in str(entry.get("body")) for entry in page if entry["seq"] >= (said.seq or 0)] == [True] * 3, told
    answered: list[str] = []
    house.wait(lambda: answered.append(bob.api("GET", "/search", params={"q": SECRET}).text) or SECRET in answered[-1],
               60, f"it is found: {answered[-1:]}")

    with connected(house, single_connection_client=True) as server:
        assert found_in(server, SECRET) == []
        assert found_in(server, "独酌"), "who looks like this would have found words too"
    files = [path for path in house.var.rglob("*") if path.is_file() and "appendonly" in str(path)]
    assert files, "Redis keeps its log somewhere"
    assert [path for path in files if holds(path.read_bytes(), SECRET)] == []
    assert any(holds(path.read_bytes(), "独酌") for path in files)
