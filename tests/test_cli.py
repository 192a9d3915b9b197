"""The operators' command: what it prints, what it refuses, and that it needs nothing running."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cli
from commands.opening import opened
from media.s3 import Bucket
from rooms import doors, ids, rooms
from rooms.authority import Actor
from rooms.events import Door, Person
from rooms.record import alarms, organizations, tables, users
from rooms.record import rooms as room_rows
from rooms.record.alarms import Alarm
from settings import Settings
from tests.buckets import KEYS, buckets

Teahouse = Callable[..., str]
PUBLIC = {"organization", "official_account", "mini_program", "rooms", "staff"}


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("REDIS_URL", "DATABASE_URL", "TEAHOUSE_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TEAHOUSE_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("TEAHOUSE_WECHAT_API_URL", "http://127.0.0.1:9")
    return tmp_path / "var"


@pytest.fixture
def teahouse(var: Path, capsys: pytest.CaptureFixture[str]) -> Teahouse:
    def run(*words: str, status: int = 0) -> str:
        """What it printed; on another status than 0, on standard error."""
        assert cli.main(list(words)) == status, capsys.readouterr().err
        captured = capsys.readouterr()
        return (captured.out if status == 0 else captured.err or captured.out).strip()
    return run


@pytest.fixture
def organization(teahouse: Teahouse) -> str:
    teahouse("init")
    return teahouse("organization", "add", "茶")


def test_init_demo_answers_what_a_newcomer_needs_and_again_the_same_without_passwords(teahouse: Teahouse) -> None:
    first = json.loads(teahouse("init", "--demo", "--json"))
    again = json.loads(teahouse("init", "--demo", "--json"))
    assert set(first) == PUBLIC
    assert set(first["official_account"]) == {"appid", "token", "encoding_aes_key", "mode"}
    assert [room["name"] for room in first["rooms"]] == ["茶馆"]
    assert [channel["name"] for channel in first["rooms"][0]["channels"]] == ["大厅", "闲聊"]
    assert first["staff"][0]["password"]
    assert again["staff"][0]["password"] is None
    assert _without_passwords(again) == _without_passwords(first)


def _without_passwords(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "staff": [one["email"] for one in facts["staff"]]}


def test_each_noun_that_is_added_prints_its_id(teahouse: Teahouse, organization: str) -> None:
    assert organization.startswith("o_")
    room = teahouse("room", "add", "茶馆", "--organization", organization, "--capacity", "500")
    assert ids.is_room(room)
    channel = teahouse("channel", "add", room, "大厅", "--slow", "10")
    assert ids.is_channel(channel)
    assert ids.room_of(channel) == room
    assert teahouse("account", "add", "wx12345678", "--organization", organization, "--kind", "mini_program",
                    "--secret", "s3cret") == "wx12345678"
    assert teahouse("staff", "add", "a@example.com", "--organization", organization, "--role", "owner",
                    "--password", "long enough").startswith("s_")
    assert json.loads(teahouse("organization", "add", "另一家", "--json"))["id"].startswith("o_")


def test_a_password_that_was_made_is_shown_once(teahouse: Teahouse, organization: str) -> None:
    printed = teahouse("staff", "add", "a@example.com", "--organization", organization, "--role", "admin").split("\n")
    assert printed[0].startswith("s_")
    assert len(printed[1]) >= 12


def test_a_refusal_is_one_line_and_status_1(teahouse: Teahouse, organization: str) -> None:
    room = teahouse("room", "add", "茶馆", "--organization", organization)
    again = teahouse("room", "add", "茶 馆", "--organization", organization, status=1)
    assert again.startswith("teahouse: duplicate: ")
    assert teahouse("channel", "add", "r_0000000000", "x", status=1).startswith("teahouse: not_found: ")
    assert teahouse("member", "role", room, "u_nobody", "moderator", status=1).startswith("teahouse: not_found: ")


def test_a_wrong_setting_is_one_line_that_names_it(teahouse: Teahouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAHOUSE_PORT", "eighty")
    said = teahouse("up", status=1)
    assert said.startswith("teahouse: TEAHOUSE_PORT: ")
    assert "\n" not in said


def test_without_tables_a_command_says_what_to_do(teahouse: Teahouse) -> None:
    assert "teahouse migrate" in teahouse("organization", "add", "茶", status=1)


def test_a_secret_may_come_from_a_file(teahouse: Teahouse, organization: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    add = ["account", "add", "wx12345678", "--organization", organization, "--kind", "official_account",
           "--token", "abc"]
    teahouse(*add, "--secret", f"@{tmp_path}/secret")
    assert "cannot read" in teahouse(*add, "--secret", f"@{tmp_path}/nothing", status=1)


def test_migrate_again_changes_nothing(teahouse: Teahouse) -> None:
    assert "applied" in teahouse("migrate")
    assert teahouse("migrate") == "the tables are up to date"


def test_the_doctor_finds_what_is_wrong_and_says_what_to_do(teahouse: Teahouse, organization: str) -> None:
    teahouse("account", "add", "wx12345678", "--organization", organization, "--kind", "mini_program", "--secret", "s")
    told = json.loads(teahouse("doctor", "--json", status=1))
    found = {finding["what"]: finding for finding in told["findings"]}
    assert told["ok"] is False
    assert {what for what, finding in found.items() if finding["state"] == "wrong"} == {"wx12345678", "clock"}
    assert "reaches http://127.0.0.1:9" in found["wx12345678"]["advice"]
    assert {"redis", "durability", "sql", "migrations", "redis clock", "disk", "files"} <= set(found)


def test_the_doctor_sees_missing_tables(teahouse: Teahouse, var: Path) -> None:
    told = json.loads(teahouse("doctor", "--json", status=1))
    found = {finding["what"]: finding for finding in told["findings"]}
    assert found["migrations"]["advice"] == "run `teahouse migrate`"


def test_the_doctor_sees_another_secret_key(
    teahouse: Teahouse, organization: str, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    teahouse("account", "add", "wx12345678", "--organization", organization, "--kind", "mini_program", "--secret", "s")
    monkeypatch.setenv("TEAHOUSE_SECRET_KEY", "another key of thirty-two letters")
    told = json.loads(teahouse("doctor", "--json", status=1))
    assert "TEAHOUSE_SECRET_KEY" in json.dumps(told)


def test_a_full_disk_is_found(
    teahouse: Teahouse, organization: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage.__class__(usage.total, usage.total - 1, 1))
    assert "make room" in teahouse("doctor", status=1)


def test_the_audit_is_exported_and_its_chain_verified(teahouse: Teahouse, organization: str, tmp_path: Path) -> None:
    assert teahouse("audit", "verify", organization).startswith("0 acts, the chain holds")
    with opened(Settings.from_environment()) as store:
        steward = Actor(Person("s_steward", organization, "Steward", Door.CONSOLE), "owner")
        for private in (True, False):
            doors.change(store, steward, rooms.add(store, organization, f"room {private}"), doors.Ways(private=private))
    exported = teahouse("audit", "export", organization)
    assert [json.loads(line)["act"] for line in exported.splitlines()] == ["doors", "doors"]
    file = tmp_path / "acts.jsonl"
    file.write_text(exported, "utf-8")
    whole = json.loads(teahouse("audit", "verify", organization, "--json"))
    assert json.loads(teahouse("audit", "verify", "--file", str(file), "--json")) == whole
    file.write_text(exported.replace("s_steward", "s_nobody", 1), "utf-8")
    assert "broken at act 1" in teahouse("audit", "verify", "--file", str(file), status=3)
    assert "name the organization" in teahouse("audit", "verify", status=1)


def test_a_room_is_added_with_its_ways_in(teahouse: Teahouse, organization: str) -> None:
    room = teahouse("room", "add", "密室", "--organization", organization, "--unlisted", "--by-request", "--verified",
                    "--direct")
    with opened(Settings.from_environment()) as store:
        found = store.record.read(lambda c: room_rows.one(c, room))
    assert found is not None
    assert (found.listed, found.by_request, found.verified, found.white_only, found.direct) == (
        False, True, True, False, True)


def test_what_is_judged_without_people_is_shown_and_set(teahouse: Teahouse, organization: str) -> None:
    assert json.loads(teahouse("safety", organization, "--json")) == {"text": "off", "media": "off", "outage": "show"}
    assert "text after" in teahouse("safety", organization, "--text", "after", "--outage", "people")
    assert json.loads(teahouse("safety", organization, "--json")) == {
        "text": "after", "media": "off", "outage": "people"}
    assert "mode act" in teahouse("spam", organization, "--mode", "act", "--threshold", "80")
    assert "threshold" in teahouse("spam", organization, "--threshold", "900", status=1)
    assert "no such organization" in teahouse("safety", "o_nobody", status=1)


def test_how_long_words_are_kept_is_said_and_shown(teahouse: Teahouse, organization: str) -> None:
    assert "TEAHOUSE_RETENTION_DAYS" in teahouse("retention", organization)
    room = teahouse("room", "add", "茶馆", "--organization", organization)
    teahouse("retention", organization, "--days", "90")
    teahouse("retention", organization, "--room", room, "--forever")
    assert teahouse("retention", organization).splitlines() == ["the organization: 90 days", f"{room}: for ever"]
    kept = json.loads(teahouse("retention", organization, "--room", room, "--inherit", "--json"))["kept"]
    assert kept == [{"organization": organization, "room": "", "channel": "", "days": 90}]
    assert "at least 1" in teahouse("retention", organization, "--days", "0", status=1)
    assert "not_found" in teahouse("retention", organization, "--room", "r_0000000000", "--days", "1", status=1)


def test_sqlite_has_no_partitions_and_no_keys_without_a_master_key(teahouse: Teahouse, organization: str) -> None:
    assert "one piece" in teahouse("partitions")
    assert json.loads(teahouse("partitions", "--json")) == {"partitions": [], "made": [], "troubles": []}
    assert teahouse("keys", "list") == "none"
    assert "TEAHOUSE_MASTER_KEY" in teahouse("keys", "rotate", status=1)
    assert "--yes" in teahouse("keys", "erase", organization, status=1)
    assert "no data key" in teahouse("keys", "erase", organization, "--yes", status=1)
    assert teahouse("repack") == "0 entries changed"


def test_a_person_is_exported_and_erased_by_the_operator(teahouse: Teahouse, organization: str, var: Path,
                                                         tmp_path: Path) -> None:
    room = teahouse("room", "add", "hall", "--organization", organization)
    user = ids.new("u")
    with opened(Settings.from_environment()) as store:
        store.record.write(lambda c: users.add(c, users.User(user, organization, "Alice", "", 0, 0)))
    for subject, names in ((user, {"data.json", "index.html", "messages.jsonl"}),
                           (room, {"index.html", "messages.jsonl"})):
        teahouse("export", subject, str(tmp_path / "out.zip"))
        with zipfile.ZipFile(tmp_path / "out.zip") as parcel:
            assert set(parcel.namelist()) == names
    assert "--yes" in teahouse("erase", user, status=1)
    proof = json.loads(teahouse("erase", user, "--yes"))
    assert (proof["user"], proof["messages"]) == (user, 0)
    assert "not_found" in teahouse("erase", user, "--yes", status=1)
    assert "not_found" in teahouse("export", user, str(tmp_path / "out.zip"), status=1)


def test_a_house_that_was_destroyed_is_set_up_from_its_backup(
        teahouse: Teahouse, var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo = json.loads(teahouse("init", "--demo", "--json"))
    file = tmp_path / "house.backup"
    assert "TEAHOUSE_BACKUP_KEY" in teahouse("backup", str(file), status=1)
    monkeypatch.setenv("TEAHOUSE_BACKUP_KEY", "k" * 32)
    (var / "media" / "o_1").mkdir(parents=True)
    (var / "media" / "o_1" / "picture").write_bytes(b"tea")
    assert json.loads(teahouse("backup", str(file), "--json"))["parts"]["files"] == 64 + 3
    assert "empty place" in teahouse("restore", str(file), status=1)
    shutil.rmtree(var)
    done = json.loads(teahouse("restore", str(file), "--json"))
    assert (done["problems"], done["files"]) == ([], 2)
    assert (var / "media" / "o_1" / "picture").read_bytes() == b"tea"
    again = json.loads(teahouse("init", "--demo", "--json"))
    assert _without_passwords(again) == _without_passwords(demo)


def test_backups_by_the_clock_are_copied_to_a_bucket_and_rotated_there(
        teahouse: Teahouse, organization: str, var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, source = tmp_path / "backups", tmp_path / "source"
    with buckets("far-away") as url:
        for name, value in {
                "TEAHOUSE_BACKUP_KEY": "k" * 32, "TEAHOUSE_BACKUP_FOLDER": str(folder), "TEAHOUSE_BACKUPS_KEPT": "2",
                "TEAHOUSE_BACKUP_BUCKET": "far-away", "TEAHOUSE_S3_URL": url, **KEYS}.items():
            monkeypatch.setenv(name, value)
        far = Bucket(replace(Settings.from_environment(), media_bucket="far-away"))
        for name in ("teahouse-20260101-000000.backup", "teahouse-20260102-000000.backup",
                     "teahouse-20260103-000000.backup", "something else"):
            source.write_bytes(b"old")
            far.put(f"backups/{name}", source)
        teahouse("backup", "--scheduled")
        (here,) = folder.glob("teahouse-*.backup")
        assert far.names("backups/") == sorted([
            "backups/something else", "backups/teahouse-20260103-000000.backup", f"backups/{here.name}"])
        back = tmp_path / "back.backup"
        back.write_bytes(b"".join(far.read(f"backups/{here.name}").chunks))
        assert back.read_bytes() == here.read_bytes()
    shutil.rmtree(var)
    assert json.loads(teahouse("restore", str(back), "--json"))["problems"] == []
    with opened(Settings.from_environment()) as store:
        assert store.record.read(lambda c: organizations.one(c, organization)) is not None


def test_backups_by_the_clock_are_rotated_and_an_old_one_is_warned_about(
        teahouse: Teahouse, organization: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "backups"
    monkeypatch.setenv("TEAHOUSE_BACKUP_KEY", "k" * 32)
    assert "TEAHOUSE_BACKUP_FOLDER" in teahouse("backup", "--scheduled", status=1)
    monkeypatch.setenv("TEAHOUSE_BACKUP_FOLDER", str(folder))
    monkeypatch.setenv("TEAHOUSE_BACKUPS_KEPT", "2")
    folder.mkdir()
    for day in (1, 2, 3):
        (folder / f"teahouse-2026010{day}-000000.backup").write_bytes(b"")
    (folder / "something else").write_bytes(b"")
    teahouse("backup", "--scheduled")
    assert min(path.name[:17] for path in folder.glob("teahouse-*")) == "teahouse-20260103"
    assert len(list(folder.glob("teahouse-*"))) == 2
    assert (folder / "something else").exists()

    def said() -> dict[str, str]:
        findings = json.loads(teahouse("doctor", "--json", status=1))["findings"]
        return next(each for each in findings if each["what"] == "backup")

    assert said()["state"] == "ok"
    with opened(Settings.from_environment()) as store:
        table = tables.backups
        store.record.write(lambda c: c.execute(table.update().values(at=table.c.at - 50 * 3_600_000)))
    assert (said()["state"], "50 hours old" in said()["found"]) == ("warning", True)


def test_an_alarm_is_listed_until_it_is_closed_which_the_audit_notes(teahouse: Teahouse, organization: str) -> None:
    assert teahouse("alarms", "list") == "none"
    room = teahouse("room", "add", "茶馆", "--organization", organization)
    channel = teahouse("channel", "add", room, "大厅")
    sounded = [Alarm(1, "archive_conflict", channel, "e1", 7, "another entry", "茶".encode()),
               Alarm(2, "archive_hole", channel, "e1", 9, "8 is missing", None)]
    with opened(Settings.from_environment()) as store:
        store.record.write(lambda c: alarms.sound(c, sounded))
    told = teahouse("alarms", "list", status=1)
    assert told.startswith(f"1 1970-01-01 00:00:00 archive_conflict {channel} e1 7: another entry\n2 ")
    assert "茶" not in told
    assert json.loads(teahouse("alarms", "list", "--json", "--content", status=1))["alarms"][0]["content"] == "茶"
    assert teahouse("alarms", "close", "1", "--because", "two servers") == "1 closed"
    assert "no open alarm 1, 9; closed 2" in teahouse("alarms", "close", "1", "2", "9", "--because", "x", status=1)
    assert teahouse("alarms", "list") == "none"
    noted = [json.loads(line) for line in teahouse("audit", "export", organization).splitlines()]
    assert [(one["target"], one["channel"], one["reason"]) for one in noted if one["act"] == "close_alarm"] == [
        ("archive_conflict", channel, "two servers"), ("archive_hole", channel, "x")]
