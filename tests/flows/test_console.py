"""Staff at the console's pages, in a real browser, while people talk."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests

from rooms import totp
from tests.flows.markup import EVERYWHERE, GROWN, KEPT_BY_NOBODY, SHOWN, Garden, plant, text_fields
from tests.flows.people import follower, reply
from tests.flows.screen import Office, Screen, built
from tests.house_client import House

WORDS_COUNT_SECONDS = 2
"""After which a change of a word list counts in every process (docs/moderation.md)."""
SCRIPT = "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>{{7*7}}"
PAGES = ["/", "/rooms", "/rooms/{room}", "/rooms/{room}?tab=permissions", "/rooms/{room}?tab=door",
         "/rooms/{room}?tab=invitations", "/rooms/{room}?tab=members", "/live/{channel}", "/people", "/people/{user}",
         "/search", "/review", "/words", "/guard", "/broadcasts", "/analytics", "/audit", "/wechat",
         "/wechat/{appid}/templates", "/wechat/{appid}/menus", "/wechat/{appid}/quotas", "/staff", "/settings",
         "/settings/organization", "/settings/keeping", "/settings/tokens", "/settings/webhooks", "/no-such-page",
         "/rooms/{planted}", "/rooms/{planted}?tab=permissions", "/rooms/{planted}?tab=invitations",
         "/live/{planted_channel}", "/words?room={planted}"]
LOOKS = {
    "找房间或频道", "按昵称找", "昵称、编号……", "在词库里找", "试一句话", "两个以上的汉字，或一个完整的词",
    "全部房间", "看哪段时间", "时间范围", "从", "到", "谁", "做了什么", "哪里", "角色", "全部", "送审", "举报",
    "禁言", "封禁", "成员", "版主", "房主", "在场与排队", "规矩", "明细", "生效中的处罚", "待处理的消息", "验证链条",
    "手机上的样子", "导出", "复制回调地址", "再试一次", "加载更多", "看数字", "按日、周还是月",
    "广告", "春联"}
LOOKS_AT = ("的规矩", "存成图片", "的详情")
"""What an auditor may press: it looks, and changes nothing."""


@pytest.fixture(scope="module")
def owner(running_house: House) -> tuple[str, str]:
    built()
    account = running_house.demo["staff"][0]
    return account["email"], account["password"]


@pytest.fixture(scope="module")
def window(running_house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """One browser for all."""
    with Screen(running_house, tmp_path_factory.mktemp("window") / "profile") as screen:
        yield screen


@pytest.fixture
def screen(house: House, window: Screen) -> Iterator[Screen]:
    window.come_in()
    yield window
    assert window.violations == []


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
    time.sleep(WORDS_COUNT_SECONDS)
    rude = alice.say(channel, SCRIPT).seq
    assert bob.ask({"op": "report", "channel": channel, "seq": rude, "reason": "骂人"})["op"] == "done"
    for waiting, text in ((2, "好茶，加我微信"), (3, "便宜，加我微信")):
        alice.say_soon(channel, text)
        house.wait(lambda many=waiting: office.ask("GET", "/review/statistics")["waiting"] == many, 60, "it waits")  # type: ignore[misc]

    screen.sign_in(*owner)
    screen.wait_for_text("3", ".many")
    screen.open("/review")
    screen.wait_for_text("骂人", ".looked")
    for key in "xjx":
        screen.key(key)
    screen.press("移除 2")
    screen.confirm("移除")
    screen.wait_for("document.querySelectorAll('.item').length === 1")
    screen.press("撤销", ".toast")
    screen.wait_for("document.querySelectorAll('.item').length === 3")
    assert office.ask("GET", "/review/statistics")["waiting"] == 3, "what is taken back has not happened"

    screen.key("d")
    screen.wait_for("document.querySelectorAll('.item').length === 2")
    screen.open("/rooms")
    house.wait(lambda: office.ask("GET", "/review/statistics")["waiting"] == 2, 60, "another page is opened")
    screen.open("/review")
    screen.wait_for("document.querySelectorAll('.item').length === 2")
    screen.key("a")
    screen.wait_for("document.querySelectorAll('.item').length === 1")
    screen.key("m")
    screen.confirm("禁言")
    screen.wait_for_text("都处理完了")
    screen.go("about:blank")
    bob.wait_for_text(channel, "好茶，加我微信")
    bob.wait(lambda: [entry for entry in bob.entries(channel) if entry["op"] == "muted"])
    house.wait(lambda: office.ask("GET", "/review/statistics")["waiting"] == 0, 60, "the window is left")
    screen.come_in()
    screen.sign_in(*owner)
    screen.wait_for("document.querySelector('.shell')")
    screen.wait_for("!document.querySelector('.many')")
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
def garden(running_house: House, owner: tuple[str, str], window: Screen) -> Iterator[tuple[Garden, dict[str, str]]]:
    """Somebody has tried to have their script run wherever one can write; and what the pages' addresses name then."""
    house, office, appid = running_house, Office(running_house, *owner), running_house.official
    name, menu = (office.ask("GET", path) for path in ("/organization", f"/accounts/{appid}/menu"))
    garden = Garden(office)
    window.come_in()
    planted = plant(garden, appid, *(house.phone(who) for who in ("guest", "writer", "asking", "turned", "twin")))
    yield garden, {"room": house.demo["rooms"][0]["id"], "channel": house.hall, "appid": appid, **planted}
    office.ask("PATCH", "/organization", name=name["name"])
    office.ask("PUT", f"/accounts/{appid}/menu", button=menu["button"])


