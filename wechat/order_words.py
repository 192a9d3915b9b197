"""What is said about order in a room: to moderators who keep it, and to those whom it concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar


class OrderWords:
    """Chinese."""

    def until(self, clock: str) -> str:
        """`clock` is empty for no end."""
        return f"到 {clock}" if clock else "没有期限"

    def muted(self, name: str, until: str) -> str:
        return f"已禁言 {name}，{until}。"

    def banned(self, name: str, until: str) -> str:
        return f"已封禁 {name}，{until}。"

    def kicked(self, name: str) -> str:
        return f"已请出 {name}。"

    def lifted(self, name: str) -> str:
        return f"已解除对 {name} 的禁言和封禁。"

    def nothing_to_lift(self, name: str) -> str:
        return f"{name} 现在没有被禁言或封禁。"

    def muted_all(self, channel: str) -> str:
        return f"【{channel}】已全员禁言。回复“解除”结束。"

    def unmuted_all(self, channel: str) -> str:
        return f"【{channel}】已解除全员禁言。"

    def announced_to(self, channel: str) -> str:
        return f"公告已发到【{channel}】。"

    def nobody_called(self, name: str) -> str:
        return f"这里没有叫“{name}”的人。"

    def which_person(self, names: Sequence[str]) -> str:
        return "\n".join(["叫这个名字的不止一位，是哪一位？", *names, "回复号码。"])

    def one_of_several(self, name: str, joined: str, moderates: bool) -> str:
        return f"{name}（{'管理员，' if moderates else ''}{joined} 加入）"

    def reported(self, line: str) -> str:
        return f"已举报：{line}\n管理员会看，有结果告诉你。"

    def reported_before(self, line: str) -> str:
        return f"你已经举报过：{line}"

    def nothing_to_report(self) -> str:
        return "没有找到可以举报的消息。可以写“举报 @名字 理由”。"

    # being left in peace

    def quiet(self, until: str) -> str:
        return f"好的，免打扰，{until}。期间不会给你发消息，未读照常计数。回复“恢复”结束。"

    def resumed(self) -> str:
        return "好的，有新消息会告诉你。"

    def not_quiet(self) -> str:
        return "现在没有开免打扰。"

    # the queue

    def queued(self, channel: str, place: int, length: int) -> str:
        return (f"【{channel}】满员了。你排在第 {place} 位（共 {length} 位），有位子会叫你。"
                "回复“排队”看排到第几，10 分钟没有动静就不再保留。")

    def no_queue(self) -> str:
        return "你现在没有在排队。"

    def out_of_the_queue(self, channel: str) -> str:
        return f"你不再排【{channel}】的队。"

    # what became of them and of their words

    acts: ClassVar[Mapping[str, str]] = {"muted": "禁言", "unmuted": "解除禁言", "kicked": "请出", "banned": "封禁",
                                         "pardoned": "解除封禁"}

    def news(self, kind: str, place: str, until: str, reason: str) -> str:
        """`kind` is that of a notice, `until` from `until`."""
        why = f"理由：{reason}" if reason else ""
        return {
            "muted": f"你在【{place}】被禁言，{until}。{why}",
            "unmuted": f"你在【{place}】可以发言了。",
            "kicked": f"你被请出【{place}】。{why}",
            "banned": f"你被禁止进入【{place}】，{until}。{why}" if place else f"你被禁止参与，{until}。{why}",
            "pardoned": f"你可以再进【{place}】了。" if place else "你可以再参与了。",
            "seat": f"【{place}】有位子了，给你留 3 分钟。回复“1”入座。",
            "approved": f"【{place}】同意你加入了。回复“加入 {place}”。",
            "declined": f"【{place}】没有同意你加入。{why}",
            "published": f"你在【{place}】的话通过了审核，已经发出。",
            "rejected": f"你在【{place}】的话没有通过审核，没有发出。{why}",
            "name": f"你的昵称没有通过审核，已经换掉。回复“昵称 名字”再取一个。{why}",
            "lost": f"你在【{place}】发的文件没有发出。{why}",
            "report": f"你的举报已经处理。{reason}",
            "opening": f"【{place}】开门了。回复“加入 {place}”。",
        }.get(kind, "")

    def template_hint(self, kind: str) -> str:
        return "请在 3 分钟内进入" if kind == "seat" else "点开查看"

    def held(self) -> str:
        return "这句话要先审核，通过后会发出。"

    def put_out(self) -> str:
        return "你已不在频道里，这句话没有发出。"


class EnglishOrderWords(OrderWords):
    """The same in English."""

    def until(self, clock: str) -> str:
        return f"until {clock}" if clock else "without an end"

    def muted(self, name: str, until: str) -> str:
        return f"{name} is muted {until}."

    def banned(self, name: str, until: str) -> str:
        return f"{name} is banned {until}."

    def kicked(self, name: str) -> str:
        return f"{name} was put out."

    def lifted(self, name: str) -> str:
        return f"{name} is neither muted nor banned any more."

    def nothing_to_lift(self, name: str) -> str:
        return f"{name} is neither muted nor banned."

    def muted_all(self, channel: str) -> str:
        return f'[{channel}] Everybody is muted. Reply "/unmuteall" to end it.'

    def unmuted_all(self, channel: str) -> str:
        return f"[{channel}] Everybody may speak again."

    def announced_to(self, channel: str) -> str:
        return f"Announced in [{channel}]."

    def nobody_called(self, name: str) -> str:
        return f'There is nobody called "{name}" here.'

    def which_person(self, names: Sequence[str]) -> str:
        return "\n".join(["Several have that name. Which one?", *names, "Reply with the number."])

    def one_of_several(self, name: str, joined: str, moderates: bool) -> str:
        return f"{name} ({'moderator, ' if moderates else ''}joined {joined})"

    def reported(self, line: str) -> str:
        return f"Reported: {line}\nThe moderators will look at it, and you will hear of it."

    def reported_before(self, line: str) -> str:
        return f"You have reported this before: {line}"

    def nothing_to_report(self) -> str:
        return 'No message to report was found. You can write "report @NAME reason".'

    def quiet(self, until: str) -> str:
        return f'All right, quiet {until}. Nothing is sent to you; unread still counts. Reply "resume" to end it.'

    def resumed(self) -> str:
        return "All right, you will hear of new messages."

    def not_quiet(self) -> str:
        return "You had not asked for quiet."

    def queued(self, channel: str, place: int, length: int) -> str:
        return (f"[{channel}] It is full. You are number {place} of {length} in the queue and will be called. "
                'Reply "queue" for your place; after 10 minutes without a word it is given away.')

    def no_queue(self) -> str:
        return "You are in no queue."

    def out_of_the_queue(self, channel: str) -> str:
        return f"You are out of the queue for [{channel}]."

    acts: ClassVar[Mapping[str, str]] = {"muted": "muted", "unmuted": "unmuted", "kicked": "put out",
                                         "banned": "banned", "pardoned": "pardoned"}

    def news(self, kind: str, place: str, until: str, reason: str) -> str:
        why = f" Reason: {reason}" if reason else ""
        return {
            "muted": f"You are muted in [{place}] {until}.{why}",
            "unmuted": f"You may speak again in [{place}].",
            "kicked": f"You were put out of [{place}].{why}",
            "banned": f"You are banned from {f'[{place}]' if place else 'all rooms'} {until}.{why}",
            "pardoned": f"You may come back to {f'[{place}]' if place else 'the rooms'}.",
            "seat": f'[{place}] A place is free and kept for you for 3 minutes. Reply "1" to take it.',
            "approved": f'[{place}] lets you in. Reply "join {place}".',
            "declined": f"[{place}] did not let you in.{why}",
            "published": f"What you said in [{place}] was reviewed and is there now.",
            "rejected": f"What you said in [{place}] did not pass the review and was not sent.{why}",
            "name": f'Your name did not pass the review and was replaced. Reply "nick NAME" to take another.{why}',
            "lost": f"The file that you sent to [{place}] was not sent.{why}",
            "report": f"Your report was dealt with. {reason}".rstrip(),
            "opening": f'[{place}] is open. Reply "join {place}".',
        }.get(kind, "")

    def template_hint(self, kind: str) -> str:
        return "within 3 minutes" if kind == "seat" else "open to read"

    def held(self) -> str:
        return "Your words wait for a review; they are sent once they pass."

    def put_out(self) -> str:
        return "You are no longer in the channel; this was not sent."
