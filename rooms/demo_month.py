"""The demo's month: three rooms for members only, in which sixty people have talked, so that every page of the console
has something to show. The room of the contract stays empty, and strangers see none of this.

What is said and when comes from a generator with a fixed seed: the same month on every machine, ending now.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from rooms import channels, filing, ids, rollups, safety
from rooms import rooms as tearooms
from rooms.accounts import Kind
from rooms.live.log import Raw
from rooms.record import (
    Connection,
    accounts,
    audit,
    deliveries,
    followers,
    hourly,
    identities,
    members,
    recovery,
    requests,
    sanctions,
    staff,
    users,
)
from rooms.record import channels as channel_rows
from rooms.record import rooms as room_rows
from rooms.record.audit import Act
from rooms.record.channels import Channel
from rooms.record.deliveries import FAILED, SENT, Delivery
from rooms.record.followers import Follower
from rooms.record.hourly import Count
from rooms.record.identities import Identity
from rooms.record.readers import Behind
from rooms.record.requests import Request
from rooms.record.sanctions import Sanction
from rooms.record.staff import Staff
from rooms.record.users import User
from rooms.rollups import CHINA_MS, DAY_MS, HOUR_MS

DAYS, PEOPLE, SEED = 30, 60, 20_260_601
COLLEAGUES = (("xiaohe@teahouse.example", "moderator", "小禾"), ("laoshen@teahouse.example", "auditor", "老沈"))
"""They cannot sign in until the operator gives them a password."""

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许韩冯邓曹"
GIVEN = ("静姝", "子墨", "若曦", "浩然", "雨桐", "思远", "佳怡", "明轩", "晓雯", "志强", "小满", "立夏", "阿茶", "知秋",
         "云舒", "听雪", "青禾", "南星", "一舟", "半夏")
BUSY_HOURS = (0, 0, 0, 0, 0, 0, 1, 4, 7, 6, 5, 6, 8, 6, 4, 4, 5, 6, 8, 11, 13, 12, 8, 3)
"""How much is said in each hour of a day in China."""

TALK: Mapping[str, Sequence[str]] = {
    "晨茶会": (
        "早，水开了", "今天泡的是去年的白牡丹，汤色很亮", "有人喝过老班章吗？", "我这边下雨，正好喝红茶",
        "第三泡最好喝", "盖碗还是紫砂？", "盖碗，看得清楚", "水温降到八十五度试试", "昨天买的杯子到了，很薄",
        "龙井要玻璃杯才好看", "周六线下茶会还有两个位子", "算我一个", "我带一点岩茶过去", "谢谢分享，学到了",
        "这款多少钱一斤？", "香气像兰花", "苦味退得很快，回甘明显", "新手从哪种开始比较好？",
        "先喝白茶，不容易泡坏", "存茶记得防潮", "今天有点忙，潜水了",),
    "读书会": (
        "这周读《茶之书》，一百页左右", "第二章写得真好", "作者对留白的说法我很喜欢", "有电子版吗？",
        "图书馆有，我刚借到", "我读到一半，先不剧透", "译本推荐哪个？", "老译本更耐读", "周三晚上八点讨论可以吗",
        "可以", "我可能晚到十分钟", "摘一句：美在于未完成", "这句我也划了", "下一本投票吧", "我投《夜航船》",
        "短篇也行，最近时间少", "笔记整理好了，晚点发", "谢谢主持人", "这一章有点难", "慢慢读，不急",),
    "围棋角": (
        "来一盘？让两子", "来，十分钟包干", "这手靠得好", "官子差了两目", "刚才那里应该先长一手", "复盘发这里",
        "布局太慢了", "星位还是小目？", "我习惯小目", "AI 说这里脱先", "收官不要急", "又是半目",
        "下周比赛报名截止周五", "已报名", "双飞燕怎么应？", "压靠最简明", "谢谢指教", "今天先到这里",
        "输得心服口服", "明天再战",),
}
INSIDE: Mapping[str, Sequence[str]] = {"晨茶会": ("闲谈", "茶艺"), "读书会": ("本周一本", "摘抄"),
                                       "围棋角": ("对局", "复盘")}
ADVERTISEMENTS = ("加我微信领券 wx-88xx", "低价茶叶批发，点链接", "兼职日结三百")
_OPENS_NOTHING = "!"


class _Told(NamedTuple):
    at: int
    op: str
    author: str
    rest: Mapping[str, Any]


class Month:
    """Written in one transaction."""

    def __init__(self, connection: Connection, organization: str, now: int) -> None:
        self._c, self._organization, self._now = connection, organization, now
        self._dice = random.Random(SEED)  # noqa: S311 - what is said is no secret
        self._begin = (now + CHINA_MS) // DAY_MS * DAY_MS - CHINA_MS - DAYS * DAY_MS
        self._acts: list[Act] = []

    def write(self) -> None:
        steward = self._colleagues()
        people = self._people()
        self._follow(people)
        for place, (name, inside) in enumerate(INSIDE.items()):
            theirs = self._dice.sample(people, 36)
            room = self._room(name, place + 1, theirs)
            for order, channel in enumerate(inside):
                self._channel(room, channel, order, name, theirs, steward)
        for act in sorted(self._acts):
            audit.add(self._c, self._organization, act)
        since = self._begin
        hourly.set_(self._c, [*hourly.delivered(self._c, since), *hourly.arrived(self._c, since)])
        rollups.count_acts(self._c, self._organization)

    # who

    def _colleagues(self) -> Staff:
        made = [Staff(ids.new("s"), email, self._organization, role, _OPENS_NOTHING, self._begin, name)
                for email, role, name in COLLEAGUES]
        for one in made:
            staff.add(self._c, one)
            self._act(self._begin, "", "staff_add", one.id, after={"role": one.role})
        return made[0]

    def _people(self) -> list[User]:
        called = self._dice.sample([surname + given for surname in SURNAMES for given in GIVEN], PEOPLE)
        made = []
        for number, name in enumerate(called):
            at = self._begin + int(DAYS * DAY_MS * (number / PEOPLE) ** 2)
            made.append(User(ids.new("u"), self._organization, name, "", 0, at))
            users.add(self._c, made[-1])
        return made

    def _follow(self, people: Sequence[User]) -> None:
        """Some follow the Official Account, and were sent digests."""
        official = next(one for one in accounts.of_organization(self._c, self._organization)
                        if one.kind == Kind.OFFICIAL_ACCOUNT)
        for user in people[::3]:
            openid = f"demo_{user.id[2:]}"
            identities.add(self._c, Identity(official.appid, openid, "", user.id, Kind.OFFICIAL_ACCOUNT, True,
                                             user.created_at, None, user.created_at))
            followers.add(self._c, Follower(official.appid, openid, user.id, None, 0, user.created_at))
            for _ in range(self._dice.randrange(4, 12)):
                self._delivery(official.appid, openid, user)

    def _delivery(self, appid: str, openid: str, user: User) -> None:
        at = self._dice.randrange(user.created_at, self._now) if user.created_at < self._now else self._now
        failed = self._dice.random() < 0.06
        way = self._dice.choice(("customer_service", "customer_service", "passive", "subscribe"))
        detail = "45015: outside the 48 hours" if failed else "a digest"
        deliveries.intend(self._c, Delivery(
            ids.new("d"), appid, openid, user.id, way, None, "", 1, 1, FAILED if failed else SENT,
            45015 if failed else None, at, at + 400, detail))

    # where

    def _room(self, name: str, place: int, theirs: Sequence[User]) -> str:
        room = tearooms.new(self._organization, name, self._begin, private=True)
        room_rows.add(self._c, room._replace(position=place, by_request=place == 2))
        self._act(self._begin, "", "room_add", room=room.id, after={"name": name, "private": True})
        for number, user in enumerate(theirs):
            role = ("owner", "moderator", "moderator")[number] if number < 3 else "member"
            members.add(self._c, room.id, user.id, role, max(user.created_at, self._begin))
        self._samples(room.id)
        return room.id

    def _channel(self, room: str, name: str, order: int, theme: str, theirs: Sequence[User], steward: Staff) -> None:
        row = room_rows.one(self._c, room)
        assert row is not None
        channel = channels.new(row, name, self._begin)._replace(position=order)
        channel_rows.add(self._c, channel)
        epoch = recovery.open_epoch(self._c, channel.id, 0).epoch
        told = sorted([*self._talk(theme, theirs, 1.0 if order == 0 else 0.35), *self._order(channel, theirs, steward)],
                      key=lambda one: one.at)
        raws = list(_numbered(channel.id, epoch, told))
        filing.file_all(self._c, {channel.id: raws}, self._now)
        rollups.count(self._c, Behind(channel.id, room, self._organization, 0, len(raws)))
        safety.let_be(self._c, channel.id, len(raws))  # nobody said it
        if order == 0:
            self._waiting(room)

    def _talk(self, theme: str, theirs: Sequence[User], much: float) -> Iterator[_Told]:
        """Weekends are busier, and from week to week a little more is said."""
        for day in range(DAYS + 1):
            begins = self._begin + day * DAY_MS
            weekend = (begins + CHINA_MS) // DAY_MS % 7 in (2, 3)
            times = int(much * (14 + day // 3) * (1.5 if weekend else 1.0) * self._dice.uniform(0.7, 1.3))
            for _ in range(times):
                hour = self._dice.choices(range(24), BUSY_HOURS)[0]
                at = begins + hour * HOUR_MS + self._dice.randrange(HOUR_MS)
                who = theirs[min(len(theirs) - 1, int(self._dice.expovariate(0.12)))]
                if who.created_at < at < self._now - HOUR_MS:
                    yield self._said(at, who, self._dice.choice(TALK[theme]))

    def _order(self, channel: Channel, theirs: Sequence[User], steward: Staff) -> Iterator[_Told]:
        """Somebody advertises, is muted or banned; the house announces something."""
        by = {"id": steward.id, "name": steward.name, "door": "console"}
        for number, day in enumerate(self._dice.sample(range(3, DAYS), 3)):
            at = self._begin + day * DAY_MS + 20 * HOUR_MS + self._dice.randrange(HOUR_MS)
            who = theirs[-1 - number]
            yield self._said(at, who, ADVERTISEMENTS[number])
            kind, hours = ("ban", 24 * 60) if number == 2 else ("mute", (2, 24 * 40)[number])
            until = at + 60_000 + hours * HOUR_MS
            op = "banned" if kind == "ban" else "muted"
            yield _Told(at + 60_000, op, "", {"user": who.id, "until": until, "reason": "广告", "by": by})
            sanctions.set_(self._c, Sanction(self._organization, channel.room, channel.id, kind, who.id, until, "广告",
                                             steward.id, at + 60_000))
            self._act(at + 60_000, steward.id, kind, who.id, channel.room, channel.id, "广告", {"until": until})
        at = self._begin + 10 * DAY_MS + 9 * HOUR_MS
        yield _Told(at, "announced", "", {"text": "请大家文明交流，广告会被移出。", "by": by})
        self._act(at, steward.id, "announce", "", channel.room, channel.id, "", {"characters": 15})

    def _waiting(self, room: str) -> None:
        """Somebody asks to be let in."""
        row = room_rows.one(self._c, room)
        if row is None or not row.by_request:
            return
        for number, text in enumerate(("朋友推荐来的", "想一起读书")):
            user = User(ids.new("u"), self._organization, f"新茶客{number + 1}", "", 0, self._now - DAY_MS)
            users.add(self._c, user)
            requests.put_(self._c, Request(room, user.id, "waiting", text, self._now - (number + 2) * HOUR_MS))

    def _samples(self, room: str) -> None:
        """Who was there, as the clock would have sampled it each minute."""
        rows = []
        for hour in range(self._begin // HOUR_MS, self._now // HOUR_MS):
            busy = BUSY_HOURS[(hour + 8) % 24]
            most = int(busy * self._dice.uniform(0.8, 1.6))
            rows += [Count(self._organization, hour, room, "present", "sum", most * 45),
                     Count(self._organization, hour, room, "present", "most", most)] if most else []
            rows.append(Count(self._organization, hour, "", "minutes", "", 60))
        hourly.set_(self._c, rows)

    # how it is written down

    def _said(self, at: int, who: User, text: str) -> _Told:
        door = "wechat" if self._dice.random() < 0.3 else "miniprogram"
        return _Told(at, "message", who.id, {
            "from": {"id": who.id, "name": who.name, "door": door}, "type": "text", "body": {"text": text},
            "client_id": f"demo-{self._dice.getrandbits(64):016x}"})

    def _act(self, at: int, actor: str, act: str, target: str = "", room: str = "", channel: str = "",
             reason: str = "", after: Mapping[str, Any] | None = None) -> None:
        self._acts.append(Act(at, actor or "operator", "console" if actor else "operator", act, target, room, channel,
                              reason, "{}", msgspec.json.encode(after or {}).decode()))


def _numbered(channel: str, epoch: str, told: Sequence[_Told]) -> Iterator[Raw]:
    ordinal = 0
    for seq, one in enumerate(told, start=1):
        ordinal += one.op in ("message", "announced")
        frame = {"op": one.op, "channel": channel, "epoch": epoch, "seq": seq, "at": one.at, **one.rest}
        yield Raw(seq, epoch, one.op, one.author, ordinal, msgspec.json.encode(frame))

