"""What people show each other, as far as staff have to see it."""

from __future__ import annotations

import pytest

from rooms import direct, doors, held, ids, media, members
from rooms.doors import Ways
from rooms.drafts import Draft
from rooms.record import media as rows
from rooms.record import reports
from rooms.record.media import GONE, READY, Media, Use
from rooms.record.reports import Report
from tests.console.desk import House, Office, code
from tests.console.test_matrix import pictured


@pytest.fixture
def office(house: House) -> Office:
    return house.ours


def uploaded(office: Office) -> str:
    """By Alice, and shown nowhere yet."""
    one = Media(ids.new("m"), office.organization, office.alice.id, "image", READY, "x.png", 3, 1, 1, 0, "", "a.png",
                100, 0, 0, "", office.cast.now)
    office.store.record.write(lambda c: rows.add(c, one))
    return one.id


def overlooked(office: Office, picture: str) -> bool:
    return media.overlooked(office.store, office.organization, picture) is not None


def test_a_picture_of_a_channel_is_seen_sealed(office: Office) -> None:
    shown = pictured(office, office.auditor).parts["media_id"]
    answer = office.auditor.ask("GET", f"/media/{shown}/picture?small=true", headers={"Range": "bytes=0-1"})
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (206, b"te", "image/png")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    office.store.record.write(lambda c: rows.change(c, shown, [READY], state=GONE))
    assert code(office.auditor.ask("GET", f"/media/{shown}/file")) == (404, "not_found")


def test_what_is_shown_nowhere_is_nobody_else_s_and_what_is_held_is_seen_by_who_decides(office: Office) -> None:
    picture = uploaded(office)
    assert not overlooked(office, picture)
    members.set_role(office.store, office.room, office.alice.id, "member")
    held.keep(office.store, office.alice, office.channel, Draft("image", {"media": picture}, ids.new("x")), "safety")
    assert overlooked(office, picture)


def test_what_two_show_each_other_is_theirs_until_one_reports_it(office: Office) -> None:
    bob = office.cast.person("Bob")
    for one in (office.alice, bob):
        members.set_role(office.store, office.room, one.id, "member")
    doors.change(office.store, office.actor, office.room, Ways(direct=True))
    two, picture = direct.begin(office.store, office.alice, office.room, bob.id), uploaded(office)
    office.store.record.write(lambda c: rows.use(c, [Use(picture, two.channel, 1, office.cast.now)]))
    assert not overlooked(office, picture)
    office.store.record.write(lambda c: reports.add(c, Report(
        two.channel, 1, bob.id, office.organization, office.room, "e", office.alice.id, "", "open", office.cast.now)))
    assert overlooked(office, picture)
