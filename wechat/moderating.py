"""A moderator's commands: whom, how long, why; and a sentence that says what was done.

Mutes and kicks hold in the channel where the moderator is, bans in its whole room. A name that several people have is
asked back; the answer carries the person's id, so that nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from rooms import announcements, ids, members, rules, sanctions
from rooms.authority import Actor
from rooms.names import LONGEST_OF_A_PERSON
from rooms.permissions import moderates
from rooms.record.members import Named
from rooms.store import Store
from wechat import spans
from wechat.commands import Verb
from wechat.digest import shown_name
from wechat.followers import Follower, Option, Question

_AT = re.compile(r"[@＠]\s*(.+)", re.DOTALL)
_BETWEEN = re.compile(r"[\s\u3000]+")

Way = Callable[[Follower, str], str]
Act = Callable[[Follower, Named, str], str]


class Called(NamedTuple):
    """Who may be meant, and what stood behind the name."""

    people: list[Named]
    name: str
    rest: str


class Moderating:
    def __init__(self, store: Store) -> None:
        self._store = store

    def ways(self) -> dict[Verb, Way]:
        """What each command does. All raise Refused, and are refused to who is no moderator."""
        upon: dict[Verb, Act] = {Verb.MUTE: self._mute, Verb.UNMUTE: self._lift, Verb.KICK: self._kick,
                                 Verb.BAN: self._ban}
        return {verb: self._upon(verb, act) for verb, act in upon.items()} | {
            Verb.MUTE_ALL: lambda follower, _: self._mute_all(follower, True),
            Verb.UNMUTE_ALL: lambda follower, _: self._mute_all(follower, False),
            Verb.ANNOUNCE: self._announce}

    def _upon(self, verb: Verb, act: Act) -> Way:
        def way(follower: Follower, argument: str) -> str:
            if not follower.channel:
                return follower.words.not_here()
            called = self._called(follower, argument)
            if not called.people:
                return follower.words.nobody_called(shown_name(called.name))
            if len(called.people) == 1:
                return act(follower, called.people[0], called.rest)
            return self._which(follower, verb, called)

        return way

    def _called(self, follower: Follower, argument: str) -> Called:
        """The longest beginning of the argument that is somebody's name."""
        at = _AT.match(argument)
        words = _BETWEEN.split((at[1] if at else argument).strip())
        spellings = [" ".join(words[:count]) for count in range(1, len(words) + 1)][:LONGEST_OF_A_PERSON]
        found = members.called(self._store, follower.person, ids.room_of(follower.channel), spellings)
        for count in range(len(spellings), 0, -1):
            name = spellings[count - 1].lower()
            people = [one for one in found if name in (one.name.lower(), one.user)]
            if people:
                return Called(people, spellings[count - 1], " ".join(words[count:]))
        return Called([], words[0], "")

    def _which(self, follower: Follower, verb: Verb, called: Called) -> str:
        options = [Option(f"@{one.user}", self._described(follower, one)) for one in called.people]
        follower.ask(Question("choose", verb.value, self._store.clock.now(), options, called.rest))
        return follower.words.which_person([f"{number} {option.name}" for number, option in enumerate(options, 1)])

    def _described(self, follower: Follower, one: Named) -> str:
        joined = spans.moment(one.joined_at, self._store.clock.now())
        return follower.words.one_of_several(shown_name(one.name), joined, moderates(one.role))

    def _mute(self, follower: Follower, whom: Named, rest: str) -> str:
        seconds, reason = spans.leading(rest)
        sanctions.mute(self._store, Actor(follower.person), follower.channel, whom.user, seconds, reason)
        return follower.words.muted(shown_name(whom.name), self._until(follower, seconds))

    def _ban(self, follower: Follower, whom: Named, rest: str) -> str:
        seconds, reason = spans.leading(rest)
        room = ids.room_of(follower.channel)
        sanctions.ban(self._store, Actor(follower.person), room, whom.user, seconds, reason)
        return follower.words.banned(shown_name(whom.name), self._until(follower, seconds))

    def _kick(self, follower: Follower, whom: Named, rest: str) -> str:
        sanctions.kick(self._store, Actor(follower.person), follower.channel, whom.user, rest)
        return follower.words.kicked(shown_name(whom.name))

    def _lift(self, follower: Follower, whom: Named, rest: str) -> str:
        """Whatever stands, here or in the room."""
        actor, places = Actor(follower.person), (follower.channel, ids.room_of(follower.channel))
        done = [lift(self._store, actor, place, whom.user, rest)
                for lift in (sanctions.unmute, sanctions.pardon) for place in places]
        name, stood = shown_name(whom.name), any(seq for one in done for seq in one.seqs.values())
        return follower.words.lifted(name) if stood else follower.words.nothing_to_lift(name)

    def _mute_all(self, follower: Follower, on: bool) -> str:
        if not follower.channel:
            return follower.words.not_here()
        rules.change(self._store, Actor(follower.person), follower.channel, {"muted_all": on})
        return follower.words.muted_all(follower.title) if on else follower.words.unmuted_all(follower.title)

    def _announce(self, follower: Follower, text: str) -> str:
        if not follower.channel:
            return follower.words.not_here()
        announcements.announce(self._store, Actor(follower.person), follower.channel, text)
        return follower.words.announced_to(follower.title)

    def _until(self, follower: Follower, seconds: int | None) -> str:
        now = self._store.clock.now()
        return follower.words.until(spans.moment(now + seconds * 1000, now) if seconds else "")


def may_moderate(store: Store, follower: Follower) -> bool:
    """Whether these commands are for them, where they are. Raises Refused(UNAVAILABLE)."""
    if not follower.channel:
        return False
    return moderates(members.role(store, follower.person, ids.room_of(follower.channel)))
