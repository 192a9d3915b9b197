"""Media, menus, QR codes: what an account keeps at the platform."""

from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Api, House
from tests.sandbox_client import Sandbox

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def upload(wechat: Sandbox, token: str, kind: str, name: str, content: bytes) -> dict[str, Any]:
    url = f"{wechat.url}/cgi-bin/media/upload?access_token={token}&type={kind}"
    answer: dict[str, Any] = requests.post(url, files={"media": (name, content)}, timeout=60).json()
    return answer


def test_media_comes_back_as_it_went_for_three_days(wechat: Sandbox, api: Api) -> None:
    kept = upload(wechat, api.token(), "image", "cup.png", PNG)
    query = {"access_token": api.stable()["access_token"], "media_id": kept["media_id"]}
    answer = api.get("/cgi-bin/media/get", **query)
    assert answer.content == PNG
    assert 'filename="cup.png"' in answer.headers["Content-disposition"]
    wechat.advance(3 * 86400 + 1)
    query["access_token"] = api.token()
    assert api.get("/cgi-bin/media/get", **query).json()["errcode"] == 40007


def test_a_video_comes_back_as_an_address(wechat: Sandbox, api: Api) -> None:
    kept = upload(wechat, api.token(), "video", "tea.mp4", PNG)
    query = {"access_token": api.token(), "media_id": kept["media_id"]}
    assert set(api.get("/cgi-bin/media/get", **query).json()) == {"video_url"}


def test_the_wrong_media_is_refused(wechat: Sandbox, api: Api) -> None:
    token = api.token()
    assert upload(wechat, token, "poem", "a.png", PNG)["errcode"] == 40004
    assert upload(wechat, token, "image", "a.exe", PNG)["errcode"] == 40005
    assert upload(wechat, token, "image", "a.png", b"")["errcode"] == 41005
    assert upload(wechat, token, "image", "a.png", PNG * 40_000)["errcode"] == 45001
    assert "thumb_media_id" in upload(wechat, token, "thumb", "a.jpg", PNG)


def test_a_picture_a_person_sent_can_be_fetched(wechat: Sandbox, api: Api, house: House) -> None:
    wechat.say(wechat.follower(), type="image")
    media_id = wechat.pushes()[-1]["fields"]["MediaId"]
    answer = api.get("/cgi-bin/media/get", access_token=api.token(), media_id=media_id)
    assert answer.content.startswith(b"\x89PNG")


def test_a_menu_is_published_read_and_deleted(wechat: Sandbox, api: Api) -> None:
    token = api.token()
    assert api.get("/cgi-bin/menu/get", access_token=token).json()["errcode"] == 46003
    menu = [
        {"type": "click", "name": "房间", "key": "ROOMS"},
        {"name": "更多", "sub_button": [{"type": "view", "name": "网站", "url": "https://example.com/"}]},
    ]
    assert api.post("/cgi-bin/menu/create", {"button": menu}, access_token=token).json()["errcode"] == 0
    assert api.get("/cgi-bin/menu/get", access_token=token).json()["menu"]["button"] == menu
    assert wechat.menu() == menu
    assert api.get("/cgi-bin/menu/delete", access_token=token).json()["errcode"] == 0
    assert wechat.menu() is None


@pytest.mark.parametrize(
    ("button", "code"),
    [
        ([], 40016),
        ([{"type": "click", "name": "房", "key": "K"}] * 4, 40016),
        ([{"type": "click", "name": "一二三四五六", "key": "K"}], 40018),
        ([{"type": "click", "name": "房间"}], 40019),
        ([{"type": "view", "name": "房间", "url": "h" * 1025}], 40020),
        ([{"type": "fly", "name": "房间"}], 40017),
        ([{"name": "房间", "sub_button": [{"type": "click", "name": "一", "key": "K"}] * 6}], 40023),
        ([{"name": "房间", "sub_button": [{"type": "click", "name": "一" * 21, "key": "K"}]}], 40025),
    ],
)
def test_a_menu_against_the_rules_is_refused(api: Api, button: list[Any], code: int) -> None:
    answer = api.post("/cgi-bin/menu/create", {"button": button}, access_token=api.token()).json()
    assert answer["errcode"] == code


def test_an_escaped_menu_name_is_refused(api: Api) -> None:
    body = b'{"button":[{"type":"click","name":"\\u8336","key":"K"}]}'
    assert api.post("/cgi-bin/menu/create", body, access_token=api.token()).json()["errcode"] == 40033


def test_a_temporary_code_is_scanned_while_it_lives(wechat: Sandbox, api: Api, house: House) -> None:
    order = {"expire_seconds": 600, "action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "r.7"}}}
    made = api.post("/cgi-bin/qrcode/create", order, access_token=api.token()).json()
    assert made["expire_seconds"] == 600
    alice = wechat.follower(follow=False)
    wechat.scan(alice, ticket=made["ticket"])
    assert wechat.pushes()[-1]["fields"]["EventKey"] == "qrscene_r.7"
    wechat.advance(601)
    with pytest.raises(RuntimeError, match="too old"):
        wechat.scan(alice, ticket=made["ticket"])


@pytest.mark.parametrize(
    "scene", [{"scene_str": ""}, {"scene_str": "x" * 65}, {"scene_str": 7}, {"scene_id": 7}, "r.7", None]
)
def test_a_scene_against_the_rules_is_refused(api: Api, scene: Any) -> None:
    order = {"action_name": "QR_STR_SCENE", "action_info": {"scene": scene}}
    assert api.post("/cgi-bin/qrcode/create", order, access_token=api.token()).json()["errcode"] == 40035


def test_the_picture_of_a_code_needs_no_token_but_a_ticket(wechat: Sandbox, api: Api) -> None:
    order = {"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 7}}}
    ticket = api.post("/cgi-bin/qrcode/create", order, access_token=api.token()).json()["ticket"]
    assert api.get("/cgi-bin/showqrcode", ticket=ticket).content.startswith(b"\x89PNG")
    assert api.get("/cgi-bin/showqrcode", ticket="none").status_code == 404


def test_a_mini_program_code_takes_a_short_plain_scene(api: Api) -> None:
    token = api.mini_token()
    path = "/wxa/getwxacodeunlimit"
    assert api.post(path, {"scene": "r=7", "page": "pages/room"}, access_token=token).content[:4] == b"\x89PNG"
    assert api.post(path, {"scene": "x" * 33}, access_token=token).json()["errcode"] == 40169
    assert api.post(path, {"scene": "房间"}, access_token=token).json()["errcode"] == 40169