@pytest.fixture
def desk(house: House, window: Screen, owner: tuple[str, str]) -> Iterator[Screen]:
    """The window of the owner, who stays signed in from one test to the next."""
    if window.who != owner[0]:
        window.come_in()
        window.sign_in(*owner)
        window.wait_for("document.querySelector('.shell')")
    yield window
    assert window.violations == []
    assert window.run("window.pwned") is None


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_markup_as_text_keeps_its_policy_and_has_no_serious_fault(
        page: str, garden: tuple[Garden, dict[str, str]], desk: Screen) -> None:
    planted, names = garden
    desk.open(page.format(**names))
    within = "html" if page == "/" else "main"  # what surrounds every page is looked at once
    desk.paint(dark=False)
    faults = desk.faults(within=within)
    desk.paint(dark=True)
    faults += [f"in the dark: {fault}" for fault in desk.faults("color-contrast", within=within)]
    faults += [f"wider than a phone: {part}" for part in desk.wider_than_a_phone()]
    assert faults == []
    shown = [planted.marks[field] for field, where in SHOWN.items() if where in (page, EVERYWHERE)]
    desk.house.wait(lambda: (text := desk.text()) and all(mark in text for mark in shown), 60, f"it shows {shown}")
    assert not desk.run(f"document.querySelector('{GROWN}')")


def test_every_text_field_of_the_document_is_planted_or_kept_by_nobody(
        garden: tuple[Garden, dict[str, str]]) -> None:
    assert set(garden[0].marks) == set(SHOWN)
    assert set(SHOWN.values()) <= {*PAGES, EVERYWHERE}
    assert text_fields() - set(SHOWN) == set(KEPT_BY_NOBODY)


