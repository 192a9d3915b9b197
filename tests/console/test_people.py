"""What owners do with people's whole records, and lists that come and go as files."""

from __future__ import annotations

import io
import zipfile

from media import work
from media.intake import house as media_house
from rooms import archive, indexing, members, messages
from rooms.drafts import Draft
from rooms.record import audit
from settings import Settings
from tests.console.desk import House, code


def test_two_people_become_one_by_name_of_who_did_it(house: House) -> None:
    office = house.ours
    ann, anna = office.cast.person("Ann"), office.cast.person("Anna")
    kept = office.owner.post(f"/people/{ann.id}/merge", {"other": anna.id, "reason": "同一个人"})["user"]
    other = anna.id if kept == ann.id else ann.id
    assert office.owner.get(f"/people/{other}")["id"] == kept
    acts = office.auditor.get("/audit", params={"act": "merge"})["acts"]
    assert (acts[0]["actor"], acts[0]["target"]) == (office.staff["owner"].id, other)
    assert code(office.owner.ask("POST", f"/people/{ann.id}/merge", {"other": anna.id}))[1] == "bad_frame"


def test_a_persons_data_is_packed_and_fetched_by_staff(house: House) -> None:
    office, person = house.ours, house.ours.cast.person("Dora")
    members.set_role(office.store, office.room, person.id, "member")
    messages.post(office.store, person, office.channel, Draft("text", {"text": "我的话"}, "dora-1"), "member")
    job = office.owner.post(f"/people/{person.id}/exports")["id"]
    assert code(office.owner.ask("GET", f"/people/{person.id}/exports/{job}/file"))[0] == 404
    work.one(media_house(office.store, Settings.from_environment(office.web.environ)), job)
    assert office.owner.get(f"/people/{person.id}/exports")["exports"][0]["state"] == "ready"
    answer = office.owner.ask("GET", f"/people/{person.id}/exports/{job}/file")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parcel:
        assert "我的话" in parcel.read("messages.jsonl").decode()
    strange = house.theirs.owner.ask("GET", f"/people/{person.id}/exports/{job}/file")
    assert code(strange) == (404, "not_found")


def test_who_is_erased_is_named_by_who_erases_and_is_nobody_then(house: House) -> None:
    office, person = house.ours, house.ours.cast.person("Gone")
    assert code(office.owner.ask("POST", f"/people/{person.id}/erase", {"name": "gone"}))[1] == "bad_frame"
    office.owner.post(f"/people/{person.id}/erase", {"name": "Gone", "reason": "asked"})
    assert code(office.owner.ask("GET", f"/people/{person.id}"))[0] == 404
    act = office.auditor.get("/audit", params={"act": "erase"})["acts"][0]
    assert (act["actor"], act["target"], act["reason"]) == (office.staff["owner"].id, person.id, "asked")


def test_members_go_out_as_a_file_and_come_in_line_by_line(house: House) -> None:
    office = house.ours
    room, people = office.cast.add_room(), [office.cast.person(name) for name in ("=1+1", "Bea")]
    lines = [{"user": people[0].id, "role": "moderator"}, {"user": "u_nobody", "role": "member"},
             {"user": people[1].id, "white_list": True}]
    told = office.owner.post(f"/rooms/{room}/members/import", {"members": lines})
    assert (told["taken"], [(one["line"], one["code"]) for one in told["left_out"]]) == (2, [(1, "not_found")])
    text = office.owner.ask("GET", f"/rooms/{room}/members/export").content.decode("utf-8-sig")
    rows = sorted(line.split(",")[:4] for line in text.splitlines()[1:])
    assert rows == sorted([[people[0].id, "'=1+1", "moderator", "no"], [people[1].id, "Bea", "member", "yes"]])
    assert office.store.record.read(lambda c: audit.newest(
        c, office.organization, {"act": "list_out"}, None, None, 0, 1))[0].act.room == room


def test_people_are_found_by_a_part_of_their_name_or_by_their_id(house: House) -> None:
    office, person = house.ours, house.ours.cast.person("陆鸿渐")
    for q in ("鸿", person.id):
        assert [one["id"] for one in office.auditor.get("/people", params={"q": q})["people"]] == [person.id]
        assert not house.theirs.owner.get("/people", params={"q": q})["people"]


def test_staff_find_what_was_said_in_their_organization_and_nothing_else(house: House) -> None:
    office = house.ours
    members.set_role(office.store, office.room, office.alice.id, "member")
    draft = Draft("text", {"text": "武夷岩茶到货"}, "tea-1")
    messages.post(office.store, office.alice, office.channel, draft, "member")
    archive.archive_channel(office.store, office.channel)
    assert office.auditor.get("/search", params={"q": "岩茶"})["unindexed"] > 0
    indexing.index(office.store)
    assert office.auditor.get("/search", params={"q": "岩茶"})["unindexed"] == 0
    for desk, count in ((office.auditor, 1), (house.theirs.owner, 0)):
        hits = desk.get("/search", params={"q": "岩茶"})["hits"]
        assert len(hits) == count
    assert office.auditor.get("/search", params={"q": "岩茶"})["hits"][0]["excerpt"][1] == ["岩茶", True]


def test_a_person_s_page_shows_what_they_said_lately_once_and_as_it_stands(house: House) -> None:
    """Archived and indexed, or only just said."""
    office, person = house.ours, house.ours.cast.person("Fay")
    members.set_role(office.store, office.room, person.id, "member")
    seqs = []
    for number, text in enumerate(("第一句", "第二句", "第三句")):
        draft = Draft("text", {"text": text}, f"fay-{number}")
        seqs.append(messages.post(office.store, person, office.channel, draft, "member").seq)
        if number == 1:
            archive.archive_channel(office.store, office.channel)
            indexing.index(office.store)
    office.owner.post(f"/channels/{office.channel}/messages/{seqs[2]}/recall")
    recent = office.auditor.get(f"/people/{person.id}")["recent"]
    assert [(one["seq"], one.get("recalled", False)) for one in recent] == [
        (seqs[2], True), (seqs[1], False), (seqs[0], False)]
    assert "第三句" not in str(recent)


def test_how_long_words_are_kept_is_told_where_it_was_set(house: House) -> None:
    office = house.ours
    office.owner.put("/retention", {"room": office.room, "channel": office.channel, "days": 30})
    assert {"room": office.room, "channel": office.channel, "days": 30} in office.auditor.get("/retention")["kept"]
    office.owner.put("/retention", {"room": office.room, "channel": office.channel})
    assert not [one for one in office.auditor.get("/retention")["kept"] if one["channel"] == office.channel]
