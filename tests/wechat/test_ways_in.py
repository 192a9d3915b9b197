"""Codes that lead into a room in one step, and accounts that may not make them."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from media import posters
from media.posters import Poster
from rooms import denials
from rooms.accounts import Kind
from rooms.authority import Actor
from rooms.denials import Feature
from rooms.errors import Code, Refused
from rooms.events import Door, Person
from tests.sandbox_client import MINI
from tests.wechat.town import OFFICIAL, Town
from wechat.platform import scenes, ways_in


def code(town: Town, place: str, days: int = 30) -> ways_in.WayIn:
    settings = town.stage.settings
    return ways_in.official(town.store, settings.wechat_api_url, settings.secret_key or "", OFFICIAL, place, days)


def test_scanning_the_code_follows_and_enters_in_one_step(town: Town) -> None:
    made = code(town, town.stage.chat)
    assert made.name == "茶馆 · 闲聊"
    mei = town.wechat.follower(OFFICIAL, follow=False)
    answer = town.wechat.act(mei, "scan", ticket=made.ticket)["reply"]["text"]
    assert "欢迎" in answer
    assert "【闲聊】" in answer
    assert "【大厅】" in town.wechat.act(mei, "scan", ticket=code(town, town.stage.cast.room).ticket)["reply"]["text"]


def test_a_code_that_is_over_leads_nowhere(town: Town) -> None:
    made = code(town, town.stage.chat, days=1)
    town.wait(25 * 3600)
    mei = town.wechat.follower(OFFICIAL)
    with pytest.raises(RuntimeError, match="too old"):
        town.wechat.act(mei, "scan", ticket=made.ticket)
    over = scenes.sign(town.stage.settings.secret_key or "", OFFICIAL, town.stage.chat, made.expires_at)
    assert "失效" in town.wechat.act(mei, "scan", scene=over)["reply"]["text"]


def test_a_mini_programs_code_is_an_invitation(town: Town) -> None:
    staff = Actor(Person("s_1", town.stage.cast.organization, "Steward", Door.CONSOLE), "owner")
    name, picture = ways_in.mini_program(town.store, town.stage.settings.wechat_api_url, staff, MINI,
                                         town.stage.cast.room, "pages/room/room")
    assert name == "茶馆"
    assert picture.startswith(b"\x89PNG")


def test_an_account_that_may_not_is_asked_once_and_then_left_alone(town: Town) -> None:
    town.wechat.inject("/cgi-bin/qrcode/create", errcode=48001)
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            code(town, town.stage.hall)
        assert refused.value.code is Code.FORBIDDEN
    assert [(one.feature, one.errcode) for one in denials.of_account(town.store, OFFICIAL)] == [
        (Feature.QR_CODES, 48001)]
    assert denials.lift(town.store, OFFICIAL, Feature.QR_CODES)
    assert code(town, town.stage.hall).ticket


def test_another_organizations_room_has_no_code_here(town: Town) -> None:
    from tests.cast import Cast

    with pytest.raises(Refused) as refused:
        code(town, Cast(town.store).room)
    assert refused.value.code is Code.NOT_FOUND


def test_a_poster_holds_the_name_and_the_code() -> None:
    poster = Poster("<茶> & 馆", "大厅", "http://weixin.qq.com/q/x", "扫一扫")
    made = posters.svg(poster)
    assert "&lt;茶&gt; &amp; 馆" in made
    assert 'class="qrline"' in made
    for one in (poster, poster._replace(title="茶" * 32), poster._replace(title="A tea house with a very long name")):
        drawn = Image.open(io.BytesIO(posters.png(one) or b""))
        assert drawn.size == (posters.WIDTH, posters.HEIGHT)
        assert len(set(drawn.crop((0, 60, posters.WIDTH, 160)).convert("L").tobytes())) > 2, "the name is on it"


def test_where_no_font_has_chinese_characters_there_is_no_png(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posters, "FONTS", (("/nowhere.ttc", 0),))
    assert posters.png(Poster("茶馆", "", "x", "扫一扫")) is None


def test_a_mini_program_s_code_is_on_the_poster_as_wechat_drew_it(town: Town) -> None:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(out, "PNG")
    poster = ways_in.poster("茶馆", "", out.getvalue(), Kind.MINI_PROGRAM, 1_800_000_000, "en")
    assert "data:image/png;base64," in posters.svg(poster)
    drawn = Image.open(io.BytesIO(posters.png(poster) or b""))
    assert drawn.getpixel((posters.WIDTH // 2, posters.CODE_TOP + posters.CODE // 2)) == (255, 0, 0)
    assert poster.foot == "Good until 2027-01-15 16:00 (China)"
