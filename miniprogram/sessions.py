"""All sessions of the process: who is here, by which right, and on how many sockets."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from miniprogram.arrival import Door
from miniprogram.channel import Channel
from miniprogram.connection import Connection, State
from miniprogram.counters import Counters
from miniprogram.greetings import Greetings
from miniprogram.hub import Forks, Hub
from miniprogram.log import log
from miniprogram.protocol import Close, Parted, Seat
from miniprogram.reader import Reader
from miniprogram.session import Session
from miniprogram.tokens import Claims, Tokens
from miniprogram.workers import Workers
from miniprogram.writer import Writer
from rooms import blocks, identities, network, seats
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.store import Store

USERS_AT_ONCE = 500
PUT_OUT = frozenset({Code.NOT_ENTERED, Code.BANNED, Code.NOT_FOUND, Code.NOT_MEMBER, Code.FORBIDDEN, Code.FULL})
"""Why somebody may not come back to a seat of theirs."""


class Sessions:
    def __init__(self, store: Store, tokens: Tokens, reader: Reader, writer: Writer, counters: Counters, process: str,
                 sockets_per_user: int) -> None:
        self.store = store
        self.tokens = tokens
        self.reader = reader
        self.counters = counters
        self.process = process
        self.workers = Workers()
        self.greetings = Greetings()
        self.hub = Hub(store, writer, self.workers, counters, self.enter_again, self.put_out, self.parted)
        self.hub.tell = self.tell
        self.hub.doubt = self.doubt
        self.door = Door(store, self.hub)
        self._sockets_per_user = sockets_per_user
        self._numbers = count(1)
        self._of: dict[str, list[Session]] = {}

    def open(self, fd: int, rest: bytes, address: str = "") -> None:
        """A socket behind its handshake, from an address. Takes over the descriptor."""
        connection = Connection(fd, self.reader, rest)
        connection.speaker = Session(self, connection, next(self._numbers), address)
        self.reader.add(connection)

    # ---- who is here

    def admit(self, session: Session, token: str) -> None:
        """Says who speaks on this socket. Raises Refused: unauthenticated, expired, banned."""
        now = self.store.clock.now()
        claims = self.tokens.verify(token, now)
        hidden = blocks.soon(self.store, claims.user)
        who = identities.who(self.store, claims.user)
        person = _still_valid(claims, who)
        session.issued = claims.issued
        session.until = self.reader.now + max(1, (claims.expires - now) // 1000)
        session.person = person
        network.note(self.store, person.organization, person.id, network.SOCKET, session.address)
        session.connection.hidden = hidden()
        connection = session.connection
        connection.last_heard = self.reader.now
        if connection.state is not State.OPEN:
            return
        self.reader.wheel.by(connection, session.until)
        mine = self._of.setdefault(person.id, [])
        mine.append(session)
        if len(mine) > self._sockets_per_user:
            mine[0].connection.close(Close.REPLACED)

    def gone(self, session: Session) -> None:
        if session.person is None:
            return
        mine = self._of.get(session.person.id, [])
        if session in mine:
            mine.remove(session)
        if not mine:
            self._of.pop(session.person.id, None)

    def let_go(self, person: Person, channels: Iterable[str], holder: str, on_purpose: bool) -> None:
        """Gives seats up, or leaves them to be kept for the time to come back. Does not wait."""
        verb = seats.step_out if on_purpose else seats.lose
        for channel in channels:
            self.workers.do(lambda channel=channel: _try(verb, self.store, person, channel, holder))  # type: ignore[misc]

    # ---- rounds

    def keep_seats(self) -> None:
        """Every few seconds: this process lives. Where it was thought dead, everybody takes their seat again."""
        lines = self.hub.lines
        channels = {channel.id for channel in self.hub.channels.values() if channel.members}.union(lines.channels)
        for channel_id in seats.keep_alive(self.store, self.process, channels):
            self._seat_again(self._in(channel_id), channel_id)
            for session in lines.waiting_in(channel_id):
                self.workers.do(lambda session=session, channel_id=channel_id: _try(  # type: ignore[misc]
                    self._wait_again, session, channel_id))

    def doubt(self) -> None:
        """Whoever holds no seat where they listen may not be there any more."""
        for channel in list(self.hub.channels.values()):
            there = {(session.user, session.holder): session for session in self._in(channel.id)}
            for name in seats.unheld(self.store, channel.id, list(there)):
                there[name].doubt(channel.id)

    def enter_again(self, channel: Channel) -> Forks | None:
        """For when Redis has lost the channel: everybody takes their seat again. The first of them makes the room
        ready and learns how the log's epochs follow each other. None when nobody here is in it."""
        there = self._in(channel.id)
        while there:
            first, *there = there
            seat = self._sit_again(first, channel.id)
            if seat is not None:
                self._seat_again(there, channel.id)
                return seat.forks
        return None

    def _seat_again(self, those: list[Session], channel_id: str) -> None:
        for session in those:
            self.workers.do(lambda session=session: _try(  # type: ignore[misc]
                self._sit_again, session, channel_id))

    def _sit_again(self, session: Session, channel_id: str) -> seats.Entered | None:
        """None where they may not be there any more: then they hear that, and nothing more of it."""
        try:
            return seats.enter(self.store, session.me, channel_id, session.holder, again=True)
        except Refused as refused:
            if refused.code not in PUT_OUT:
                raise
        channel = self.hub.channels.get(channel_id)
        if channel is not None and session.put_out(channel):
            session.tell(Parted(channel=channel_id))
        return None

    def is_still_there(self, session: Session, channel_id: str) -> None:
        """Whether they are, Redis says."""
        if channel_id in session.entered:
            self._sit_again(session, channel_id)

    def _wait_again(self, session: Session, channel_id: str) -> None:
        ticket = session.waiting.get(channel_id)
        if ticket is None:
            return
        there = seats.arrive(self.store, session.me, channel_id, session.holder, None, ticket, again=True)
        if isinstance(there, seats.Entered):  # their turn had come: the seat is theirs, and they are told to take it
            self.hub.lines.leave(session, channel_id)
            session.tell(Seat(channel=channel_id, ticket=ticket, hold_seconds=seats.HOLD_SECONDS))

    def put_out(self, channel: Channel, user: str) -> None:
        """The log says that `user` is no longer there. Never waits."""
        for session in self._of.get(user, ()):
            session.put_out(channel)
        self.hub.lines.lost(channel.id, user)
        if user in self._of:
            self.workers.do(lambda: _try(self._check_one, user))  # a ban may be the whole organization's

    def parted(self, channel: Channel, user: str) -> None:
        """`user` left its room by another way, or is somebody else now. Never waits."""
        for session in self._of.get(user, ()):
            session.doubt(channel.id)
        self.hub.lines.lost(channel.id, user)
        if user in self._of:
            self.workers.do(lambda: _try(self._check_one, user))

    def tell(self, user: str, frame: bytes) -> None:
        """Never waits."""
        for session in self._of.get(user, ()):
            session.connection.answer(frame)

    def _check_one(self, user: str) -> None:
        self._check(user, identities.who(self.store, user))

    def check_rights(self) -> None:
        """Every five seconds: who was signed out or banned since their socket opened goes; whom somebody has blocked
        since is no longer read."""
        users = list(self._of)
        for start in range(0, len(users), USERS_AT_ONCE):
            part = users[start:start + USERS_AT_ONCE]
            for user, who in identities.who_all(self.store, part).items():
                self._check(user, who)
            for user, blocked in blocks.of_all(self.store, part).items():
                self.hide(user, blocked)

    def hide(self, user: str, blocked: blocks.Blocked) -> None:
        """Whom this user does not want to read, on all their sockets here."""
        for session in self._of.get(user, ()):
            session.connection.hidden = blocked

    def _check(self, user: str, who: identities.Who | None) -> None:
        for session in list(self._of.get(user, ())):
            if who is None or who.tokens_after > session.issued:
                session.connection.close(Close.SIGNED_OUT)

    def _in(self, channel_id: str) -> list[Session]:
        channel = self.hub.channels.get(channel_id)
        if channel is None:
            return []
        return [member.speaker for member in channel.members if isinstance(member.speaker, Session)]


def _still_valid(claims: Claims, who: identities.Who | None) -> Person:
    if who is None or who.tokens_after > claims.issued:
        raise Refused(Code.BANNED, "signed out")
    return who.person


def _try(verb: object, *given: object) -> None:
    try:
        verb(*given)  # type: ignore[operator]
    except Refused as refused:
        log.info("a seat was left to its time: %s", refused.code)
