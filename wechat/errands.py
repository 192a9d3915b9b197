"""The commands: each a verb of the core and a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rooms import cursors, followers, ids, invitations, messages, nicknames, rooms, seats
from rooms.errors import Code, Refused
from rooms.events import Position
from rooms.rooms import ChannelView, RoomView
from rooms.seats import Queued
from rooms.store import Store
from sms.provider import Provider
from wechat import doors, reporting, telling, waiting
from wechat.commands import AskBack, Command, Verb, folded
from wechat.digest import shown_name
from wechat.followers import Follower, Option, Question
from wechat.moderating import Moderating, may_moderate
from wechat.waiting import Waiting

NAMES_SHOWN = 30
MOST_OPTIONS = 20


class Found(NamedTuple):
    """Where a name leads, and what stood behind it."""

    channel: str
    rest: str


class Errands:
    def __init__(self, store: Store, sms: Provider | None = None) -> None:
        self._store = store
        self._ways: dict[Verb, Callable[[Follower, str], str]] = {
            Verb.HELP: self._help, Verb.ROOMS: self._rooms, Verb.CHANNELS: self._channels, Verb.JOIN: self._join,
            Verb.SWITCH: self._join, Verb.LEAVE: self._leave, Verb.WHO: self._who, Verb.MORE: self._more,
            Verb.HISTORY: self._history, Verb.NICK: self._nick,
            Verb.BIND: lambda follower, number: doors.bind(store, sms, follower, number),
            Verb.VERIFY: lambda follower, code: doors.verify(store, follower, code),
            Verb.REPORT: lambda follower, reason: reporting.report(store, follower, reason),
            **Moderating(store).ways(), **Waiting(store, self.go_to).ways()}

    def run(self, follower: Follower, command: Command) -> str:
        """The answer, without what is owed. Raises Refused."""
        return self._ways[command.verb](follower, command.argument)

    def ask_back(self, follower: Follower, asked: AskBack) -> str:
        """A question in place of what was not done; the follower's next text may answer it."""
        words, verb = follower.words, asked.verb
        if verb is None:
            return words.unknown_command()
        if not asked.missing:
            follower.ask(self._question("confirm", verb))
            return words.did_you_mean(verb)
        if verb is Verb.JOIN:
            return self._rooms(follower, "")
        if verb is Verb.SWITCH:
            return self._channels(follower, "")
        if verb is Verb.NICK:
            follower.ask(self._question("answer", verb))
            return words.which_name()
        return words.lacks(verb)

    def title(self, follower: Follower) -> str:
        """The name of the channel where the follower is; empty for nowhere. Asks SQL only after Redis lost it."""
        if follower.channel and not follower.title:
            found = self._here(follower)
            follower.go(follower.channel, shown_name(found[1].name) if found else "")
        return follower.title

    def how_to_begin(self, follower: Follower) -> str:
        first = next(iter(self._visible(follower)), None)
        return follower.words.how_to_begin(shown_name(first.name) if first else None)

    def go_to(self, follower: Follower, place: str, password: str = "") -> str:
        """Enters the channel, or a room's first one, and stays there. Raises Refused."""
        channel = place if ids.is_channel(place) else self._first_channel(follower, place)
        try:
            there = seats.arrive(self._store, follower.person, channel, "", password or None)
        except Refused as refused:
            if refused.code in (Code.PASSWORD_NEEDED, Code.PASSWORD_WRONG):
                follower.ask(self._question("answer", Verb.JOIN, about=channel))
            if refused.code is Code.FORBIDDEN:
                return doors.knock(self._store, follower, channel, refused)
            raise
        if follower.waiting not in ("", channel):
            waiting.give_up(self._store, follower)
        if isinstance(there, Queued):
            return waiting.wait(follower, there, self._name(follower, channel))
        follower.wait_for("")
        if follower.channel not in ("", channel):
            self.step_out(follower, follower.channel)
        cursors.listen(self._store, channel, follower.person.id, Position(there.epoch, there.read))
        followers.stay_in(self._store, follower.account.appid, follower.openid, channel)
        return self._arrival(follower, channel, there.present)

    def step_out(self, follower: Follower, channel: str) -> None:
        """Gives the seat up and no longer listens. A channel that is gone is left all the same."""
        try:
            seats.step_out(self._store, follower.person, channel, "")
        except Refused as refused:
            if refused.code is Code.UNAVAILABLE:
                raise
        cursors.forget(self._store, channel, follower.person.id)

    def put_out(self, follower: Follower) -> None:
        """Their words go nowhere from now on."""
        followers.stay_in(self._store, follower.account.appid, follower.openid, None)
        follower.go("", "")

    # the commands

    def _help(self, follower: Follower, _: str) -> str:
        return follower.words.help(bool(follower.channel), may_moderate(self._store, follower))

    def _rooms(self, follower: Follower, _: str) -> str:
        visible, words = self._visible(follower)[:MOST_OPTIONS], follower.words
        if not visible:
            return words.no_rooms()
        follower.ask(self._question("choose", Verb.JOIN, [Option(room.id, room.name) for room in visible]))
        names = [words.locked(shown_name(room.name)) if room.locked and not room.member else shown_name(room.name)
                 for room in visible]
        return words.rooms(_numbered(names))

    def _channels(self, follower: Follower, _: str) -> str:
        visible, words = self._visible(follower), follower.words
        here = self._here(follower)
        room = here[0] if here else next(iter(visible), None)
        if room is None:
            return words.no_rooms()
        shown = room.channels[:MOST_OPTIONS]
        follower.ask(self._question("choose", Verb.SWITCH, [Option(channel.id, channel.name) for channel in shown]))
        names = [words.here(shown_name(channel.name)) if channel.id == follower.channel else shown_name(channel.name)
                 for channel in shown]
        return words.channels(shown_name(room.name), _numbered(names))

    def _join(self, follower: Follower, argument: str) -> str:
        found = self._find(follower, argument)
        if found is None and invitations.is_code(argument):
            return self.go_to(follower, invitations.use(self._store, follower.person, argument))
        if found is None:
            return "\n".join([follower.words.no_such_room(shown_name(argument)), self._rooms(follower, "")])
        return self.go_to(follower, found.channel, found.rest)

    def _leave(self, follower: Follower, _: str) -> str:
        if follower.waiting and not follower.channel:
            title = self._name(follower, follower.waiting)
            waiting.give_up(self._store, follower)
            return follower.words.out_of_the_queue(title)
        if not follower.channel:
            return follower.words.not_here()
        title = self.title(follower)
        self.step_out(follower, follower.channel)
        self.put_out(follower)
        return follower.words.left(title)

    def _who(self, follower: Follower, _: str) -> str:
        if not follower.channel:
            return follower.words.not_here()
        messages.check_readable(self._store, follower.person, follower.channel)
        found = seats.present(self._store, follower.channel, limit=NAMES_SHOWN)
        names = [shown_name(person.name) for person in found.people[:NAMES_SHOWN]]
        return follower.words.present(self.title(follower), found.count, names)

    def _more(self, follower: Follower, _: str) -> str:
        if not follower.channel:
            return follower.words.not_here()
        messages.check_readable(self._store, follower.person, follower.channel)
        title = self.title(follower)
        tail = telling.tail(follower, telling.ask(self._store, follower)(), title, telling.budget_after(""))
        if tail.digest is None or not (tail.digest.text or tail.digest.left):
            return follower.words.nothing_new(title)
        return ""

    def _history(self, follower: Follower, _: str) -> str:
        if not follower.channel:
            return follower.words.not_here()
        return telling.recent(self._store, follower, self.title(follower), telling.budget_after(""))

    def _nick(self, follower: Follower, argument: str) -> str:
        try:
            person = nicknames.rename(self._store, follower.person, argument)
        except Refused as refused:
            if refused.code in (Code.BAD_FRAME, Code.TOO_LONG):
                return follower.words.bad_name()
            if refused.code is Code.BLOCKED_WORDS:
                return follower.words.unwelcome_name()
            raise
        follower.rename(person, self._store.clock.now())
        self._show_name(follower)
        return follower.words.renamed(shown_name(person.name))

    def _show_name(self, follower: Follower) -> None:
        """Those present hear the new name; a seat that is gone stays so until the next word."""
        try:
            if follower.channel:
                seats.enter(self._store, follower.person, follower.channel, "")
        except Refused as refused:
            if refused.code is Code.UNAVAILABLE:
                raise

    # finding

    def _find(self, follower: Follower, argument: str) -> Found | None:
        """The place whose name the argument is, or begins with; the rest is a channel's name or a password."""
        place, _, rest = argument.partition(" ")
        if ids.is_channel(place) or ids.is_room(place):
            return Found(place, rest)
        wanted = folded(argument)
        best: tuple[int, Found] | None = None
        for name, channel in self._named(follower):
            known = folded(name)
            if known and (wanted == known or wanted.startswith(known + " ")) and (best is None or len(known) > best[0]):
                best = len(known), Found(channel, _rest(argument, name))
        return best[1] if best else None

    def _named(self, follower: Follower) -> Iterator[tuple[str, str]]:
        """Names and where they lead: the channels of this room first, then rooms and their channels."""
        here = self._here(follower)
        yield from ((channel.name, channel.id) for channel in (here[0].channels if here else ()))
        for room in self._visible(follower):
            yield from ((f"{room.name} {channel.name}", channel.id) for channel in room.channels)
            yield room.name, room.id
            yield from ((channel.name, channel.id) for channel in room.channels)

    def _first_channel(self, follower: Follower, room: str) -> str:
        for visible in self._visible(follower):
            if visible.id == room and visible.channels:
                return visible.channels[0].id
        raise Refused(Code.NOT_FOUND)

    def _arrival(self, follower: Follower, entered: str, present: int) -> str:
        follower.go(entered, "")
        here = self._here(follower)
        if here is None:
            return ""
        room, channel = here
        follower.go(entered, shown_name(channel.name))
        arrival = follower.words.entered(shown_name(room.name), shown_name(channel.name), present)
        others = [shown_name(other.name) for other in room.channels if other.id != channel.id]
        return "\n".join([arrival, *([follower.words.also(others)] if others else [])])

    def _name(self, follower: Follower, channel: str) -> str:
        return next((shown_name(one.name) for room in self._visible(follower) for one in room.channels
                     if one.id == channel), "")

    def _here(self, follower: Follower) -> tuple[RoomView, ChannelView] | None:
        return next(((room, channel) for room in self._visible(follower) for channel in room.channels
                     if channel.id == follower.channel), None)

    def _visible(self, follower: Follower) -> list[RoomView]:
        return list(rooms.visible(self._store, follower.person))

    def _question(self, kind: str, verb: Verb, options: list[Option] | None = None, about: str = "") -> Question:
        return Question(kind, verb.value, self._store.clock.now(), options or [], about)


def _numbered(names: list[str]) -> list[str]:
    return [f"{number} {name}" for number, name in enumerate(names, 1)]


def _rest(argument: str, name: str) -> str:
    """What stands behind as many words as the name has, as it was typed: it may be a password."""
    count = len(name.split())
    pieces = argument.split(None, count)
    return pieces[count] if len(pieces) > count else ""