def test_an_auditor_sees_everything_and_is_offered_no_change(
        house: House, owner: tuple[str, str], screen: Screen, garden: tuple[Garden, dict[str, str]]) -> None:
    planted = garden[1]
    screen.sign_in(*Office(house, *owner).employ("auditor@teahouse.example", "auditor"))
    screen.wait_for_text("你是审计员")
    changes = {}
    for page in PAGES:
        screen.open(page.format(**planted))
        if page not in ("/settings", "/no-such-page"):  # their own account is theirs to change
            changes[page] = {name for name in set(screen.offered()) - LOOKS - {*garden[0].marks.values()}
                             if not name.endswith(LOOKS_AT)}
    assert {page: names for page, names in changes.items() if names} == {}
    screen.open(f"/rooms/{planted['room']}")
    screen.press("“大厅”的规矩")
    screen.wait_for_text("取消", ".el-drawer")
    assert not screen.run("document.querySelector('.el-drawer input:enabled, .el-drawer .el-button--primary')")
    for method, path, body in deeds(planted):
        assert (path, screen.refusal(method, path, **body)) == (path, "forbidden")
    screen.open("/audit")
    screen.press("验证链条")
    screen.wait_for_text("链条完整")


def deeds(names: dict[str, str]) -> list[tuple[str, str, dict[str, object]]]:
    """What an owner does in these flows with what an auditor sees as well."""
    room, channel, user = (names[name] for name in ("planted", "planted_channel", "user"))
    return [
        ("PUT", f"/rooms/{room}/shield", {"on": True}), ("POST", f"/people/{user}/merge", {"other": user}),
        ("POST", f"/people/{user}/exports", {}), ("POST", f"/people/{user}/erase", {"name": "x"}),
        ("POST", "/review/held/h_1", {"approve": True}), ("POST", "/tokens", {"name": "bot", "role": "auditor"}),
        ("POST", f"/channels/{channel}/messages/1/review", {"outcome": "dismissed"}),
        ("POST", f"/channels/{channel}/messages", {"text": "x"}),
    ]


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


def code_of(house: House) -> str:
    """The scene of the newest code at WeChat."""
    account = next(one for one in house.wechat.get("/accounts") if one["appid"] == house.official)
    return str(account["codes"][-1]["scene"])


def test_a_second_factor_is_turned_on_with_an_app_and_asked_for_from_then_on(
        house: House, owner: tuple[str, str], screen: Screen) -> None:
    carol = Office(house, *owner).employ("totp@teahouse.example", "moderator")
    screen.sign_in(*carol)
    screen.wait_for("document.querySelector('.shell')")
    screen.open("/settings")
    screen.press("开启两步验证")
    screen.wait_for("document.querySelector('.enrol svg path')")
    secret = screen.run("document.querySelector('.enrol form .code').textContent")
    step = int(time.time() * 1000) // totp.STEP_MS
    screen.fill(".enrol input", totp.code(secret, step))
    screen.press("确认开启")
    screen.wait_for_text("手机丢了，就靠它们")
    screen.press("我存好了")
    screen.wait_for_text("还剩 10 个恢复码")
    screen.come_in()
    screen.sign_in(*carol)
    screen.fill("[name=code]", "000000")
    screen.click("button.go")
    screen.wait_for_text("口令不对或已用过")
    screen.fill("[name=code]", totp.code(secret, step + 1))
    screen.click("button.go")
    screen.wait_for("document.querySelector('.shell')")


def test_who_scans_the_code_and_sends_back_the_number_is_signed_in(
        house: House, owner: tuple[str, str], screen: Screen) -> None:
    dave = Office(house, *owner).employ("scan@teahouse.example", "moderator")
    phone = house.wechat.follower(house.official)
    screen.sign_in(*dave)
    screen.wait_for("document.querySelector('.shell')")
    screen.open("/settings")
    screen.press("关联微信")
    screen.wait_for("document.querySelector('[data-code]')")
    assert dave[0] in reply(house.wechat.scan(phone, scene=code_of(house)))
    screen.wait_for("document.querySelector('.scan .number')")
    house.wechat.say(phone, screen.run("document.querySelector('.scan .number').textContent"))
    screen.wait_for_text("解除关联")

    screen.come_in()
    screen.click(".scanning")
    screen.wait_for("document.querySelector('[data-code]')")
    assert "Chrome" in reply(house.wechat.scan(phone, scene=code_of(house)))
    house.wechat.say(phone, "不是我")
    screen.wait_for_text("没有放行")
    screen.press("再试一次")
    screen.wait_for("document.querySelector('[data-code]')")
    house.wechat.scan(phone, scene=code_of(house))
    screen.wait_for("document.querySelector('.scan .number')")
    assert not screen.run("document.querySelector('.shell')"), "scanning alone opened the console"
    house.wechat.say(phone, screen.run("document.querySelector('.scan .number').textContent"))
    screen.wait_for("document.querySelector('.shell')")


