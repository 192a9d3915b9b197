"""More people than seats, all at once, in both processes: never one too many, and nobody left without an answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.faults.conftest import Note
from tests.house_client import House
from tests.phone import Phone

PEOPLE, SEATS = 40, 12


def test_a_wave_of_people_at_a_channel_with_few_seats(house: House, note: Note) -> None:
    """F31."""
    channel = house.command("channel", "add", house.demo["rooms"][0]["id"], "小间", "--capacity", str(SEATS))
    order = {"op": "enter", "channel": channel}
    with ThreadPoolExecutor(PEOPLE) as pool:
        phones = list(pool.map(lambda number: house.phone(f"挤{number}"), range(PEOPLE)))
        answers = list(pool.map(lambda phone: phone.ask(order), phones))
    entered = [phone for phone, answer in zip(phones, answers, strict=True) if answer["op"] == "entered"]
    assert len(entered) == SEATS
    waiting = [answer.get("code", answer["op"]) for answer in answers if answer["op"] != "entered"]
    assert set(waiting) <= {"full", "queued"}
    assert len({house.serving(phone) for phone in phones}) == 2

    for phone in entered[:5]:
        phone.leave(channel)
    with ThreadPoolExecutor(PEOPLE) as pool:
        again = [answer["op"] for answer in pool.map(lambda phone: phone.ask(order), without(entered, phones))]
    assert again.count("entered") == 5
    note(people=PEOPLE, seats=SEATS, entered=len(entered), too_many=0)


def without(some: list[Phone], everybody: list[Phone]) -> list[Phone]:
    return [phone for phone in everybody if phone not in some]
