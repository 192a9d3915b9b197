"""What is open in the demo's month when it ends: messages that wait for somebody, a suspicion, announcements to many,
tags, a template, how long words are kept, an invitation, a token and a webhook that was stopped. All but the
organization's list of words is in the rooms that strangers do not see."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import msgspec

from rooms import ids, rollups
from rooms.accounts import Kind
from rooms.permissions import StaffRole
from rooms.record import (
    Connection,
    accounts,
    api_tokens,
    audit,
    broadcasts,
    channels,
    entries,
    followers,
    held,
    invitations,
    members,
    notices,
    reports,
    retention,
    rooms,
    staff,
    suspicions,
    tags,
    templates,
    users,
    webhooks,
    word_lists,
)
from rooms.record.api_tokens import ApiToken
from rooms.record.audit import Act
from rooms.record.broadcasts import Broadcast
from rooms.record.held import HeldRow
from rooms.record.invitations import Invitation
from rooms.record.members import Member
from rooms.record.notices import Notice
from rooms.record.reports import Report
from rooms.record.retention import Kept
from rooms.record.suspicions import Suspicion
from rooms.record.templates import Template
from rooms.record.vault import Vault
from rooms.record.webhooks import Call, Webhook
from rooms.record.word_lists import WordList
from rooms.rollups import DAY_MS, HOUR_MS

ROOM, ASKED_ROOM, QUIET_ROOM = "晨茶会", "读书会", "围棋角"
HELD = ("新到一批，加我微信看图", "谁要代购？加我微信")
TOLD = ("周六下午两点线下茶会，地址见置顶。", "茶馆下周一检修，上午不开门。")
MEMBER_TAG, HELPER_TAG = "会员", "志愿者"


class Open:
    """Written in one transaction, after the month."""

    def __init__(self, connection: Connection, organization: str, vault: Vault, now: int) -> None:
        self._c, self._organization, self._vault, self._now = connection, organization, vault, now
        self._rooms = {one.name: one.id for one in rooms.of_organization(connection, organization)}
        colleagues = staff.of_organization(connection, organization)
        self._owner = next(one.id for one in colleagues if one.role == StaffRole.OWNER)
        self._steward = next(one.id for one in colleagues if one.role == StaffRole.MODERATOR)
        self._people = members.of_room(connection, self._rooms[ROOM])

    def write(self) -> None:
        channel = channels.of_room(self._c, self._rooms[ROOM])[0].id
        self._hold(channel, self._people[-2:])
        self._report(channel)
        self._suspect(self._people[-1].user)
        self._announce()
        self._tag()
        self._invite()
        self._connect()
        retention.set_(self._c, Kept(self._organization, self._rooms[QUIET_ROOM], "", 180))
        self._act("retention", self._owner, room=self._rooms[QUIET_ROOM], after={"days": 180})
        rollups.count_acts(self._c, self._organization)

    def _invite(self) -> None:
        """Nobody was given its code."""
        at = self._now - DAY_MS
        room = self._rooms[ASKED_ROOM]
        invitations.add(self._c, Invitation(
            secrets.token_hex(32), self._organization, room, self._steward, at, at + 7 * DAY_MS, 50, 12))
        self._act("invite", self._steward, room=room)

    def _connect(self) -> None:
        """A token that nobody holds, and a webhook that was stopped: the house calls nobody by itself."""
        api_tokens.add(self._c, ApiToken(ids.new("s"), self._organization, secrets.token_hex(32), "报时", "moderator",
                                         self._owner, self._now - 9 * DAY_MS, None, self._now - DAY_MS))
        hook = Webhook(ids.new("w"), self._organization, "https://example.com/teahouse", "", "announced moderation",
                       self._owner, self._now - 8 * DAY_MS, 3, self._now - 2 * DAY_MS)
        webhooks.add(self._c, hook._replace(secret=self._vault.seal(secrets.token_hex(32), f"webhooks/{hook.id}")))
        webhooks.enqueue(self._c, [
            self._call(hook.id, event, at)._replace(state=state, tries=tries, status=status, detail=detail)
            for event, state, tries, status, detail, at in (
                ("announced", "done", 1, 200, "", self._now - 6 * DAY_MS),
                ("moderation", "done", 2, 200, "", self._now - 5 * DAY_MS),
                ("moderation", "failed", 8, 503, "answered 503", self._now - 3 * DAY_MS))])

    def _call(self, hook: str, event: str, at: int) -> Call:
        call = ids.new("n")
        body = msgspec.json.encode({"id": call, "event": event, "organization": self._organization, "at": at}).decode()
        sealed = self._vault.seal(body, f"webhook_calls/{call}")
        return Call(call, hook, self._organization, event, sealed, "done", 1, 0, 200, "", at, at + 900)

    def _hold(self, channel: str, authors: Sequence[Member]) -> None:
        words = WordList(ids.new("w"), self._organization, self._rooms[ROOM], "引流", "hold", "moderator", 600, "words",
                         "加我微信\n加微信\n代购", 1, self._now)
        word_lists.add(self._c, words)
        word_lists.add(self._c, words._replace(
            id=ids.new("w"), room="", name="广告", action="block", words="代开发票\n刷单返利\n日赚过千"))
        called = users.many(self._c, [one.user for one in authors])
        for number, (author, text) in enumerate(zip(authors, HELD, strict=True), 1):
            held.add(self._c, HeldRow(
                ids.new("h"), self._organization, self._rooms[ROOM], channel, author.user, called[author.user].name,
                "wechat", f"demo-held-{number}", "text", msgspec.json.encode({"text": text}).decode(), None, "words",
                words.id, "waiting", self._now - number * HOUR_MS))

    def _report(self, channel: str) -> None:
        """Two people do not like something that was said lately."""
        said = [one for one in entries.page(self._c, channel, limit=40) if one.op == "message"][-5]
        frame = msgspec.json.decode(said.frame)
        others = [one.user for one in self._people if one.user != frame["from"]["id"]]
        for number, reason in enumerate(("人身攻击", "看着不舒服")):
            reports.add(self._c, Report(channel, said.seq, others[number], self._organization, self._rooms[ROOM],
                                        said.epoch, frame["from"]["id"], reason, "open", self._now - HOUR_MS))

    def _suspect(self, user: str) -> None:
        why = {"rate": 18, "same": 20, "links": 22, "reports": 7, "new": 5}
        suspicions.add(self._c, Suspicion(ids.new("x"), self._organization, user, sum(why.values()),
                                          msgspec.json.encode(why).decode(), "proposed", self._now - 2 * HOUR_MS))

    def _announce(self) -> None:
        """One that everybody heard, and one that somebody paused."""
        official = next(one for one in accounts.of_organization(self._c, self._organization)
                        if one.kind == Kind.OFFICIAL_ACCOUNT)
        fields = msgspec.json.encode({"thing1": "{room}", "thing2": "{text}", "time3": "{time}"}).decode()
        templates.set_(self._c, Template(official.appid, "bizsend", "announcement", "demo_announcement", fields, "",
                                         True, "", self._now))
        theirs = sorted(one.user for one in followers.of_users(self._c, [each.user for each in self._people]))
        for number, (text, days, told) in enumerate(zip(TOLD, (6, 0), (1.0, 0.4), strict=True)):
            at, state = self._now - days * DAY_MS - HOUR_MS, ("done", "paused")[number]
            made = Broadcast(ids.new("b"), self._organization, self._rooms[ROOM], 0, text, False, state, self._owner,
                             at, at, f"u:{theirs[-1]}", len(theirs), at + 60_000 if state == "done" else None)
            broadcasts.add(self._c, made)
            notices.add_many(self._c, [self._notice(made, user, place < told * len(theirs))
                                       for place, user in enumerate(theirs)])
            self._act("broadcast", self._owner, room=made.room, after={"characters": len(text)})

    def _notice(self, made: Broadcast, user: str, told: bool) -> Notice:
        facts = msgspec.json.encode({"text": made.text}).decode()
        return Notice(ids.new("n"), self._organization, user, "announcement", made.room, "", made.id, facts, made.at,
                      made.at + 365 * DAY_MS, notices.TOLD if told else notices.PAUSED,
                      "customer" if told else "", made.at + 30_000 if told else None)

    def _tag(self) -> None:
        for number, one in enumerate(self._people[:12]):
            wanted = [MEMBER_TAG, HELPER_TAG] if number % 4 == 0 else [MEMBER_TAG]
            tags.replace(self._c, self._organization, one.user, wanted)

    def _act(self, act: str, by: str, room: str = "", after: dict[str, int] | None = None) -> None:
        audit.add(self._c, self._organization, Act(
            self._now, by, "console", act, "", room, "", "", "{}", msgspec.json.encode(after or {}).decode()))
