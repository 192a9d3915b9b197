"""The same voice in English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rooms.errors import Code
from rooms.scanning import Browser, Outcome
from wechat import spans
from wechat.commands import Verb
from wechat.order_words import EnglishOrderWords
from wechat.words import Command, Words


class English(EnglishOrderWords, Words):
    """Whatever a follower is told, in English."""

    colon = ": "
    taps: ClassVar[dict[Verb, str]] = {Verb.MORE: "more", Verb.QUIET: "quiet", Verb.QUEUE: "take the seat"}
    forms: ClassVar[dict[Verb, Command]] = {
        Verb.ROOMS: Command("rooms", "the rooms there are"),
        Verb.JOIN: Command("join NAME [password]", "enter a room or channel"),
        Verb.CHANNELS: Command("channels", "the channels here"),
        Verb.SWITCH: Command("switch NAME", "go to another channel"),
        Verb.WHO: Command("who", "who is here"),
        Verb.MORE: Command("more", "what you have not seen"),
        Verb.HISTORY: Command("history", "the latest messages"),
        Verb.NICK: Command("nick NAME", "change your name"),
        Verb.LEAVE: Command("leave", "leave the channel"),
        Verb.HELP: Command("help", "this text"),
        Verb.QUIET: Command("quiet [time]", "do not disturb"),
        Verb.RESUME: Command("resume", "disturb again"),
        Verb.QUEUE: Command("queue", "your place in the queue"),
        Verb.BIND: Command("/bind PHONE", "bind your phone"),
        Verb.VERIFY: Command("/verify 123456", "verify your phone"),
        Verb.REPORT: Command("report REASON", "report"),
        Verb.MUTE: Command("/mute @NAME 10m [reason]", "mute"),
        Verb.UNMUTE: Command("/unmute @NAME", "unmute"),
        Verb.KICK: Command("/kick @NAME", "kick"),
        Verb.BAN: Command("/ban @NAME 7d", "ban"),
        Verb.MUTE_ALL: Command("/muteall", "mute everybody"),
        Verb.UNMUTE_ALL: Command("/unmuteall", "let everybody speak"),
        Verb.ANNOUNCE: Command("/announce TEXT", "announce"),
    }
    refusals: ClassVar[dict[Code, str]] = {
        Code.BAD_FRAME: "This cannot be sent. Try other words.",
        Code.UNAUTHENTICATED: "Please follow again and retry.",
        Code.EXPIRED: "That has expired. Please try again.",
        Code.NOT_FOUND: 'Not found. Reply "rooms" for a list.',
        Code.FORBIDDEN: "Sorry, you may not do that.",
        Code.PASSWORD_NEEDED: "A password is needed. Please reply with it.",
        Code.PASSWORD_WRONG: "Wrong password. Please try again.",
        Code.VERIFY_PHONE: "Please verify your phone first: /bind and your number.",
        Code.NOT_MEMBER: 'You are not a member here. Reply "join NAME".',
        Code.NOT_ENTERED: 'You are in no channel yet. Reply "rooms" for a list.',
        Code.MUTED: "You cannot speak right now.",
        Code.MUTED_ALL: "Everybody is muted here right now.",
        Code.SLOW_MODE: "This channel is slowed down. Please wait.",
        Code.RATE_LIMITED: "That was too fast. Please wait.",
        Code.DUPLICATE: "The same was said already; not sent.",
        Code.TOO_LONG: "Too long: at most 2,000 characters. Not sent.",
        Code.BLOCKED_WORDS: "It holds words that are not allowed here. Not sent.",
        Code.BANNED: "You cannot come in here.",
        Code.FULL: "It is full. Please come back later.",
        Code.QUEUE_FULL: "The queue is full too. Please come back later.",
        Code.CLOSED: "This place is closed.",
        Code.UNAVAILABLE: "We are busy. Please try again soon.",
    }
    kinds: ClassVar[dict[str, str]] = {
        "image": "[image]", "voice": "[voice]", "video": "[video]", "file": "[file]", "location": "[location]",
        "link": "[link]"}

    def said(self, name: str, content: str) -> str:
        return f"{name or 'somebody'}{self.colon}{content}"

    def announced(self, text: str) -> str:
        return f"[announcement] {text}"

    def forwarded(self, text: str) -> str:
        return f"[forwarded] {text}"

    def kind(self, message_type: str) -> str:
        return self.kinds.get(message_type, "[message]")

    def seconds(self, count: object) -> str:
        return f"{round(count)} s" if isinstance(count, int | float) and count > 0 else ""

    def digest_title(self, channel: str, count: int, beyond: bool) -> str:
        return f"[{channel}] {count}{'+' if beyond else ''} new"

    def digest_more(self, left: int, beyond: bool) -> str:
        return f'{left}{"+" if beyond else ""} more: reply "more"' if left else 'Reply "more" for the rest'

    def history_title(self, channel: str) -> str:
        return f"[{channel}] latest"

    def nothing_new(self, channel: str) -> str:
        return f"[{channel}] Nothing new."

    def no_history(self, channel: str) -> str:
        return f"[{channel}] Nobody has spoken yet."

    def welcome(self, name: str) -> str:
        return f"Welcome, {name}! What you write here is heard in the room."

    def welcome_back(self, name: str) -> str:
        return f"Welcome back, {name}!"

    def how_to_begin(self, room: str | None) -> str:
        if room is None:
            return 'There is no room yet. Reply "help" for more.'
        return f'Reply "join {room}" to enter, "help" for more.'

    def entered(self, room: str, channel: str, present: int) -> str:
        return f"You are in {room}, [{channel}], {present} present. Just write to speak."

    def also(self, channels: Sequence[str]) -> str:
        return f'Also here: {", ".join(channels)}. Reply "switch NAME" to change.'

    def left(self, channel: str) -> str:
        return f'You left [{channel}]. Reply "rooms" for others.'

    def nowhere(self) -> str:
        return "You are in no channel yet; this was not sent."

    def not_here(self) -> str:
        return "You are in no channel yet."

    def rooms(self, names: Sequence[str]) -> str:
        return "\n".join(["Rooms:", *names, 'Reply with the number, or "join NAME".'])

    def no_rooms(self) -> str:
        return "There is no room yet."

    def channels(self, room: str, names: Sequence[str]) -> str:
        return "\n".join([f"Channels of {room}:", *names, 'Reply with the number, or "switch NAME".'])

    def locked(self, name: str) -> str:
        return f"{name} (password)"

    def here(self, name: str) -> str:
        return f"{name} ← you are here"

    def present(self, channel: str, count: int, names: Sequence[str]) -> str:
        etc = f" and {count - len(names)} more" if count > len(names) else ""
        return f"[{channel}] {count} present: " + ", ".join(names) + etc

    def which_room(self) -> str:
        return "Which room? Reply with its number:"

    def which_channel(self) -> str:
        return "Which channel? Reply with its number:"

    def which_name(self) -> str:
        return "What name would you like? Reply with it."

    def no_such_room(self, name: str) -> str:
        return f'There is no room or channel named "{name}".'

    def renamed(self, name: str) -> str:
        return f"All right, {name}."

    def bad_name(self) -> str:
        return "A name has 1 to 20 characters on one line."

    def unwelcome_name(self) -> str:
        return "That name is not welcome here; please choose another one."

    def did_you_mean(self, verb: Verb) -> str:
        return f'Did you mean "{self.forms[verb].form}"? Reply "yes" to do it. Nothing was sent.'

    def lacks(self, verb: Verb) -> str:
        return f"Please write: {self.forms[verb].form}"

    def unknown_command(self) -> str:
        return 'No such command, and nothing was sent. Reply "help" for what you can do.'

    def not_passed_on(self) -> str:
        return "This kind cannot be passed on. Text, pictures, voice, video, places and links can."

    def fetching(self, kind: str) -> str:
        return f"{self.kind(kind)} received; it is on its way to the channel."

    def old_code(self) -> str:
        return "This QR code is no longer valid."

    def console(self, outcome: Outcome) -> str:
        told = {Outcome.SIGNS_IN: "Good: that browser may sign in now. Not you? Sign out everywhere there, and change "
                                  "your password.",
                Outcome.LINKS: "Linked: this WeChat now signs in to the console by scanning.",
                Outcome.WRONG: "Not the number. Nobody was let in, and the code is over: scan a new one on the page.",
                Outcome.DENIED: "Nobody was let in, and the code is over. Do not listen to who sent it.",
                Outcome.STRANGER: "This WeChat is linked to no account of the console. Sign in with the password, then "
                                  "link."}
        return told.get(outcome, self.old_code())

    def console_asks(self, browser: Browser) -> str:
        what = f"link this WeChat to the console account {browser.links}" if browser.links else (
            "sign in to the console as you")
        return "\n".join((
            f"Somebody wants to {what}:", f"Browser: {browser.name or 'unknown'}",
            f"Address: {browser.address or 'unknown'}", f"Time: {spans.stamp(browser.at)} (China)", "",
            "Is it the page in front of you? Reply with the two digits that it shows now.",
            'Did somebody send you the code? Reply no digits, reply "no".'))

    def no_sms(self) -> str:
        return "No SMS can be sent here yet."

    def no_phone(self) -> str:
        return "Please write a mobile number of 11 digits, such as: /bind 13800000000"

    def sms_later(self, seconds: int) -> str:
        return f"Too many SMS; none was sent.{self.wait(seconds)}"

    def code_sent(self, phone: str) -> str:
        return f'A code is on its way to {phone}; it counts for 5 minutes. Reply "/verify" and the six digits.'

    def wrong_code(self, left: int) -> str:
        again = f"{left} tries left" if left else 'it is void now: begin with "/bind" again'
        return f"Not the code; {again}."

    def code_over(self) -> str:
        return 'No code counts now. Begin with "/bind" and your number again.'

    def bound(self, phone: str, name: str) -> str:
        merged = f" In the mini-program and here you are one person: {name}." if name else ""
        return f"Your number {phone} is verified.{merged}"

    def knocked(self, room: str) -> str:
        return f'A moderator of {room} has to say yes. You have asked; then reply "join {room}" again.'

    def declined(self, room: str, reason: str) -> str:
        return f"{room} did not let you in" + (f": {reason}" if reason else ".")

    def help(self, here: bool = True, moderates: bool = False) -> str:
        if not here:
            return "\n".join(["Enter a room first, then just write to speak. You can reply:",
                              *self._lines(self.helped_nowhere)])
        more = ["As a moderator also:", *self._lines(self.helped_moderators)] if moderates else []
        return "\n".join(["Just write to speak. You can also reply:", *self._lines(self.helped), *more])

    def wait(self, seconds: int) -> str:
        return f" (again in {seconds} s)" if seconds < 120 else f" (again in about {-(-seconds // 60)} minutes)"


ENGLISH = English()
