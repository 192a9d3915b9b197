"""A crowd of 2,000 before 500 seats, and acts of moderators while their targets flood, on three web processes."""

from __future__ import annotations

import os
from pathlib import Path

from tests.miniprogram.flood import Flood
from tests.miniprogram.rush import Rush
from tests.miniprogram.web import running
from tests.soak.conftest import Keep, scaled, spread

PEOPLE, SEATS, FREED, ONE_BY_ONE = 2_000, 500, 200, 100
ROUNDS = 30
CALM_SECONDS = 5.0


def test_two_thousand_people_and_five_hundred_seats(tmp_path: Path, keep: Keep) -> None:
    people, capacity = scaled(PEOPLE), scaled(SEATS)
    with running(tmp_path, 3, TEAHOUSE_HANDSHAKES_PER_SECOND="5000") as web:
        rush = Rush(web, people, capacity)
        with rush.probing() as probing:
            rush.hear_for(CALM_SECONDS)
            before = probing.end()
        with rush.probing() as probing:
            sent = rush.all_enter()
            meanwhile = probing.end()
        inside = sum(guest.entered for guest in rush.guests)
        order = rush.places()
        one_by_one = [rush.frees_a_seat(guest)
                      for guest in [one for one in rush.guests if one.entered][:scaled(ONE_BY_ONE)]]
        together = rush.free_seats(scaled(FREED))
        assert inside == capacity
        assert sorted(order.values()) == list(range(1, people - capacity + 1))
        assert sum(guest.entered for guest in rush.guests) == capacity
        assert "Traceback" not in web.log()
        keep(people=people, seats=capacity, inside=inside, queued=len(order), refused=0,
             seconds_to_send=round(sent, 3), seconds_until_all_were_answered=round(rush.settled_after, 3),
             others_ping_before=spread(before), others_ping_meanwhile=spread(meanwhile),
             woken_one_by_one=spread(one_by_one), woken_together=spread(together), freed_together=len(together),
             load=os.getloadavg())


def test_acts_while_the_target_floods(tmp_path: Path, keep: Keep) -> None:
    figures = {}
    with running(tmp_path, 3) as web:
        for act in ("mute", "kick", "ban"):
            flood = Flood(web, listeners=12)
            delays = [flood.round(act) for _ in range(scaled(ROUNDS))]
            flood.end()
            figures[act] = {"rounds": len(delays), "until_told": spread([delay.told for delay in delays]),
                            "until_refused": spread([delay.refused for delay in delays])}
        assert "Traceback" not in web.log()
    keep(**figures, entries_above_the_act=0, load=os.getloadavg())
