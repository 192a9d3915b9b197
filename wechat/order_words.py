"""What is said about order in a room: to moderators who keep it, and to those whom it concerns."""

from __future__ import annotations

from collections.abc import Sequence


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