def test_an_owner_draws_a_poster_and_who_scans_it_is_in(
        house: House, desk: Screen) -> None:
    desk.open(f"/rooms/{house.demo['rooms'][0]['id']}?tab=invitations")
    desk.press("画海报")
    desk.wait_for("document.querySelector('.posters img')?.naturalWidth === 720")
    newcomer = house.wechat.follower(house.official, follow=False)
    assert "【大厅】" in reply(house.wechat.scan(newcomer, scene=code_of(house)))


def test_an_owner_finds_what_was_said_and_a_person_whom_they_mute_and_let_speak(
        house: House, owner: tuple[str, str], desk: Screen) -> None:
    office, alice = Office(house, *owner), house.phone("寻梅")
    alice.enter(house.hall)
    until = time.monotonic() + 300
    while office.ask("GET", "/search?q=回甘")["unindexed"]:
        assert time.monotonic() < until, "the demo's month is indexed"
        time.sleep(1.5)  # more searches in a minute than this are refused
    desk.open("/search")
    desk.fill("[name=search]", "回甘")
    desk.wait_for_text("回甘", "mark")
    user = alice.user["id"]
    desk.open("/people")
    desk.fill(".bar input", alice.user["name"])
    desk.wait_for(f"document.querySelector('.list a[href$=\"/people/{user}\"]')")
    desk.open(f"/people/{user}")
    for act, stands in (("禁言", True), ("解除禁言", False)):
        desk.press(act)
        desk.confirm(act)
        house.wait(lambda stands=stands: bool(office.ask("GET", f"/people/{user}")["sanctions"]) is stands,  # type: ignore[misc]
                   60, f"they are muted: {stands}")


def test_an_owner_lists_words_and_has_the_guard_propose(
        house: House, owner: tuple[str, str], desk: Screen) -> None:
    office = Office(house, *owner)
    desk.open("/words")
    desk.press("新词库")
    desk.fill_in("春联")
    desk.confirm("新词库")
    desk.fill(".add textarea", "恭喜发大财")
    desk.press("加入", ".add")
    desk.wait_for_text("恭喜发大财", ".chips")
    (made,) = [one for one in office.ask("GET", "/words")["lists"] if one["name"] == "春联"]
    office.ask("DELETE", f"/words/{made['id']}")
    desk.open("/guard")
    desk.wait_for("document.querySelector('input[value=propose]')")
    desk.run("document.querySelector('input[value=propose]').click()")
    desk.press("保存", ".card:nth-of-type(2)")
    house.wait(lambda: office.ask("GET", "/spam/policy")["mode"] == "propose", 60, "the clean-up proposes")
    office.ask("PUT", "/spam/policy", mode="off")


def test_an_owner_says_who_may_post_and_locks_a_room(house: House, owner: tuple[str, str], desk: Screen) -> None:
    office, room = Office(house, *owner), house.demo["rooms"][0]["id"]
    desk.open(f"/rooms/{room}?tab=permissions")
    desk.press("大厅：成员以上可以发言")
    house.wait(lambda: office.ask("GET", f"/channels/{house.hall}")["rules"]["post"] == "member", 60, "members post")
    office.ask("PATCH", f"/channels/{house.hall}/rules", post="guest")
    desk.open(f"/rooms/{room}?tab=door")
    desk.fill("[aria-label='新密码']", "开门见山")
    desk.press("保存", ".stack .card")
    house.wait(lambda: office.ask("GET", f"/rooms/{room}")["locked"], 60, "a password is needed")
    office.ask("PATCH", f"/rooms/{room}", password="")


