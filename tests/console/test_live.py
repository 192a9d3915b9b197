"""The live view hears what happens as it happens, and ends with the session."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

from rooms import messages, staff
from rooms.drafts import Draft
from tests.console.desk import Desk, House, Office


class Stream:
    """Server-sent events as a browser reads them."""

    def __init__(self, desk: Desk, path: str, **headers: str) -> None:
        self.answer = desk.ask("GET", path, stream=True, headers=headers)
        assert self.answer.headers["Content-Type"] == "text/event-stream", self.answer.text
        # cut at line feeds only, before decoding: half of 厅 would pass for the end of a line elsewhere
        self._lines = self.answer.iter_lines(chunk_size=1, delimiter=b"\n")

    def events(self) -> Iterator[tuple[str, Any]]:
        name = ""
        for line in (each.decode() for each in self._lines):
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                yield name, json.loads(line[6:])

    def next(self, wanted: str) -> Any:
        """The next event of that name; others are passed over."""
        return next(told for name, told in self.events() if name == wanted)

    def close(self) -> None:
        self.answer.close()


def say(office: Office, channel: str, text: str) -> int:
    draft = Draft("text", {"text": text}, text.replace(" ", "-"))
    return messages.post(office.store, office.alice, channel, draft, "member").seq


def test_an_entry_is_seen_within_a_second_of_being_said(house: House) -> None:
    office, hall = house.ours, house.web.channel("seen")
    stream = Stream(office.auditor, f"/live/channels/{hall}?after=0")
    assert stream.next("state")["present"] == 0
    for number in range(3):
        said_at = time.monotonic()
        say(office, hall, f"n{number}")
        entry = stream.next("entry")
        assert entry["body"] == {"text": f"n{number}"}
        assert time.monotonic() - said_at < 5  # a second on a quiet machine
    stream.close()


def test_staff_read_also_what_members_may_not_see(house: House) -> None:
    office, hall = house.ours, house.web.channel("closed circle")
    say(office, hall, "hello")
    office.owner.patch(f"/channels/{hall}/rules", {"see": "moderator"})
    assert [entry["op"] for entry in office.auditor.get(f"/channels/{hall}/messages")["messages"]] == [
        "message", "rules"]


def test_a_hundred_messages_a_second_arrive_in_order_and_whole(house: House) -> None:
    office, hall = house.ours, house.web.channel("busy")
    stream = Stream(office.owner, f"/live/channels/{hall}?after=0")

    def flood() -> None:
        for number in range(200):
            say(office, hall, f"m{number}")

    thread = threading.Thread(target=flood)
    thread.start()
    seqs = [stream.next("entry")["seq"] for _ in range(200)]
    thread.join()
    assert seqs == list(range(1, 201))
    stream.close()


def test_who_comes_back_goes_on_where_they_were(house: House) -> None:
    office, hall = house.ours, house.web.channel("back")
    for number in range(5):
        say(office, hall, f"b{number}")
    stream = Stream(office.owner, f"/live/channels/{hall}", **{"Last-Event-ID": "3"})
    assert [stream.next("entry")["seq"] for _ in range(2)] == [4, 5]
    stream.close()


def test_who_is_far_behind_is_told_of_the_gap(house: House) -> None:
    office, hall = house.ours, house.web.channel("far")
    for number in range(1_050):
        say(office, hall, f"x{number}")
    stream = Stream(office.owner, f"/live/channels/{hall}?after=1")
    assert stream.next("gap") == {"channel": hall, "after": 1, "seq": 1_050}
    say(office, hall, "the next")
    assert stream.next("entry")["seq"] == 1_051
    stream.close()


def test_the_overview_moves_with_what_happens(house: House) -> None:
    office, hall = house.ours, house.web.channel("counted")
    stream = Stream(office.auditor, "/live/overview")

    def talk(seen: Any) -> int | None:
        return next((c["talk"] for room in seen["rooms"] for c in room["channels"] if c["id"] == hall), None)

    while talk(stream.next("overview")) != 0:
        pass
    say(office, hall, "one more")
    while talk(stream.next("overview")) != 1:
        pass
    stream.close()


def test_a_stream_ends_when_its_account_does(house: House) -> None:
    office = house.ours
    gone = office.hire("moderator")
    stream = Stream(office.desks["moderator"], "/live/overview")
    stream.next("overview")
    staff.edit(office.store, office.actor, gone.id, "owner", active=False)
    ended = time.monotonic()
    assert all(name == "overview" for name, _ in stream.events())
    assert time.monotonic() - ended < 10
    office.hire("moderator")


def test_one_account_opens_ten_streams_at_most(house: House) -> None:
    house.ours.hire("moderator")
    desk = house.ours.desks["moderator"]
    streams = [Stream(desk, "/live/overview") for _ in range(10)]
    for stream in streams:
        stream.next("overview")
    assert desk.ask("GET", "/live/overview").status_code == 503
    for stream in streams:
        stream.close()
