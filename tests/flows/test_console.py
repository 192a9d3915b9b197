"""Staff at the console's pages, in a real browser, while people talk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.screen import Office, Screen, built
from tests.house_client import House

SCRIPT = "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>{{7*7}}"
PAGES = ["/", "/rooms", "/rooms/{room}", "/rooms/{room}?tab=permissions", "/rooms/{room}?tab=door",
         "/rooms/{room}?tab=invitations", "/rooms/{room}?tab=members", "/live/{channel}", "/people", "/people/{user}",
         "/search", "/review", "/words", "/guard", "/broadcasts", "/analytics", "/audit", "/wechat",
         "/wechat/{appid}/templates", "/wechat/{appid}/menus", "/wechat/{appid}/quotas", "/staff", "/settings",
         "/settings/organization", "/settings/keeping", "/settings/tokens", "/settings/webhooks", "/no-such-page"]


@pytest.fixture(scope="module")
def owner(running_house: House) -> tuple[str, str]:
    built()
    account = running_house.demo["staff"][0]
    return account["email"], account["password"]


@pytest.fixture
def screen(house: House, tmp_path: Path) -> Iterator[Screen]:
    with Screen(house, tmp_path / "profile") as screen:
        yield screen
        assert screen.violations == []


def test_an_owner_makes_a_room_hears_a_message_and_mutes_who_said_it(
        house: House, owner: tuple[str, str], screen: Screen) -> None:
    screen.sign_in(owner[0], "not the password")
    screen.wait_for_text("邮箱或密码不对")
    screen.sign_in(*owner)
    screen.wait_for_text("每分钟消息")

    screen.open("/rooms")
    screen.press("新建房间")
    screen.fill("[name=room-name]", "夜谈")
    screen.press("新建房间", ".el-dialog")
    screen.press("新建频道")
    screen.fill("[name=channel-name]", "月下")
    screen.press("新建频道", ".el-dialog")
    screen.press("“月下”的规矩")
    screen.fill(".el-drawer [aria-label='慢速（秒）']", "1")
    screen.press("保存", ".el-drawer")
    screen.wait_for_text("慢速 1 秒", ".table")

    address = screen.run("document.querySelector('a[href*=\"/live/\"]').getAttribute('href')")
    channel = address.rpartition("/")[2]
    screen.open(f"/live/{channel}")
    screen.wait_for_text("实时")
    alice = house.phone(SCRIPT[:20])
    alice.enter(channel)
    assert alice.say(channel, SCRIPT).settled
    screen.wait_for_text(SCRIPT, ".line .words")
    screen.click(".line")
    screen.key("m")
    screen.press("禁言", ".el-dialog")
    alice.wait(lambda: [entry for entry in alice.entries(channel) if entry["op"] == "muted"])
    screen.wait_for_text("禁言了", ".scroll")
    screen.press("撤销", ".toast:last-of-type")
    alice.wait(lambda: [entry for entry in alice.entries(channel) if entry["op"] == "unmuted"])
    screen.fill(".composer textarea", "夜里凉，添件衣裳")
    screen.press("发言", ".composer")
    alice.wait_for_text(channel, "夜里凉，添件衣裳")
    assert screen.run("window.pwned") is None


def test_a_moderator_empties_the_queue_by_keys(house: House, owner: tuple[str, str], screen: Screen) -> None:
    office = Office(house, *owner)
    office.clear_queue()
    words = office.ask("POST", "/words", name="引流", action="hold")["id"]
    office.ask("POST", f"/words/{words}/words", add=["加我微信"])
    channel = house.new_channels("审茶")[0]
    alice, bob = house.phone("阿明"), house.phone("小红")
    for person in (alice, bob):
        person.enter(channel)
    rude = alice.say(channel, SCRIPT).seq
    assert bob.ask({"op": "report", "channel": channel, "seq": rude, "reason": "骂人"})["op"] == "done"
    for waiting, text in ((2, "好茶，加我微信"), (3, "便宜，加我微信")):
        alice.say_soon(channel, text)
        house.wait(lambda many=waiting: office.ask("GET", "/review/statistics")["waiting"] == many, 60, "it waits")  # type: ignore[misc]

    screen.sign_in(*owner)
    screen.wait_for_text("3", ".many")
    screen.open("/review")
    screen.wait_for_text("骂人", ".looked")
    screen.key("d")
    screen.wait_for("document.querySelectorAll('.item').length === 2")
    screen.key("a")
    bob.wait_for_text(channel, "好茶，加我微信")
    screen.wait_for("document.querySelectorAll('.item').length === 1")
    screen.key("m")
    screen.press("禁言", ".el-dialog")
    bob.wait(lambda: [entry for entry in bob.entries(channel) if entry["op"] == "muted"])
    screen.wait_for_text("都处理完了")
    screen.wait_for("!document.querySelector('.many')")
    assert office.ask("GET", "/review/statistics")["waiting"] == 0
    assert "便宜，加我微信" not in bob.texts(channel)
    assert SCRIPT in bob.texts(channel)
    assert screen.run("window.pwned") is None
    office.ask("DELETE", f"/words/{words}")


def test_an_owner_announces_to_many_publishes_a_menu_and_takes_a_list_in(
        house: House, owner: tuple[str, str], screen: Screen) -> None:
    appid, room = house.demo["official_account"]["appid"], house.demo["rooms"][0]["id"]
    alice = house.phone("阿明")
    alice.enter(house.hall)
    screen.sign_in(*owner)
    screen.wait_for("document.querySelector('.shell')")
    screen.open("/broadcasts")
    screen.fill("[name=broadcast]", SCRIPT)
    screen.wait_for_text("单独通知的关注者")
    screen.press("现在发送", ".compose")
    screen.press("现在发送", ".el-dialog")
    house.wait(lambda: SCRIPT in [entry.get("text") for entry in alice.entries(house.hall)], 60, "it is announced")
    screen.wait_for_text(SCRIPT, ".sent")

    screen.open(f"/wechat/{appid}/menus")
    screen.press("填入推荐菜单")
    screen.fill(".tops input", "续杯")
    screen.press("发布菜单", ".card")
    screen.press("发布菜单", ".el-dialog")
    screen.wait_for_text("菜单已发布", ".toasts")
    assert Office(house, *owner).ask("GET", f"/accounts/{appid}/menu")["button"][0]["name"] == "续杯"

    screen.open(f"/rooms/{room}?tab=members")
    screen.wait_for_text("导入")
    screen.run("""(() => { const list = new DataTransfer(); const input = document.querySelector("input[type=file]");
        list.items.add(new File(["user,role\\nu_nobody,member\\n"], "list.csv")); input.files = list.files;
        input.dispatchEvent(new Event("change")); })()""")
    screen.wait_for_text("u_nobody", ".left")
    assert screen.run("window.pwned") is None


@pytest.fixture(scope="module")
def tour(running_house: House, owner: tuple[str, str], tmp_path_factory: pytest.TempPathFactory,
         ) -> Iterator[tuple[Screen, dict[str, str]]]:
    """One window for all pages, signed in; with what their addresses name."""
    hall = running_house.hall
    bob = running_house.phone("阿明")
    bob.enter(hall)
    bob.say(hall, "有人吗？")
    user = Office(running_house, *owner).ask("GET", f"/channels/{hall}/present")["people"][0]["id"]
    with Screen(running_house, tmp_path_factory.mktemp("tour") / "profile") as screen:
        screen.sign_in(*owner)
        screen.wait_for("document.querySelector('.shell')")
        yield screen, {"room": running_house.demo["rooms"][0]["id"], "channel": hall, "user": user,
                       "appid": running_house.demo["official_account"]["appid"]}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_keeps_its_policy_and_has_no_serious_fault(page: str, tour: tuple[Screen, dict[str, str]]) -> None:
    screen, names = tour
    screen.open(page.format(**names))
    screen.paint(dark=False)
    faults = screen.faults()
    screen.paint(dark=True)
    faults += [f"in the dark: {fault}" for fault in screen.faults("color-contrast")]
    assert faults == []
    assert screen.violations == []


def test_an_auditor_sees_everything_and_is_offered_no_change(
        house: House, owner: tuple[str, str], screen: Screen) -> None:
    screen.sign_in(*Office(house, *owner).employ("auditor@teahouse.example", "auditor"))
    screen.wait_for_text("你是审计员")
    screen.open("/rooms")
    assert screen.shows("茶馆")
    assert not screen.shows("新建房间")
    screen.open(f"/rooms/{house.demo['rooms'][0]['id']}")
    assert screen.run("[...document.querySelectorAll('.el-switch')].every((each) => each.matches('.is-disabled'))")
    assert not screen.shows("改名")
    screen.open(f"/live/{house.hall}")
    assert not screen.run("document.querySelector('textarea, .tools button')")
    for page, word in (("/broadcasts", "写一条公告"), ("/guard", "保存"), ("/settings/keeping", "天（0 为一直保留）"),
                       (f"/wechat/{house.demo['official_account']['appid']}/menus", "发布菜单")):
        screen.open(page)
        assert not screen.shows(word), page
    screen.open("/audit")
    screen.press("验证链条")
    screen.wait_for_text("链条完整")


def test_nothing_of_another_organization_is_seen(house: House, screen: Screen) -> None:
    other = house.command("organization", "add", "隔壁茶馆")
    password = house.command("staff", "add", "next@door.example", "--organization", other, "--role", "owner")
    screen.sign_in("next@door.example", password.split()[-1])
    screen.wait_for_text("隔壁茶馆")
    screen.open("/rooms")
    screen.wait_for_text("还没有房间")
    for place in (f"/rooms/{house.demo['rooms'][0]['id']}", f"/live/{house.hall}",
                  f"/wechat/{house.demo['official_account']['appid']}/quotas"):
        screen.open(place)
        screen.wait_for_text("没有加载成功")
        assert not screen.shows("大厅")