def test_an_owner_shields_a_room_with_one_click_and_opens_it_with_one(
        house: House, owner: tuple[str, str], desk: Screen) -> None:
    office = Office(house, *owner)
    room = office.ask("POST", "/rooms", name="风波亭")["id"]
    channel = office.ask("POST", f"/rooms/{room}/channels", name="亭中")["id"]

    def rules() -> tuple[bool, bool, int]:
        shown = office.ask("GET", f"/rooms/{room}")
        return shown["shield"], shown["by_request"], office.ask("GET", f"/channels/{channel}")["rules"]["slow_seconds"]

    desk.open(f"/rooms/{room}")
    desk.press("升起护盾")
    desk.confirm("升起护盾")
    house.wait(lambda: rules() == (True, True, 30), 60, "newcomers ask, and all speak slowly")
    desk.press("放下护盾")
    house.wait(lambda: rules() == (False, False, 0), 60, "all is as before")


def test_an_owner_joins_two_people_into_one_hands_out_what_is_known_and_erases_them(
        house: House, owner: tuple[str, str], desk: Screen) -> None:
    office, one, other = Office(house, *owner), house.phone("双生"), house.phone("双生子")
    users, names = ([phone.user[each] for phone in (one, other)] for each in ("id", "name"))
    one.enter(house.hall)
    assert one.say(house.hall, "我就是我").settled
    desk.open(f"/people/{users[0]}")
    desk.wait_for("document.querySelector(\"input[aria-label='和谁合并']\")")
    desk.run("document.querySelector(\"input[aria-label='和谁合并']\").closest('.el-select__wrapper').click()")
    desk.fill("input[aria-label='和谁合并']", users[1])
    desk.choose(names[1])
    desk.press("合并")
    desk.fill_in(names[0], 1)
    desk.confirm("合并")
    house.wait(lambda: len({office.ask("GET", f"/people/{user}")["id"] for user in users}) == 1, 60, "they are one")
    kept = office.ask("GET", f"/people/{users[0]}")["id"]

    desk.wait_for(f"location.pathname.endsWith('{kept}') && document.querySelector('.facts')")
    desk.press("导出资料")
    packed = f"/people/{kept}/exports"
    house.wait(lambda: [each["state"] for each in office.ask("GET", packed)["exports"]] == ["ready"], 60, "packed")
    for place in ("/people", f"/people/{kept}"):
        desk.open(place)
    desk.wait_for("document.querySelector('main a[download]')")
    assert desk.run("fetch(document.querySelector('main a[download]').href).then((answer) => answer.arrayBuffer())"
                    ".then((zip) => String.fromCharCode(...new Uint8Array(zip, 0, 2)))") == "PK"

    desk.press("删除此人")
    desk.fill_in(office.ask("GET", f"/people/{kept}")["name"], 1)
    desk.confirm("删除此人")
    desk.wait_for("location.pathname.endsWith('/people')")
    assert office.http.get(f"{house.url}/console/api/v1/people/{kept}", timeout=60).status_code == 404
    one.wait(lambda: 4003 in one.closes, 60, "whoever is nobody is signed out")


