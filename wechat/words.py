"""The one voice in which followers are answered: short and polite, in Chinese, or in English by their choice.

A follower who uses an English command is answered in English from then on, and the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rooms.errors import Code, Refused
from rooms.scanning import Browser, Outcome
from wechat import spans
from wechat.commands import Verb
from wechat.order_words import OrderWords


class Command(NamedTuple):
    """How a command is written and what it does, in one line of the help."""

    form: str
    does: str


class Words(OrderWords):
    """Chinese. Every method is one sentence or one short text."""

    colon = "："
    forms: ClassVar[dict[Verb, Command]] = {
        Verb.ROOMS: Command("房间", "看看有哪些聊天室"),
        Verb.JOIN: Command("加入 名字 [密码]", "进入聊天室或频道"),
        Verb.CHANNELS: Command("频道", "这里的频道"),
        Verb.SWITCH: Command("切换 名字", "换一个频道"),
        Verb.WHO: Command("谁在", "现在有谁"),
        Verb.MORE: Command("更多", "没看到的消息"),
        Verb.HISTORY: Command("历史", "最近的消息"),
        Verb.NICK: Command("昵称 名字", "改你的名字"),
        Verb.LEAVE: Command("退出", "离开频道"),
        Verb.HELP: Command("帮助", "这份说明"),
        Verb.QUIET: Command("免打扰 [时长]", "先别打扰"),
        Verb.RESUME: Command("恢复", "结束免打扰"),
        Verb.QUEUE: Command("排队", "看排到第几"),
        Verb.BIND: Command("绑定 手机号", "绑定手机"),
        Verb.VERIFY: Command("验证 123456", "填写验证码"),
        Verb.REPORT: Command("举报 理由", "举报"),
        Verb.MUTE: Command("禁言 @名字 10分钟 [理由]", "禁言"),
        Verb.UNMUTE: Command("解禁 @名字", "解除禁言"),
        Verb.KICK: Command("踢出 @名字", "请出频道"),
        Verb.BAN: Command("封禁 @名字 7天", "封禁"),
        Verb.MUTE_ALL: Command("全员禁言", "全员禁言"),
        Verb.UNMUTE_ALL: Command("解除", "解除全员禁言"),
        Verb.ANNOUNCE: Command("公告 内容", "发公告"),
    }
    taps: ClassVar[dict[Verb, str]] = {Verb.MORE: "更多", Verb.QUIET: "免打扰", Verb.QUEUE: "入座"}
    """What stands on an item of a message menu."""
    helped = (Verb.ROOMS, Verb.JOIN, Verb.CHANNELS, Verb.SWITCH, Verb.WHO, Verb.MORE, Verb.HISTORY, Verb.NICK,
              Verb.QUIET, Verb.LEAVE, Verb.HELP)
    """Where they are in a channel."""
    helped_nowhere = (Verb.ROOMS, Verb.JOIN, Verb.NICK, Verb.BIND, Verb.HELP)
    helped_moderators = (Verb.MUTE, Verb.UNMUTE, Verb.KICK, Verb.BAN, Verb.MUTE_ALL, Verb.UNMUTE_ALL, Verb.ANNOUNCE)
    refusals: ClassVar[dict[Code, str]] = {
        Code.BAD_FRAME: "这条消息发不出去，换个说法试试。",
        Code.UNAUTHENTICATED: "请重新关注后再试。",
        Code.EXPIRED: "已过期，请再来一次。",
        Code.NOT_FOUND: "没有找到。回复“房间”看看有哪些。",
        Code.FORBIDDEN: "抱歉，你不能这样做。",
        Code.PASSWORD_NEEDED: "这里要密码。请回复密码。",
        Code.PASSWORD_WRONG: "密码不对，请再试一次。",
        Code.VERIFY_PHONE: "这里需要先验证手机号。回复“绑定 手机号”。",
        Code.NOT_MEMBER: "你还不是这里的成员。回复“加入 名字”。",
        Code.NOT_ENTERED: "你还没有进入频道。回复“房间”看看有哪些。",
        Code.MUTED: "你现在不能发言。",
        Code.MUTED_ALL: "这里现在全员禁言。",
        Code.SLOW_MODE: "这里开了慢速，请稍等再说。",
        Code.RATE_LIMITED: "说得太快了，请稍等再发。",
        Code.DUPLICATE: "同样的话已经有了，没有再发。",
        Code.TOO_LONG: "太长了，一条最多 2000 字，没有发出。",
        Code.BLOCKED_WORDS: "含有这里不允许的词，没有发出。",
        Code.BANNED: "你不能进入这里。",
        Code.FULL: "满员了，请稍后再来。",
        Code.QUEUE_FULL: "排队的人也满了，请稍后再来。",
        Code.CLOSED: "这里已经关闭。",
        Code.UNAVAILABLE: "服务正忙，请稍后再试。",
    }
    kinds: ClassVar[dict[str, str]] = {
        "image": "[图片]", "voice": "[语音]", "video": "[视频]", "file": "[文件]", "location": "[位置]",
        "link": "[链接]"}

    # what was said in the log

    def said(self, name: str, content: str) -> str:
        return f"{name or '有人'}{self.colon}{content}"

    def announced(self, text: str) -> str:
        return f"[公告] {text}"

    def forwarded(self, text: str) -> str:
        return f"[转发] {text}"

    def kind(self, message_type: str) -> str:
        return self.kinds.get(message_type, "[消息]")

    def seconds(self, count: object) -> str:
        return f"{round(count)} 秒" if isinstance(count, int | float) and count > 0 else ""

    def digest_title(self, channel: str, count: int, beyond: bool) -> str:
        return f"【{channel}】{count}{'+' if beyond else ''} 条新消息"

    def digest_more(self, left: int, beyond: bool) -> str:
        return f"还有 {left}{'+' if beyond else ''} 条，回复 更多" if left else "还有更多，回复 更多"

    def history_title(self, channel: str) -> str:
        return f"【{channel}】最近的消息"

    def nothing_new(self, channel: str) -> str:
        return f"【{channel}】没有新消息。"

    def no_history(self, channel: str) -> str:
        return f"【{channel}】还没有人说话。"

    # coming and going

    def welcome(self, name: str) -> str:
        return f"欢迎，{name}！在这里说话，聊天室里的人都能听到。"

    def welcome_back(self, name: str) -> str:
        return f"欢迎回来，{name}！"

    def how_to_begin(self, room: str | None) -> str:
        if room is None:
            return "现在还没有聊天室。回复“帮助”看看能做什么。"
        return f"回复“加入 {room}”进入，回复“帮助”看看还能做什么。"

    def entered(self, room: str, channel: str, present: int) -> str:
        return f"你在{room}的【{channel}】，共 {present} 人。直接发消息就能说话。"

    def also(self, channels: Sequence[str]) -> str:
        return f"这里还有：{'、'.join(channels)}。回复“切换 名字”换频道。"

    def left(self, channel: str) -> str:
        return f"你离开了【{channel}】。回复“房间”看看别处。"

    def nowhere(self) -> str:
        return "你还没有进入频道，这句话没有发出。"

    def not_here(self) -> str:
        return "你还没有进入频道。"

    # lists and questions

    def rooms(self, names: Sequence[str]) -> str:
        return "\n".join(["聊天室：", *names, "回复号码，或“加入 名字”。"])

    def no_rooms(self) -> str:
        return "现在还没有聊天室。"

    def channels(self, room: str, names: Sequence[str]) -> str:
        return "\n".join([f"{room}的频道：", *names, "回复号码，或“切换 名字”。"])

    def locked(self, name: str) -> str:
        return f"{name}（要密码）"

    def here(self, name: str) -> str:
        return f"{name} ← 你在这里"

    def present(self, channel: str, count: int, names: Sequence[str]) -> str:
        etc = f" 等 {count} 人" if count > len(names) else ""
        return f"【{channel}】现在有 {count} 人：" + "、".join(names) + etc

    def which_room(self) -> str:
        return "进哪一间？回复号码："

    def which_channel(self) -> str:
        return "哪个频道？回复号码："

    def which_name(self) -> str:
        return "你想叫什么？回复名字。"

    def no_such_room(self, name: str) -> str:
        return f"没有叫“{name}”的聊天室或频道。"

    def renamed(self, name: str) -> str:
        return f"好的，{name}。"

    def bad_name(self) -> str:
        return "名字要 1 到 20 个字，一行。"

    def unwelcome_name(self) -> str:
        return "这个名字这里不能用，换一个吧。"

    def did_you_mean(self, verb: Verb) -> str:
        return f"你是想“{self.forms[verb].form}”？回复“是”就这样做。这句话没有发出。"

    def lacks(self, verb: Verb) -> str:
        return f"请这样写：{self.forms[verb].form}"

    def unknown_command(self) -> str:
        return "没有这个命令，也没有发出。回复“帮助”看看能做什么。"

    def not_passed_on(self) -> str:
        return "这种消息这里收不到，没有发出。文字、图片、语音、视频、位置和链接都可以。"

    def fetching(self, kind: str) -> str:
        return f"{self.kind(kind)}收到，马上发到频道里。"

    def old_code(self) -> str:
        return "这个二维码已经失效。"

    def console(self, outcome: Outcome) -> str:
        """To who scanned a code of the console, or answered what they were asked then."""
        told = {Outcome.SIGNS_IN: "好的，那个浏览器现在可以登录控制台。不是你？请立刻在控制台退出其他地方。",
                Outcome.LINKS: "好的，这个微信关联上了，以后可以扫码登录控制台。",
                Outcome.WRONG: "数字不对，没有放行，二维码也作废了。要登录，请在页面上换一个二维码再扫。",
                Outcome.DENIED: "没有放行，二维码作废了。别理会把它发给你的人。",
                Outcome.STRANGER: "这个微信没有关联控制台的员工账号。先用密码登录，再在“账号与安全”里关联。"}
        return told.get(outcome, self.old_code())

    def console_asks(self, browser: Browser) -> str:
        """The answer is the number that the page shows."""
        what = f"把这个微信关联到控制台账号 {browser.links}" if browser.links else "用你的账号登录控制台"
        return "\n".join((
            f"有人要{what}：", f"浏览器：{browser.name or '不明'}", f"网络地址：{browser.address or '不明'}",
            f"时间：{spans.stamp(browser.at)}", "",
            "就是你眼前的那个页面？回复它现在显示的两位数字。", "二维码是别人发给你的？什么数字都别回，回复“不是我”。"))

    # phones and doors

    def no_sms(self) -> str:
        return "这里还不能发短信。"

    def no_phone(self) -> str:
        return "请写 11 位的手机号，例如：绑定 13800000000"

    def sms_later(self, seconds: int) -> str:
        return f"短信发得太多了，没有再发。{self.wait(seconds)}"

    def code_sent(self, phone: str) -> str:
        return f"验证码正发往 {phone}，5 分钟内有效。收到后回复“验证 六位数字”。"

    def wrong_code(self, left: int) -> str:
        return f"验证码不对，还可以试 {left} 次。" if left else "验证码不对，已经失效。请重新“绑定 手机号”。"

    def code_over(self) -> str:
        return "没有有效的验证码。请重新“绑定 手机号”。"

    def bound(self, phone: str, name: str) -> str:
        merged = f"你在小程序和这里是同一个人：{name}。" if name else ""
        return f"手机号 {phone} 已验证。{merged}"

    def knocked(self, room: str) -> str:
        return f"{room}要管理员同意才能进。已经替你申请，同意后再回复“加入 {room}”。"

    def declined(self, room: str, reason: str) -> str:
        return f"{room}没有同意你加入" + (f"：{reason}" if reason else "。")

    def help(self, here: bool = True, moderates: bool = False) -> str:
        """By where they are: in a channel, nowhere yet, and as somebody who keeps order."""
        if not here:
            return "\n".join(["先进一间聊天室，再直接发消息说话。可以回复：", *self._lines(self.helped_nowhere)])
        more = ["你是管理员，还可以：", *self._lines(self.helped_moderators)] if moderates else []
        return "\n".join(["直接发消息就是说话。还可以回复：", *self._lines(self.helped), *more])

    def _lines(self, verbs: Sequence[Verb]) -> list[str]:
        return [f"{self.forms[verb].form}{self.colon}{self.forms[verb].does}" for verb in verbs]

    def refusal(self, refused: Refused) -> str:
        """One sentence for a refusal, with the time to wait where it is known."""
        wait = refused.retry_after_seconds
        return self.refusals[refused.code] + (self.wait(wait) if wait and refused.temporary else "")

    def wait(self, seconds: int) -> str:
        return f"（{seconds} 秒后可以再试）" if seconds < 120 else f"（约 {-(-seconds // 60)} 分钟后可以再试）"


CHINESE = Words()
