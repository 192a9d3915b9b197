"""A master dies and its replica takes over: what was acknowledged is there, under an epoch of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis.crc import key_slot

from rooms import messages, seats
from rooms.drafts import Draft
from rooms.errors import Code, Misconfigured, Refused
from rooms.events import Person
from rooms.live import keys
from rooms.live.live import Live
from rooms.store import Store
from settings import Settings
from tests import servers
from tests.cast import Cast, store_on
from tests.patience import PATIENCE_SECONDS


@pytest.fixture(scope="module")
def cluster() -> Iterator[servers.Cluster]:
    with servers.cluster(replicas=True) as cluster:
        yield cluster


class Talk:
    """Alice talks in one channel and somebody hears its feed."""

    def __init__(self, store: Store) -> None:
        self.store, self.cast = store, Cast(store)
        self.alice = self.cast.person("Alice")
        self.hall = self.cast.channel("hall")
        self.heard: list[bytes] = []
        self.looked_again = threading.Event()
        self.feed = store.live.feed(lambda _, payload: self.heard.append(payload), self.looked_again.set)
        self.feed.subscribe(self.hall)
        seats.enter(store, self.alice, self.hall, "p.1")
        self.said: dict[str, int] = {}

    @property
    def slot(self) -> int:
        return key_slot(keys.of_channel(self.store.live.prefix, self.hall).log.encode())

    def say(self, text: str) -> None:
        """Says it until it is acknowledged, as a phone does."""
        def acknowledged() -> bool:
            try:
                self.said[text] = say(self.store, self.alice, self.hall, text)
            except Refused as refused:
                if not refused.temporary:
                    raise
                return False
            return True
        patiently(acknowledged)

    def epoch(self) -> str:
        return seats.tips(self.store, [self.hall])[self.hall][0]

    def check(self) -> None:
        """Everything that was acknowledged lies in the log, once, under its number."""
        log = messages.after(self.store, self.hall, 0, 100)
        assert [entry.seq for entry in log] == list(range(1, len(log) + 1))
        assert {text: [entry.seq for entry in log if f'"{text}"'.encode() in entry.frame] for text in self.said} == {
            text: [seq] for text, seq in self.said.items()}

    def hears(self, text: str) -> None:
        patiently(lambda: any(text.encode() in payload for payload in self.heard))


def say(store: Store, person: Person, channel: str, text: str) -> int:
    return messages.post(store, person, channel, Draft("text", {"text": text}, text)).seq


def replication_of(node: servers.RedisServer) -> bytes:
    return servers.ask(node, "INFO replication")


def patiently(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def talk_on(tmp_path: Path) -> Iterator[Callable[[str], Talk]]:
    talks: list[Talk] = []

    def begin(url: str) -> Talk:
        talks.append(Talk(store_on(url, f"sqlite:///{tmp_path}/record.db", replicas=1)))
        return talks[-1]
    yield begin
    for talk in talks:
        talk.feed.close()
        talk.store.close()


def test_talk_goes_on_when_its_slot_moves(cluster: servers.Cluster, talk_on: Callable[[str], Talk]) -> None:
    talk = talk_on(cluster.urls)
    talk.say("before")
    place = cluster.master_of(talk.slot)

    def meanwhile() -> None:
        with pytest.raises(Refused) as moving:
            say(talk.store, talk.alice, talk.hall, "meanwhile")
        assert moving.value.code is Code.UNAVAILABLE

    servers.move_slot(talk.slot, cluster.nodes[place], cluster.nodes[place - 1], meanwhile)
    talk.say("after")
    talk.check()
    talk.hears("after")


def test_talk_goes_on_when_a_clusters_master_dies(cluster: servers.Cluster, talk_on: Callable[[str], Talk]) -> None:
    talk = talk_on(cluster.urls)
    talk.say("before")
    before, place = talk.epoch(), cluster.master_of(talk.slot)
    cluster.nodes[place].kill()
    assert servers.ask(cluster.replicas[place], "CLUSTER FAILOVER TAKEOVER").startswith(b"+OK")
    with pytest.raises(Refused) as alone:  # nobody is left who could confirm
        say(talk.store, talk.alice, talk.hall, "alone")
    assert alone.value.code is Code.UNAVAILABLE
    cluster.nodes[place].start()
    talk.say("after")
    assert talk.epoch() != before
    talk.check()
    talk.hears("after")


def test_talk_goes_on_when_sentinel_names_another_master(talk_on: Callable[[str], Talk]) -> None:
    with servers.watched() as watched:
        talk = talk_on(watched.url)
        talk.say("before")
        before = talk.epoch()
        watched.master.kill()
        servers.wait_for(lambda: b"role:master" in replication_of(watched.replica), "a new master")
        watched.master.start()
        # as Sentinel would a while later
        assert servers.ask(watched.master, f"REPLICAOF 127.0.0.1 {watched.replica.port}").startswith(b"+OK")
        talk.say("after")
        assert talk.epoch() != before
        talk.check()
        talk.hears("after")


def test_a_master_that_was_a_replica_meanwhile_is_met_as_another(cluster: servers.Cluster) -> None:
    """It has not been started anew, and may have lost what only it knew."""
    live = Live.open(cluster.urls, "test")
    room = next(f"r_{number}" for number in range(100)
                if cluster.master_of(key_slot(keys.of_room("test", f"r_{number}").gate.encode())) == 1)
    before = live.meet(room)
    nodes = (cluster.nodes[1], cluster.replicas[1])
    for _ in range(2):
        servers.wait_for(lambda: any(b"role:slave" in replication_of(node) for node in nodes), "the old master follows")
        node = next(node for node in nodes if b"role:slave" in replication_of(node))
        servers.wait_for(lambda: b"master_link_status:up" in replication_of(node), "a replica")  # noqa: B023
        assert servers.ask(node, "CLUSTER FAILOVER").startswith(b"+OK")
        servers.wait_for(lambda: b"role:master" in replication_of(node), "the other master")  # noqa: B023

    def met_again() -> bool:
        try:
            return live.meet(room) != before
        except Refused:
            return False
    patiently(met_again)
    assert live.meet(room).partition(".")[0] == before.partition(".")[0]
    live.close()


@pytest.mark.parametrize("url", ["redis://:secret@a:7000,b:7001/0", "redis://a:7000,b:7001,c:7002", "redis+sentinel://a,b:26380/tea/2"])
def test_several_servers_in_one_address_need_a_broker_of_their_own(url: str) -> None:
    environ = {"REDIS_URL": url, "TEAHOUSE_SECRET_KEY": "k" * 32}
    with pytest.raises(Misconfigured, match="^TEAHOUSE_BROKER_URL: required"):
        Settings.from_environment(environ)
    assert Settings.from_environment(environ | {"TEAHOUSE_BROKER_URL": "redis://c/1"}).redis_url == url


@pytest.mark.parametrize("url", ["redis+sentinel://a:26379", "redis://a:7000,b:x", "http://a,b"])
def test_a_wrong_address_of_several_is_refused_by_name(url: str) -> None:
    with pytest.raises(Misconfigured, match="^REDIS_URL: "):
        Settings.from_environment({"REDIS_URL": url, "TEAHOUSE_SECRET_KEY": "k" * 32})