def test_an_owner_tests_an_account_and_sends_a_template_to_a_follower_on_trial(
        house: House, owner: tuple[str, str], desk: Screen) -> None:
    office, appid = Office(house, *owner), house.official
    mei = follower(house, "试香", place="")
    desk.open("/wechat")
    desk.press("自检")
    desk.wait_for_text("凭据", ".test")
    desk.open(f"/wechat/{appid}/templates")
    desk.press("设置模板")
    desk.fill("[name=template-id]", "tpl-unread")
    desk.fill("[aria-label='第 1 个字段的名字']", "thing1")
    desk.fill("[aria-label='第 1 个字段的内容']", "{room}")
    desk.wait_for_text("茶馆", ".seen")
    desk.press("保存", ".el-dialog")
    house.wait(lambda: "tpl-unread" in str(office.ask("GET", f"/accounts/{appid}/templates")), 60, "it is mapped")
    house.wechat.answer_subscription(mei, **{"tpl-unread": "accept"})
    desk.wait_for_text("tpl-unread", ".table")
    desk.run("""[...document.querySelectorAll(".table tr")].find((each) => each.innerText.includes("tpl-unread"))
        .querySelector("button").click()""")
    desk.wait_for("document.querySelector(\"input[aria-label='发给谁']\")")
    desk.run("document.querySelector(\"input[aria-label='发给谁']\").closest('.el-select__wrapper').click()")
    desk.fill("input[aria-label='发给谁']", "试香")
    desk.choose("试香")
    desk.press("试发", ".el-dialog")
    desk.wait_for_text("微信说：已送出", ".toasts")
    assert [one["data"] for one in house.wechat.outbox(mei) if "data" in one] == [{"thing1": "茶馆"}]


def test_an_owner_hires_keeps_words_for_a_while_and_lets_programs_in(
        house: House, owner: tuple[str, str], desk: Screen) -> None:
    office = Office(house, *owner)
    desk.open("/staff")
    desk.press("添加员工")
    desk.fill_in("fresh@teahouse.example")
    desk.confirm("添加员工")
    desk.wait_for_text("只在此刻显示一次")
    desk.open("/settings/keeping")
    desk.fill(".new .el-input-number input", "400")
    desk.press("保存", ".new")
    desk.press("保存", ".el-dialog")
    house.wait(lambda: "400" in str(office.ask("GET", "/retention")["kept"]), 60, "it is kept for 400 days")
    office.ask("PUT", "/retention", days=None)
    desk.open("/settings/tokens")
    desk.press("新令牌")
    desk.fill_in("报时员")
    desk.confirm("新令牌")
    desk.wait_for_text("令牌只在此刻显示一次")
    token = desk.run("document.querySelector('.secret .code').textContent").strip()
    bot = {"Authorization": f"Bearer {token}"}
    said = requests.post(f"{house.url}/console/api/v1/channels/{house.hall}/messages", headers=bot, timeout=60,
                         json={"text": "现在是未时三刻"})
    assert said.status_code == 200, said.text
    desk.open(f"/live/{house.hall}")
    desk.wait_for("[...document.querySelectorAll('.line')].some(({ innerText }) => innerText.includes('报时员')"
                  " && innerText.includes('现在是未时三刻'))")
    desk.open("/settings/webhooks")
    desk.press("新回调")
    desk.fill_in("https://example.com/hook")
    desk.confirm("新回调")
    desk.wait_for_text("用这个密钥验证签名")
    (hook,) = [one for one in office.ask("GET", "/webhooks")["webhooks"] if one["url"].endswith("/hook")]
    office.ask("DELETE", f"/webhooks/{hook['id']}")


def test_an_owner_takes_numbers_and_a_picture_of_them_home(desk: Screen) -> None:
    desk.open("/analytics")
    desk.wait_for("document.querySelectorAll('.chart canvas, .chart svg').length > 5")
    exported = desk.run("fetch(document.querySelector('a[download]').href).then((answer) => answer.text())")
    assert exported.lstrip("\ufeff").startswith("hour,room,measure,part,count")
    desk.run("""(() => { const made = URL.createObjectURL.bind(URL);
        URL.createObjectURL = (blob) => { window.kept = blob; return made(blob); }; })()""")
    desk.press("消息走势: 存成图片")
    desk.wait_for("window.kept")
    assert desk.run("createImageBitmap(kept).then(({ width, height }) => [kept.type, width, height])") == [
        "image/png", 1920, 1080]
