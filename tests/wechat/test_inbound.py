"""What Mei sends besides words, and her faces."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from rooms import messages
from rooms.errors import Code, Refused
from tests.needs import needs
from tests.wechat.mei import Mei, heard
from tests.wechat.stage import Stage
from tests.wechat.town import OFFICIAL, Town, founded
from wechat import faces, fetching
from wechat.inbound import Said, ToFetch, read


def last(stage: Stage) -> Any:
    return json.loads(heard(stage, stage.hall)[-1])


def test_a_place_is_said_as_a_place(stage: Stage, mei: Mei) -> None:
    mei.say("加入 茶馆")
    assert mei.wechat.push(mei.openid, MsgType="location", Location_X="23.13", Location_Y="113.35", Scale="15",
                           Label="广州 茶楼") == ""
    assert last(stage)["type"] == "location"
    assert last(stage)["body"] == {"latitude": 23.13, "longitude": 113.35, "name": "广州 茶楼", "address": "广州 茶楼"}


def test_a_link_is_said_as_a_link_and_read_in_a_digest(stage: Stage, mei: Mei) -> None:
    mei.say("加入 茶馆")
    other = Mei(stage, mei.wechat)
    other.say("加入 茶馆")
    mei.wechat.push(mei.openid, MsgType="link", Title="茶经", Description="陆羽", Url="https://example.com/tea")
    assert last(stage)["body"] == {"title": "茶经", "url": "https://example.com/tea", "description": "陆羽"}
    assert "[链接] 茶经 https://example.com/tea" in other.say("更多")


@pytest.mark.parametrize(("kind", "fields"), [
    ("location", {"Location_X": "95", "Location_Y": "1"}), ("location", {"Location_X": "nan", "Location_Y": "1"}),
    ("location", {}), ("link", {"Url": "javascript:alert(1)"}), ("link", {"Url": "https://x/" + "y" * 2000}),
    ("link", {}),
    ("image", {}), ("image", {"MediaId": "图"}), ("file", {"MediaId": "m"}), ("hologram", {})])
def test_what_makes_no_message_is_none(kind: str, fields: dict[str, str]) -> None:
    assert read(kind, fields) is None


def test_what_wechat_keeps_is_to_be_fetched() -> None:
    assert read("shortvideo", {"MediaId": "abc"}) == ToFetch("video", "abc")
    assert read("location", {"Location_X": "1", "Location_Y": "2"}) == Said(
        "location", {"latitude": 1.0, "longitude": 2.0, "name": "", "address": ""})


def test_unsupported_kinds_get_a_kind_answer(mei: Mei) -> None:
    mei.say("加入 茶馆")
    for kind in ("file", "link", "location"):
        assert "图片、语音、视频、位置和链接都可以" in mei.wechat.push(mei.openid, MsgType=kind)


def test_old_faces_are_said_by_name(stage: Stage, mei: Mei) -> None:
    mei.say("加入 茶馆")
    mei.say("你好/::)再见/:bye")
    assert last(stage)["body"] == {"text": "你好[微笑]再见[再见]"}


@pytest.mark.parametrize(("text", "shown"), [
    ("a/::Db", "a[呲牙]b"), ("/:,@-D/:,@P", "[愉快][偷笑]"), ("https://example.com/:v", "https://example.com[胜利]"),
    ("http://:bye", "http://:bye"), ("没有", "没有"), ("/::-|", "[尴尬]")])
def test_codes_become_names(text: str, shown: str) -> None:
    assert faces.shown(text) == shown


@pytest.fixture(scope="module")
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with founded(request, TEAHOUSE_VAR=str(tmp_path_factory.mktemp("var"))) as town:
        yield town


def kept(town: Town, kind: str, name: str, content: bytes) -> str:
    """A file that lies with WeChat, as if Mei's phone had sent it there."""
    token = requests.post(f"{town.wechat.url}/cgi-bin/stable_token", timeout=60, json={
        "grant_type": "client_credential", "appid": OFFICIAL, "secret": "official-secret"}).json()["access_token"]
    answer = requests.post(f"{town.wechat.url}/cgi-bin/media/upload", timeout=60, files={"media": (name, content)},
                           params={"type": kind, "access_token": token})
    media_id: str = answer.json()["media_id"]
    return media_id


def said(town: Town) -> list[Any]:
    return [json.loads(one.frame) for one in messages.after(town.store, town.stage.hall, 0, 1000)]


def test_a_picture_is_fetched_and_said(town: Town) -> None:
    mei = town.follower()
    answer = town.wechat.say(mei, type="image")["reply"]["text"]
    assert "[图片]收到" in answer
    assert fetching.fetch(town.store, town.stage.settings) == 1
    assert said(town)[-1]["type"] == "image"
    assert said(town)[-1]["body"]["width"] > 0
    assert fetching.fetch(town.store, town.stage.settings) == 0


def test_a_voice_and_a_video_are_fetched_and_said(town: Town, tmp_path: Path) -> None:
    needs("ffmpeg")
    mei = town.follower()
    for kind, name, made in (("voice", "v.mp3", ["-f", "lavfi", "-i", "sine=duration=1"]),
                             ("video", "v.mp4", ["-f", "lavfi", "-i", "testsrc=duration=1:size=64x64:rate=5"])):
        file = tmp_path / name
        subprocess.run([shutil.which("ffmpeg") or "", "-loglevel", "error", *made, str(file)], check=True)
        town.wechat.say(mei, type=kind, MediaId=kept(town, kind, name, file.read_bytes()))
        assert fetching.fetch(town.store, town.stage.settings) == 1
        assert said(town)[-1]["type"] == kind


def test_whoever_is_muted_meanwhile_is_told_so_in_their_language(town: Town) -> None:
    mei = town.follower()
    town.wechat.say(mei, type="image")
    muted = Refused(Code.MUTED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages, "post", lambda *_: _raise(muted))
        assert fetching.fetch(town.store, town.stage.settings) == 0
    town.run()
    assert any("没有发出。理由：你现在不能发言" in text for text in town.digests(mei))


def _raise(error: Exception) -> None:
    raise error


def test_what_is_gone_is_told_and_what_fails_is_tried_again(town: Town) -> None:
    mei = town.follower()
    town.wechat.say(mei, type="image", MediaId="no-such-file")
    assert fetching.fetch(town.store, town.stage.settings) == 0
    town.run()
    assert any("没有发出" in text for text in town.digests(mei))
    town.wechat.inject("/cgi-bin/media/get", errcode=-1)
    town.wechat.say(mei, type="image")
    assert fetching.fetch(town.store, town.stage.settings) == 0
    town.wait(10)
    assert fetching.fetch(town.store, town.stage.settings) == 1
